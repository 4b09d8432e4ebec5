package dev.polder.block;

import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Loads batches in the background, so that a scan looks at some blocks while the device brings the next ones.
///
///     take ──▶ fill ──▶ submit ──▶ [ queue ] ──▶ worker: several under way ([AheadReads]) ──▶ free again
///       └ null: all batches are in use, do without
///
/// Bounded by its batches ([AheadLimits]), which go round. A batch may outlive the read that asked for it, and
/// even the store: then its files are closed, and the load comes to nothing. [#drain] waits for what was
/// submitted before, for those who want to see a file's handle closed.
///
/// **Workers** are few, because each costs a wake-up, and all of them want the pool's mutex: a batch goes to a worker
/// that is at work, who takes what is queued whenever one of its reads has come. Only when he does not keep up with
/// that, and [#QUEUED_FEW] are waiting, another is woken or started.
///
/// **Nobody waits for ever for a worker that met an error**, which may be any: a heap that is full for a moment. It
/// gives up what it had under way and goes on; one that ends all the same is counted no more. Where none can be
/// started, what was submitted is done without. The lists that a batch goes through have room for all batches, so none
/// is lost on its way for want of memory.
///
/// **Threads.** Any; a batch belongs to whoever took it until it is submitted.
final class Prefetcher {
    private static final int QUEUED_FEW = 4;

    private final BatchLoader loader;
    private final int workersMax;
    private final int batchesMax;
    private final Seams seams;
    private final Mutex mutex;
    private final Gate loaded;
    private final Consumer<BlockBatch> done = this::done;
    private final ArrayDeque<BlockBatch> free;
    private final ArrayDeque<BlockBatch> queue;
    private final List<BlockBatch> loading;
    private final List<Worker> workers;
    private int made;
    private int started;
    private int working; // workers that are not idle
    private long tickets;
    private boolean closed;

    /// @param slots three quarters of them may be in use here at once: the others stay free anyway
    Prefetcher(BatchLoader loader, int slots, AheadLimits limits, Seams seams) {
        this.loader = loader;
        this.workersMax = Math.clamp(slots * 3L / 4, 1, limits.threadsMax());
        this.batchesMax = limits.batchesMax();
        this.seams = seams;
        mutex = seams.tasks().mutex("read-ahead");
        loaded = mutex.gate();
        free = new ArrayDeque<>(batchesMax);
        queue = new ArrayDeque<>(batchesMax);
        loading = new ArrayList<>(batchesMax);
        workers = new ArrayList<>(workersMax);
    }

    /// An empty batch to fill and [#submit]; `null` if all are in use.
    @Nullable
    BlockBatch take() {
        mutex.lock();
        try {
            BlockBatch batch = closed ? null : free.poll();
            if (batch != null || closed || made == batchesMax) return batch;
            BlockBatch another = new BlockBatch();
            made++;
            return another;
        } finally {
            mutex.unlock();
        }
    }

    /// Queues a batch; returns its ticket.
    long submit(BlockBatch batch) {
        mutex.lock();
        try {
            if (closed || batch.count() == 0) {
                batch.clear();
                free.add(batch);
                return tickets;
            }
            batch.ticket = ++tickets;
            queue.add(batch);
            if (working == 0 || (isTooMuch() && loader.hasSpare())) setOneToWork();
            if (working == 0) dropQueued();
            return batch.ticket;
        } finally {
            mutex.unlock();
        }
    }

    /// For those who are at work.
    private boolean isTooMuch() {
        return queue.size() >= QUEUED_FEW || !workers.getFirst().reads.overlaps();
    }

    /// If there is one: the system may have none.
    private void setOneToWork() {
        for (Worker worker : workers) {
            if (!worker.idle) continue;
            worker.idle = false;
            working++;
            worker.woken.signalAll();
            return;
        }
        if (workers.size() == workersMax) return;
        try {
            Worker worker = new Worker(mutex.gate(), new AheadReads(loader));
            worker.task = seams.tasks().spawn("polder-read-ahead-" + started, () -> run(worker));
            started++;
            working++; // it needs the mutex before it does anything
            workers.add(worker);
        } catch (OutOfMemoryError e) { // also for want of threads
            loader.refused.increment();
        }
    }

    /// Nobody would ever load them.
    private void dropQueued() {
        for (BlockBatch batch; (batch = queue.poll()) != null; ) {
            batch.clear();
            free.add(batch);
        }
        loaded.signalAll();
    }

    /// Somebody needs a batch now: if it is still queued, it is loaded here.
    void hurry(long ticket) {
        BlockBatch wanted = null;
        mutex.lock();
        try {
            for (BlockBatch batch : queue) if (batch.ticket == ticket) wanted = batch;
            if (wanted == null) return;
            queue.remove(wanted);
            loading.add(wanted);
        } finally {
            mutex.unlock();
        }
        boolean ended = true;
        try {
            ended = loader.loadUrgently(wanted);
        } finally {
            if (ended || !putBack(wanted)) done(wanted);
        }
    }

