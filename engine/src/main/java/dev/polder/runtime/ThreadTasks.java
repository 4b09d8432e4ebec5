package dev.polder.runtime;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The real thing: daemon platform threads and `ReentrantLock` (which parks virtual threads without pinning their
/// carrier).
final class ThreadTasks implements Tasks {
    @Override
    public Task spawn(String name, Runnable body) {
        ThreadTask task = new ThreadTask(body);
        task.thread = Thread.ofPlatform().daemon().name(name).start(task);
        return task;
    }

    @Override
    public Mutex mutex(String name) {
        return new ThreadMutex();
    }

    @Override
    public void sleep(long nanos) {
        long end = System.nanoTime() + nanos;
        boolean interrupted = false;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    @Override
    public void spin() {
        Thread.onSpinWait();
    }

    private static final class ThreadTask implements Task, Runnable {
        private final Runnable body;
        private @Nullable Thread thread;
        private volatile @Nullable Throwable failure;

        ThreadTask(Runnable body) {
            this.body = body;
        }

        @Override
        public void run() {
            try {
                body.run();
            } catch (Throwable t) {
                failure = t;
            }
        }

        @Override
        public void join() {
            Thread running = java.util.Objects.requireNonNull(thread);
            boolean interrupted = false;
            while (true) {
                try {
                    running.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) Thread.currentThread().interrupt();
            Throwable t = failure;
            if (t != null) throw new IllegalStateException("task " + running.getName() + " failed", t);
        }

        @Override
        public boolean finished() {
            Thread running = thread;
            return running != null && !running.isAlive();
        }
    }

    private static final class ThreadMutex implements Mutex {
        private final ReentrantLock lock = new ReentrantLock();

        @Override
        public void lock() {
            lock.lock();
        }

        @Override
        public boolean tryLock() {
            return lock.tryLock();
        }

        @Override
        public void unlock() {
            lock.unlock();
        }

        @Override
        public boolean heldByCurrentTask() {
            return lock.isHeldByCurrentThread();
        }

        @Override
        public Gate gate() {
            return new ThreadGate(lock.newCondition());
        }
    }

    private record ThreadGate(Condition condition) implements Gate {
        @Override
        public void await() {
            condition.awaitUninterruptibly();
        }

        @Override
        public boolean await(long nanos) {
            boolean interrupted = false;
            long left = nanos;
            long end = System.nanoTime() + nanos;
            try {
                while (left > 0) {
                    try {
                        return condition.await(left, TimeUnit.NANOSECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                        left = end - System.nanoTime();
                    }
                }
                return false;
            } finally {
                if (interrupted) Thread.currentThread().interrupt();
            }
        }

        @Override
        public void signalAll() {
            condition.signalAll();
        }
    }
}
