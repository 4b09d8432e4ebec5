package dev.polder.store;

import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Background work of one kind (merging, or compaction), shared by all stores of an engine: stores wait their turn,
/// each is in the queue at most once and worked on by one task at a time, so the queue is bounded by the number of
/// open stores.
final class WorkQueue {

    /// One step of work on one store.
    interface Step {
        /// Does one step; returns whether there is more to do at once.
        boolean run(StoreCore store);
    }

    private final Mutex mutex;
    private final Gate changed;
    private final Step step;
    private final ArrayDeque<StoreCore> queue = new ArrayDeque<>();
    private final List<StoreCore> running = new ArrayList<>();
    private final List<StoreCore> again = new ArrayList<>();
    private final List<Task> workers = new ArrayList<>();
    private boolean stopped;
    private @Nullable Throwable mistake;

    WorkQueue(String name, int tasks, Step step, Seams seams) {
        this.step = step;
        mutex = seams.tasks().mutex("queue-" + name);
        changed = mutex.gate();
        for (int i = 0; i < tasks; i++) workers.add(seams.tasks().spawn("polder-" + name + "-" + i, this::work));
    }

    /// Asks for work on a store. Never blocks for long; may be called with the store's locks held.
    void offer(StoreCore store) {
        mutex.lock();
        try {
            if (running.contains(store)) {
                if (!again.contains(store)) again.add(store);
            } else if (!queue.contains(store)) {
                queue.add(store);
                changed.signalAll();
            }
        } finally {
            mutex.unlock();
        }
    }

    /// Takes a store out and waits until nobody works on it any more.
    void withdraw(StoreCore store) {
        mutex.lock();
        try {
            queue.remove(store);
            while (running.contains(store)) {
                again.remove(store);
                changed.await();
            }
            queue.remove(store);
        } finally {
            mutex.unlock();
        }
    }

    boolean idle(StoreCore store) {
        mutex.lock();
        try {
            return !running.contains(store) && !queue.contains(store);
        } finally {
            mutex.unlock();
        }
    }

    void stop() {
        mutex.lock();
        try {
            stopped = true;
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
        workers.forEach(Task::join);
        if (mistake != null) throw new IllegalStateException("background work failed", mistake);
    }

    private void work() {
        for (StoreCore store = take(); store != null; store = take()) {
            boolean more = false;
            try {
                more = step.run(store);
            } catch (Throwable t) {
                broken(store, t);
            } finally {
                done(store, more);
            }
        }
    }

    /// A step expects everything that the world can do to it; what still leaves it is our mistake (or the power cut
    /// of a simulation). It stops this store, not the work on all others, and is told when the engine closes.
    private void broken(StoreCore store, Throwable cause) {
        mutex.lock();
        try {
            if (mistake == null) mistake = cause;
        } finally {
            mutex.unlock();
        }
        store.stop("background work", cause);
    }

    private @Nullable StoreCore take() {
        mutex.lock();
        try {
            while (queue.isEmpty()) {
                if (stopped) return null;
                changed.await();
            }
            if (stopped) return null;
            StoreCore store = queue.remove();
            running.add(store);
            return store;
        } finally {
            mutex.unlock();
        }
    }

    private void done(StoreCore store, boolean more) {
        mutex.lock();
        try {
            running.remove(store);
            boolean askedMeanwhile = again.remove(store);
            if (more || askedMeanwhile) queue.add(store);
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
    }
}