    /// Leaves a batch to a worker who is at work, `false` if there is none.
    private boolean putBack(BlockBatch batch) {
        mutex.lock();
        try {
            if (working == 0 || closed) return false;
            loading.remove(batch);
            queue.addFirst(batch);
            return true;
        } finally {
            mutex.unlock();
        }
    }

    /// Whether everything up to a ticket has ended.
    boolean isDone(long ticket) {
        mutex.lock();
        try {
            return !isUnderWay(ticket);
        } finally {
            mutex.unlock();
        }
    }

    /// Waits until everything that was submitted so far has ended.
    void drain() {
        mutex.lock();
        try {
            long last = tickets;
            while (isUnderWay(last)) loaded.await();
        } finally {
            mutex.unlock();
        }
    }

    private boolean isUnderWay(long last) {
        for (BlockBatch batch : queue) if (batch.ticket <= last) return true; // one that was put back is out of order
        for (BlockBatch batch : loading) if (batch.ticket <= last) return true;
        return false;
    }

    /// Ends the workers; what is queued is forgotten.
    void close() {
        List<Task> ending = new ArrayList<>();
        mutex.lock();
        try {
            closed = true;
            queue.clear();
            loaded.signalAll();
            for (Worker worker : workers) {
                worker.woken.signalAll();
                if (worker.task != null) ending.add(worker.task);
            }
        } finally {
            mutex.unlock();
        }
        ending.forEach(Task::join);
    }

    private static final class Worker {
        private final Gate woken;
        private final AheadReads reads;
        private boolean idle; // under the mutex
        private @Nullable Task task;

        Worker(Gate woken, AheadReads reads) {
            this.woken = woken;
            this.reads = reads;
        }
    }

    private void run(Worker worker) {
        try {
            work(worker);
        } finally {
            leave(worker);
        }
    }

    private void leave(Worker worker) {
        mutex.lock();
        try {
            if (closed) return;
            workers.remove(worker);
            if (!worker.idle) working--;
            if (working == 0) dropQueued();
        } finally {
            mutex.unlock();
        }
    }

    private void work(Worker worker) {
        AheadReads reads = worker.reads;
        while (true) {
            BlockBatch batch = reads.hasRoom() ? next(worker) : null;
            if (batch == null && reads.isEmpty()) return;
            try {
                if (batch == null) finishOne(reads);
                else start(worker, batch);
            } catch (Throwable e) {
                // The file was closed meanwhile. Anything else meets whoever reads the block for himself.
                boolean begun = batch != null && reads.has(batch);
                reads.giveUp(done);
                if (batch != null && !begun) done(batch);
            }
        }
    }

    private void start(Worker worker, BlockBatch batch) {
        AheadReads reads = worker.reads;
        AheadReads.Start started;
        while ((started = reads.start(batch)) == AheadReads.Start.NO_SLOT && !reads.isEmpty()) finishOne(reads);
        if (started == AheadReads.Start.UNDER_WAY) return;
        if (started == AheadReads.Start.NO_SLOT) {
            if (retired(worker, batch)) return;
            loader.refused.increment();
        }
        done(batch);
    }

    /// There is nothing to be done for one more worker: the others take the batch with the slots they have. `false`
    /// if there are no others.
    private boolean retired(Worker worker, BlockBatch batch) {
        mutex.lock();
        try {
            if (working == 1 || closed) return false;
            loading.remove(batch);
            queue.addFirst(batch);
            rest(worker);
            return true;
        } finally {
            mutex.unlock();
        }
    }

    private void finishOne(AheadReads reads) {
        BlockBatch ended = reads.next();
        if (ended != null) done(ended);
    }

    /// What is to be started next; waits for it if nothing is under way.
    private @Nullable BlockBatch next(Worker worker) {
        mutex.lock();
        try {
            while (queue.isEmpty() && !closed && worker.reads.isEmpty()) rest(worker);
            BlockBatch batch = queue.poll();
            if (batch != null) loading.add(batch);
            return batch;
        } finally {
            mutex.unlock();
        }
    }

    /// Until it is set to work, under the mutex.
    private void rest(Worker worker) {
        worker.idle = true;
        working--;
        while (worker.idle && !closed) worker.woken.await();
        if (!worker.idle) return;
        worker.idle = false;
        working++;
    }

    private void done(BlockBatch batch) {
        mutex.lock();
        try {
            if (!loading.remove(batch)) return;
            loaded.signalAll();
            batch.clear();
            free.add(batch);
        } finally {
            mutex.unlock();
        }
    }
}
