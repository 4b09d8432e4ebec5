package dev.polder.block;

import dev.polder.disk.Lane;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Loads batches in the background, so that a scan looks at some blocks while the device brings the next ones.
///
///     take ──▶ fill ──▶ submit ──▶ [ queue ] ──▶ worker: load ──▶ free again
///       └ null: all batches are in use, do without
///
/// Bounded by its batches ([AheadLimits]), which go round. A batch may outlive the read that asked for it, and
/// even the store: then its files are closed, and the load comes to nothing. [#drain] waits for what was
/// submitted before, for those who want to see a file's handle closed.
///
/// **Threads.** Any; a batch belongs to whoever took it until it is submitted. Workers are started when the first
/// batch comes.
final class Prefetcher {
    private final BatchLoader loader;
    private final int workersMax;
    private final int batchesMax;
    private final Seams seams;
    private final Mutex mutex;
    private final Gate submitted;
    private final Gate loaded;
    private final ArrayDeque<BlockBatch> free = new ArrayDeque<>();
    private final ArrayDeque<BlockBatch> queue = new ArrayDeque<>();
    private final List<BlockBatch> loading = new ArrayList<>();
    private final List<Task> workers = new ArrayList<>();
    private int made;
    private long tickets;
    private boolean closed;

    /// @param slots three quarters of them may be in use here at once: the others stay free anyway
    Prefetcher(BatchLoader loader, int slots, AheadLimits limits, Seams seams) {
        this.loader = loader;
        this.workersMax = Math.clamp(slots * 3L / 4, 1, limits.threadsMax());
        this.batchesMax = limits.batchesMax();
        this.seams = seams;
        mutex = seams.tasks().mutex("read-ahead");
        submitted = mutex.gate();
        loaded = mutex.gate();
    }

    /// An empty batch to fill and [#submit]; `null` if all are in use.
    @Nullable
    BlockBatch take() {
        mutex.lock();
        try {
            BlockBatch batch = closed ? null : free.poll();
            if (batch != null || closed || made == batchesMax) return batch;
            made++;
            return new BlockBatch();
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
            if (workers.size() < workersMax && workers.size() < queue.size() + loading.size()) {
                workers.add(seams.tasks().spawn("polder-read-ahead-" + workers.size(), this::work));
            }
            submitted.signalAll();
            return batch.ticket;
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
        BlockBatch next = queue.peek();
        if (next != null && next.ticket <= last) return true;
        for (BlockBatch batch : loading) if (batch.ticket <= last) return true;
        return false;
    }

    /// Ends the workers; what is queued is forgotten.
    void close() {
        List<Task> ending;
        mutex.lock();
        try {
            closed = true;
            queue.clear();
            submitted.signalAll();
            loaded.signalAll();
            ending = List.copyOf(workers);
        } finally {
            mutex.unlock();
        }
        ending.forEach(Task::join);
    }

    private void work() {
        for (BlockBatch batch = next(); batch != null; batch = next()) {
            try {
                loader.load(batch, Lane.READ_AHEAD);
            } catch (RuntimeException e) {
                // The file was closed meanwhile. Anything else meets whoever reads the block for himself.
            } finally {
                done(batch);
            }
        }
    }

    private @Nullable BlockBatch next() {
        mutex.lock();
        try {
            while (queue.isEmpty() && !closed) submitted.await();
            BlockBatch batch = queue.poll();
            if (batch != null) loading.add(batch);
            return batch;
        } finally {
            mutex.unlock();
        }
    }

    private void done(BlockBatch batch) {
        mutex.lock();
        try {
            loading.remove(batch);
            batch.clear();
            free.add(batch);
            loaded.signalAll();
        } finally {
            mutex.unlock();
        }
    }
}
