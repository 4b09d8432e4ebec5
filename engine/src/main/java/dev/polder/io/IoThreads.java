package dev.polder.io;

import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Task;
import dev.polder.runtime.Tasks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// A few threads that read and write for others: one queue, in order of arrival; each thread has so many transfers
/// under way as its own batch holds. For batches whose thread cannot wait in the operating system (a virtual thread
/// would take its carrier along), or does not want to wait at all, and for engines that can only have several
/// transfers under way by several threads.
///
///     HandedBatch ──queue──▶ thread: own batch ──▶ HandedBatch, which wakes its waiter
///
/// **Always true**, under the mutex: a transfer of a handed batch is in the queue, in one thread's batch, or in the
/// list of those that ended. **Bounds.** The queue holds what the batches hold, and of single reads no more than
/// `queueMax`. Threads start when there is work and none is idle; they end with the engine.
///
/// **Nobody waits for ever for a thread that met an error**, which may be any: a heap that is full for a moment. A
/// thread that meets one closes its own batch, which waits for what is under way, tells those whose transfers it had,
/// and goes on; one that ends all the same is counted no more, and another takes its place. The queue and the lists
/// that a request goes through have room for all that can be in them, so no step needs memory. If there is no thread at
/// all and none can be started, nothing is queued.
final class IoThreads {
    /// Instead of a number of bytes: the queue is full.
    static final int NOT_TAKEN = -1;

    private final Tasks tasks;
    private final String name;
    private final int threadsMax;
    private final int depthEach;
    private final int queueMax;
    private final Supplier<IoBatch> own;
    private final Mutex mutex;

    // Under the mutex.
    private final Requests queue = new Requests();
    private final List<Worker> threads;
    /// The last to become idle is the first to be woken.
    private final ArrayDeque<Worker> idle;
    private boolean closed;
    private long singles;
    private long notTaken;
    private long started;

    /// Told where there is no memory for an exception of its own.
    private final RuntimeException noMemory = new IllegalStateException("an I/O thread had no memory");

    /// @param own       the batch a thread uses while it has something to do
    /// @param depthEach how deep that is at most
    /// @param queueMax  beyond so many that wait no single read is taken
    IoThreads(Tasks tasks, String name, int threadsMax, int depthEach, int queueMax, Supplier<IoBatch> own) {
        this.tasks = tasks;
        this.name = name;
        this.threadsMax = threadsMax;
        this.depthEach = depthEach;
        this.queueMax = queueMax;
        this.own = own;
        this.mutex = tasks.mutex(name);
        this.threads = new ArrayList<>(threadsMax);
        this.idle = new ArrayDeque<>(threadsMax);
    }

    IoBatch batch(int depth) {
        return new HandedBatch(depth);
    }

    /// One read as by [IoFile#read], for which the thread that asks parks; or [#NOT_TAKEN].
    int read(IoFile file, long position, long address, int bytes) {
        HandedBatch one = new HandedBatch(1);
        one.read(0, file, position, address, bytes);
        if (!one.submitIfRoom()) return NOT_TAKEN;
        one.next();
        return one.result(0);
    }

    String describe() {
        mutex.lock();
        try {
            return threads.size() + " of " + threadsMax + " threads for others, " + singles + " single reads, "
                    + notTaken + " not taken";
        } finally {
            mutex.unlock();
        }
    }

    /// Waits for the threads; batches must be closed before.
    void close() {
        List<Task> ending = new ArrayList<>();
        mutex.lock();
        try {
            closed = true;
            for (Worker worker : idle) worker.work.signalAll();
            for (Worker worker : threads) if (worker.task != null) ending.add(worker.task);
        } finally {
            mutex.unlock();
        }
        for (Task thread : ending) thread.join();
    }

    /// As many threads as so many requests need, under the mutex: idle ones first, then new ones.
    ///
    /// @throws OutOfMemoryError if there is none, and the system has none to give
    private void wake(int requests) {
        int needed = (requests + depthEach - 1) / depthEach;
        for (; needed > 0 && !idle.isEmpty(); needed--) idle.removeLast().work.signalAll();
        try {
            for (; needed > 0 && threads.size() < threadsMax; needed--) startOne();
        } catch (OutOfMemoryError e) { // also for want of threads
            if (threads.isEmpty()) throw e;
        }
    }

