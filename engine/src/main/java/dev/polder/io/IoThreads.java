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
    private final ArrayDeque<Request> queue = new ArrayDeque<>();
    private final List<Task> threads = new ArrayList<>();
    /// The last to become idle is the first to be woken.
    private final ArrayDeque<Worker> idle = new ArrayDeque<>();
    private boolean closed;
    private long singles;
    private long notTaken;

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
        List<Task> ending;
        mutex.lock();
        try {
            closed = true;
            for (Worker worker : idle) worker.work.signalAll();
            ending = List.copyOf(threads);
        } finally {
            mutex.unlock();
        }
        for (Task thread : ending) thread.join();
    }

    /// As many threads as the queue needs, under the mutex: idle ones first, then new ones.
    private void wake() {
        int needed = (queue.size() + depthEach - 1) / depthEach;
        for (; needed > 0 && !idle.isEmpty(); needed--) idle.removeLast().work.signalAll();
        for (; needed > 0 && threads.size() < threadsMax; needed--) {
            threads.add(tasks.spawn(name + " " + threads.size(), new Worker()::run));
        }
    }

    // ---- The threads ----

    private final class Worker {
        private final Gate work = mutex.gate();
        private final List<Request> taken = new ArrayList<>();
        private final List<Request> ended = new ArrayList<>();
        private @Nullable Request[] running = new Request[0];
        private int[] free = new int[0];
        private int frees;

        void run() {
            while (awaitWork()) {
                try (IoBatch batch = own.get()) {
                    serve(batch);
                } catch (RuntimeException | Error e) {
                    failAll(e);
                    if (e instanceof Error error) throw error;
                }
            }
        }

        /// `false` when the engine closes.
        private boolean awaitWork() {
            mutex.lock();
            try {
                while (queue.isEmpty() && !closed) {
                    if (!idle.contains(this)) idle.addLast(this);
                    work.await();
                }
                idle.remove(this);
                return !queue.isEmpty();
            } finally {
                mutex.unlock();
            }
        }

        /// Until there is nothing left to do.
        private void serve(IoBatch batch) {
            frees = batch.depth();
            running = new Request[frees];
            free = new int[frees];
            for (int slot = 0; slot < frees; slot++) free[slot] = slot;
            while (true) {
                take();
                for (Request request : taken) start(batch, request);
                taken.clear();
                for (int slot = batch.next(); slot >= 0; slot = batch.depth() > 1 ? batch.poll() : -1) {
                    Request request = Objects.requireNonNull(running[slot]);
                    running[slot] = null;
                    request.end(batch, slot);
                    request.batch.noticeEnd(request.slot);
                    ended.add(request);
                    free[frees++] = slot;
                }
                if (ended.isEmpty()) return;
                giveBack();
            }
        }

        private void start(IoBatch batch, Request request) {
            int slot = free[frees - 1];
            try {
                request.startIn(batch, slot);
                running[slot] = request;
                frees--;
            } catch (RuntimeException e) {
                request.failure = e;
                request.batch.noticeEnd(request.slot);
                ended.add(request);
            }
        }

        private void take() {
            mutex.lock();
            try {
                for (int n = Math.min(frees, queue.size()); n > 0; n--) taken.add(queue.removeFirst());
            } finally {
                mutex.unlock();
            }
        }

        private void giveBack() {
            mutex.lock();
            try {
                for (Request request : ended) request.batch.ended(request);
            } finally {
                mutex.unlock();
            }
            ended.clear();
        }

        /// Our own mistake, or no memory: whoever waits must learn of it.
        private void failAll(Throwable cause) {
            ended.addAll(taken);
            taken.clear();
            for (int slot = 0; slot < running.length; slot++) {
                Request request = running[slot];
                running[slot] = null;
                if (request != null) ended.add(request);
            }
            for (Request request : ended) request.failure = new IllegalStateException("an I/O thread failed", cause);
            giveBack();
        }
    }

    // ---- The batches ----

    /// One slot of a handed batch.
    private static final class Request {
        private final HandedBatch batch;
        private final int slot;
        private int bytes;
        private @Nullable RuntimeException failure;

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
                for (int i = 0; i < starts; i++) queue.addLast(requests[started[i]]);
                starts = 0;
                wake();
            } finally {
                mutex.unlock();
            }
        }

        boolean submitIfRoom() {
            mutex.lock();
            try {
                boolean room = queue.size() < queueMax;
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
                for (Request request : requests) if (queue.remove(request)) ended(request.slot);
                for (int i = 0; i < starts; i++) ended(started[i]);
                starts = 0;
            } finally {
                mutex.unlock();
            }
            drain();
        }
    }
}
