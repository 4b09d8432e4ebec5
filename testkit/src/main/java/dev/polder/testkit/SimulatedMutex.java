package dev.polder.testkit;

import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A lock of a simulation. Taking it twice is refused, though a real one would allow it: no code may rely on it.
final class SimulatedMutex implements Mutex {
    private final SimulatedTasks tasks;
    private final String name;
    private @Nullable SimulatedTask owner;
    private final List<SimulatedTask> blocked = new ArrayList<>();

    SimulatedMutex(SimulatedTasks tasks, String name) {
        this.tasks = tasks;
        this.name = name;
    }

    @Override
    public void lock() {
        SimulatedTask me = tasks.current("lock " + name);
        if (owner == me) throw new IllegalStateException(me + " locks '" + name + "' twice");
        tasks.step("lock " + name);
        take(me);
    }

    private void take(SimulatedTask me) {
        while (owner != null) {
            me.blockOn("lock '" + name + "' held by " + owner);
            blocked.add(me);
            try {
                tasks.step("blocked " + name);
            } finally {
                blocked.remove(me);
            }
        }
        owner = me;
    }

    @Override
    public boolean tryLock() {
        SimulatedTask me = tasks.current("tryLock " + name);
        tasks.step("tryLock " + name);
        if (owner != null) return false;
        owner = me;
        return true;
    }

    /// Never throws while a simulation ends: it is called from `finally`.
    @Override
    public void unlock() {
        SimulatedTask me = tasks.currentOrNull();
        if (owner != me || me == null) {
            if (tasks.ending()) return;
            throw new IllegalStateException(me + " unlocks '" + name + "' held by " + owner);
        }
        boolean contended = !blocked.isEmpty();
        release();
        if (contended && !tasks.ending()) tasks.step("unlock " + name);
    }

    private void release() {
        owner = null;
        for (SimulatedTask task : blocked) task.wake();
    }

    @Override
    public boolean heldByCurrentTask() {
        return owner != null && owner == tasks.currentOrNull();
    }

    @Override
    public Gate gate() {
        return new SimulatedGate();
    }

    private final class SimulatedGate implements Gate {
        private final List<SimulatedTask> waiting = new ArrayList<>();

        @Override
        public void await() {
            await(Long.MAX_VALUE);
        }

        @Override
        public boolean await(long nanos) {
            SimulatedTask me = tasks.current("await " + name);
            if (owner != me)
                throw new IllegalStateException(me + " waits on a gate of '" + name + "' without its lock");
            if (nanos <= 0) return false;
            release();
            // Now and then a wait ends for no reason, as the contract allows: callers check in a loop.
            boolean spurious = tasks.oneIn(64);
            if (!spurious) {
                me.blockOn("a signal of '" + name + "'", tasks.momentIn(nanos));
                waiting.add(me);
            }
            boolean timedOut;
            try {
                tasks.step("await " + name);
                timedOut = !spurious && me.timedOut;
            } finally {
                waiting.remove(me);
            }
            take(me);
            return !timedOut;
        }

        @Override
        public void signalAll() {
            SimulatedTask me = tasks.currentOrNull();
            if (owner != me && !tasks.ending()) {
                throw new IllegalStateException(me + " signals a gate of '" + name + "' without its lock");
            }
            for (SimulatedTask task : waiting) {
                task.wake();
                task.timedOut = false;
            }
            waiting.clear();
        }
    }
}