    /// Under the mutex, which it needs first: it is counted before it does anything.
    private void startOne() {
        Worker worker = new Worker();
        threads.add(worker);
        boolean runs = false;
        try {
            worker.task = tasks.spawn(name + " " + started, worker::run);
            runs = true;
            started++;
        } finally {
            if (!runs) threads.remove(worker);
        }
    }

    // ---- The threads ----

    private final class Worker {
        private final Gate work = mutex.gate();
        private @Nullable Task task; // under the mutex

        // Of its thread. A request that was taken is in one of the three.
        private final List<Request> taken = new ArrayList<>(depthEach);
        private int begun; // of those taken: they are in `running` or `ended`
        private final @Nullable Request[] running = new Request[depthEach];
        private final List<Request> ended = new ArrayList<>(2 * depthEach);
        private final int[] free = new int[depthEach];
        private int frees;

        void run() {
            try {
                while (awaitWork()) {
                    boolean had = false;
                    try (IoBatch batch = own.get()) {
                        had = true;
                        serve(batch);
                    } catch (Throwable e) {
                        if (!had) take(depthEach); // it was for those who wait in the queue
                        failAll(e);
                    }
                }
            } finally {
                leave();
            }
        }

        /// `false` when the engine closes.
        private boolean awaitWork() {
            mutex.lock();
            try {
                while (queue.size == 0 && !closed) {
                    if (!idle.contains(this)) idle.addLast(this);
                    work.await();
                }
                idle.remove(this);
                return queue.size > 0;
            } finally {
                mutex.unlock();
            }
        }

        private void leave() {
            mutex.lock();
            try {
                threads.remove(this);
                idle.remove(this);
                if (!closed && queue.size > 0) wake(queue.size);
            } finally {
                mutex.unlock();
            }
        }

        /// Until there is nothing left to do.
        private void serve(IoBatch batch) {
            frees = Math.min(batch.depth(), depthEach);
            for (int slot = 0; slot < frees; slot++) free[slot] = slot;
            while (true) {
                take(frees);
                while (begun < taken.size()) start(batch, taken.get(begun++));
                for (int slot = batch.next(); slot >= 0; slot = batch.depth() > 1 ? batch.poll() : -1) {
                    Request request = Objects.requireNonNull(running[slot]);
                    request.end(batch, slot);
                    ended.add(request);
                    running[slot] = null;
                    free[frees++] = slot;
                    request.batch.noticeEnd(request.slot);
                }
                if (ended.isEmpty()) return;
                giveBack();
            }
        }

        private void start(IoBatch batch, Request request) {
            int slot = free[--frees];
            running[slot] = request;
            try {
                request.startIn(batch, slot);
            } catch (RuntimeException e) {
                request.failure = e;
                ended.add(request);
                running[slot] = null;
                free[frees++] = slot;
                request.batch.noticeEnd(request.slot);
            }
        }

        private void take(int most) {
            taken.clear();
            begun = 0;
            mutex.lock();
            try {
                for (int n = Math.min(most, queue.size); n > 0; n--) taken.add(queue.remove());
            } finally {
                mutex.unlock();
            }
        }

        private void giveBack() {
            mutex.lock();
            try {
                for (int i = 0; i < ended.size(); i++) ended.get(i).batch.ended(ended.get(i));
            } finally {
                mutex.unlock();
            }
            ended.clear();
        }

        /// Our own mistake, or no memory: whoever waits must learn of it. Nothing is under way, the batch is closed.
        private void failAll(Throwable cause) {
            RuntimeException failure = failure(cause);
            for (int slot = 0; slot < running.length; slot++) {
                Request request = running[slot];
                running[slot] = null;
                if (request != null) fail(request, failure);
            }
            while (begun < taken.size()) fail(taken.get(begun++), failure);
            giveBack();
        }

        private void fail(Request request, RuntimeException failure) {
            request.failure = failure;
            ended.add(request);
            try {
                request.batch.noticeEnd(request.slot);
            } catch (RuntimeException | Error e) {
                // Its owner does the same when he asks.
            }
        }

        private RuntimeException failure(Throwable cause) {
            try {
                return new IllegalStateException("an I/O thread failed: " + cause, cause);
            } catch (OutOfMemoryError e) {
                return noMemory;
            }
        }
    }

