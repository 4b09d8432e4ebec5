package dev.polder.testkit;

import dev.polder.runtime.Task;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// One thread of a simulation. It runs while it holds the baton, and waits for it otherwise.
final class SimulatedTask implements Task {
    private static final long NEVER = Long.MAX_VALUE;

    private final SimulatedTasks tasks;
    final int number;
    final String name;
    final Semaphore baton = new Semaphore(0);

    @Nullable
    Thread thread;

    /// What it waits for, as a report would say it; `null` while it can run.
    @Nullable
    String waitsFor;
    /// The moment at which it goes on even if nothing happens.
    private long deadline = NEVER;
    boolean timedOut;
    private boolean finished;
    private @Nullable Throwable failure;
    private boolean failureSeen;

    SimulatedTask(SimulatedTasks tasks, int number, String name) {
        this.tasks = tasks;
        this.number = number;
        this.name = name;
    }

    void blockOn(String what, long until) {
        waitsFor = what;
        deadline = until;
        timedOut = false;
    }

    void blockOn(String what) {
        blockOn(what, NEVER);
    }

    void wake() {
        waitsFor = null;
        deadline = NEVER;
    }

    /// Wakes it if its time has come.
    void wakeAt(long now) {
        if (waitsFor == null || deadline > now) return;
        wake();
        timedOut = true;
    }

    long deadline() {
        return waitsFor == null ? NEVER : deadline;
    }

    boolean runnable() {
        return !finished && waitsFor == null;
    }

    void finish(@Nullable Throwable withFailure) {
        finished = true;
        failure = withFailure;
    }

    /// A failure that nobody asked for with [#join].
    @Nullable
    Throwable unseenFailure() {
        return failureSeen ? null : failure;
    }

    @Override
    public void join() {
        tasks.awaitEnd(this);
        failureSeen = true;
        if (failure != null) throw new IllegalStateException("task " + name + " failed", failure);
    }

    @Override
    public boolean finished() {
        return finished;
    }

    @Override
    public String toString() {
        return "task " + number + " '" + name + "'";
    }
}