    // ---- The batches ----

    /// One slot of a handed batch.
    private static final class Request {
        private final HandedBatch batch;
        private final int slot;
        private int bytes;
        private @Nullable RuntimeException failure;
        private @Nullable Request next; // in the queue

        Request(HandedBatch batch, int slot) {
            this.batch = batch;
            this.slot = slot;
        }

        void startIn(IoBatch own, int ownSlot) {
            failure = null;
            IoFile file = batch.file(slot);
            IoBatch.Parts several = batch.parts[slot];
            boolean write = batch.writes[slot];
            long position = batch.positions[slot];
            if (several == null) {
                own.begin(ownSlot, write, file, position, batch.addresses[slot], batch.lengths[slot]);
            } else {
                own.begin(
                        ownSlot,
                        write,
                        file,
                        position,
                        several.addresses,
                        several.lengths,
                        several.from,
                        several.count);
            }
        }

        void end(IoBatch own, int ownSlot) {
            try {
                bytes = own.result(ownSlot);
            } catch (RuntimeException e) {
                failure = e;
            }
        }
    }

    /// In order of arrival, linked by themselves.
    private static final class Requests {
        private @Nullable Request first;
        private @Nullable Request last;
        private int size;

        void add(Request request) {
            Request before = last;
            if (before == null) first = request;
            else before.next = request;
            last = request;
            size++;
        }

        Request remove() {
            Request request = Objects.requireNonNull(first);
            first = request.next;
            request.next = null;
            if (first == null) last = null;
            size--;
            return request;
        }

        /// Those of a batch, which end with this.
        void removeOf(HandedBatch batch) {
            for (int n = size; n > 0; n--) {
                Request request = remove();
                if (request.batch == batch) batch.ended(request.slot);
                else add(request);
            }
        }
    }

    final class HandedBatch extends IoBatch {
        private final Request[] requests;
        private final int[] started;
        private int starts;

        // Under the mutex.
        private final Gate some = mutex.gate();
        private final int[] ended;
        private int first;
        private int ends;
        private boolean waits;

        HandedBatch(int depth) {
            super(depth);
            requests = new Request[depth];
            started = new int[depth];
            ended = new int[depth];
            for (int slot = 0; slot < depth; slot++) requests[slot] = new Request(this, slot);
        }

        @Override
        void start(int slot) {
            started[starts++] = slot;
        }

        @Override
        public void submit() {
            if (starts == 0) return;
            mutex.lock();
            try {
                if (closed) throw new IllegalStateException("the I/O engine is closed");
                wake(queue.size + starts); // they look at the queue when we have left the mutex
                for (int i = 0; i < starts; i++) queue.add(requests[started[i]]);
                starts = 0;
            } finally {
                mutex.unlock();
            }
        }

        boolean submitIfRoom() {
            mutex.lock();
            try {
                boolean room = queue.size < queueMax;
                if (room) singles++;
                else notTaken++;
                if (room) submit();
                return room;
            } finally {
                mutex.unlock();
            }
        }

        @Override
        int await() {
            submit();
            mutex.lock();
            try {
                waits = true;
                while (ends == 0) some.await();
                waits = false;
                return endedOrNone();
            } finally {
                mutex.unlock();
            }
        }

        @Override
        int endedOrNone() {
            submit();
            mutex.lock();
            try {
                if (ends == 0) return -1;
                int slot = ended[first];
                first = (first + 1) % ended.length;
                ends--;
                RuntimeException failure = requests[slot].failure;
                if (failure == null) succeed(slot, requests[slot].bytes);
                else fail(slot, failure);
                return slot;
            } finally {
                mutex.unlock();
            }
        }

        /// Called by a thread, under the mutex.
        private void ended(Request request) {
            ended(request.slot);
            if (waits) some.signalAll();
        }

        private void ended(int slot) {
            ended[(first + ends++) % ended.length] = slot;
        }

        /// What no thread has begun need not be done.
        @Override
        public void close() {
            mutex.lock();
            try {
                queue.removeOf(this);
                for (int i = 0; i < starts; i++) ended(started[i]);
                starts = 0;
            } finally {
                mutex.unlock();
            }
            drain();
        }
    }
}
