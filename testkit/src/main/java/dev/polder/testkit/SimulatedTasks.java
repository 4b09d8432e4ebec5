package dev.polder.testkit;

import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.runtime.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// Threads that take turns: real ones, but only the one that holds the baton runs. At every call of a seam (lock,
/// contended unlock, wait, sleep, spawn, join, spin, and every operation of an attached [SimulatedIo]) a seeded
/// scheduler passes the baton to a task that can run. The same seed gives the same run, to be found again by its
/// trace hash.
///
///     SimulatedTasks.run(seed, tasks -> {
///         SimulatedIo io = …; tasks.attach(io);
///         … open a store with tasks.seams(), spawn clients, join them, close …
///     });
///
/// Time stands nearly still while anyone can run, and jumps to the next timer when nobody can. If there is no timer
/// either, it is a deadlock: the run fails and tells each task's place. It fails too if tasks are left over at the
/// end, or if one failed and nobody asked it. When the power is cut, every task gets a [PowerCutError] at its next
/// call, so all unwinds.
///
/// What happens between two calls is not interleaved: races on plain memory are for other tools.
public final class SimulatedTasks implements Tasks {
    private static final long STEP_NANOS = 1_000;
    private static final int STEPS_AFTER_BODY = 200_000;

    private final SimulatedClock clock = new SimulatedClock();
    private final SplittableRandom random;
    private final Seams seams;
    private final List<SimulatedTask> tasks = new ArrayList<>();
    private volatile @Nullable SimulatedTask running;
    private long steps;
    private long stepsMax = Long.MAX_VALUE;
    private long traceHash;
    /// Set when the run ends before its time: a [PowerCutError], or what went wrong. Every task meets it at its next
    /// call.
    private volatile @Nullable Error end;

    private SimulatedTasks(long seed) {
        this.random = new SplittableRandom(seed);
        this.seams = new Seams(clock, new SeededEntropy(seed ^ 0x5DEECE66DL), this);
    }

    /// What a simulation is about; it runs as the first task.
    public interface Body {
        void run(SimulatedTasks tasks) throws Exception;
    }

    /// How a run went.
    ///
    /// @param traceHash the same for the same seed: every choice of the scheduler is in it
    /// @param powerCut  whether the power was cut; the body may have ended early
    public record Outcome(long traceHash, long steps, long nanos, boolean powerCut) {}

    /// Runs `body` on the calling thread, as the first task. Its failures are thrown on, apart from a
    /// [PowerCutError].
    public static Outcome run(long seed, Body body) {
        return new SimulatedTasks(seed).runAll(seed, body);
    }

    private Outcome runAll(long seed, Body body) {
        SimulatedTask first = new SimulatedTask(this, 0, "main");
        first.thread = Thread.currentThread();
        tasks.add(first);
        running = first;
        Throwable failure = null;
        try {
            body.run(this);
            awaitOthers();
        } catch (Throwable t) {
            failure = t;
        }
        if (failure instanceof PowerCutError) cutPower();
        if (end == null && failure != null)
            end = new SimulationEndedError("the body of the simulation failed: " + failure);
        unwindOthers(first);
        rethrow(seed, failure);
        return new Outcome(traceHash, steps, clock.nanoTime(), end instanceof PowerCutError);
    }

    /// Tasks that are about to end may do so; those that never do are left over.
    private void awaitOthers() {
        stepsMax = steps + STEPS_AFTER_BODY;
        for (int i = 1; i < tasks.size(); i++) if (!tasks.get(i).finished()) awaitEnd(tasks.get(i));
        stepsMax = Long.MAX_VALUE;
    }

    private void unwindOthers(SimulatedTask first) {
        while (true) {
            first.wake();
            SimulatedTask next = tasks.stream()
                    .filter(task -> task != first && !task.finished())
                    .findFirst()
                    .orElse(null);
            if (next == null) return;
            pass(first, next);
        }
    }

    private void rethrow(long seed, @Nullable Throwable failure) {
        Error ended = end;
        if (ended instanceof AssertionError)
            throw new AssertionError("seed " + seed + ": " + ended.getMessage(), ended);
        if (failure != null && !(failure instanceof PowerCutError)) {
            failure.addSuppressed(new SimulationEndedError("in the simulation of seed " + seed));
            SimulatedTasks.<RuntimeException>sneak(failure);
        }
        for (SimulatedTask task : tasks) {
            Throwable unseen = task.unseenFailure();
            if (unseen == null || unseen instanceof PowerCutError || unseen instanceof SimulationEndedError) continue;
            throw new AssertionError("seed " + seed + ": " + task + " failed, and nobody asked it", unseen);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable failure) throws T {
        throw (T) failure;
    }

    // ---- For the body ----

    /// What to hand to the engine under test.
    public Seams seams() {
        return seams;
    }

    public SimulatedClock clock() {
        return clock;
    }

    /// Every operation of this disk becomes a place where another task may go on, and its power cut reaches all
    /// tasks.
    public void attach(SimulatedIo io) {
        io.attach(() -> step("io"), this::cutPower, this::sleep);
    }

    /// From now on every call of a task ends in a [PowerCutError].
    public void cutPower() {
        if (end == null) end = new PowerCutError("the power went after step " + steps);
    }

    /// The run fails, and tells each task's place, if it takes more than so many steps from now on: something goes
    /// round and round.
    public void limit(long stepsFromNow) {
        stepsMax = steps + stepsFromNow;
    }

    public long steps() {
        return steps;
    }

    // ---- The seam ----

    @Override
    public Task spawn(String name, Runnable body) {
        current("spawn " + name);
        SimulatedTask task = new SimulatedTask(this, tasks.size(), name);
        tasks.add(task);
        task.thread = Thread.ofPlatform().daemon().name("simulated " + name).unstarted(() -> {
            task.baton.acquireUninterruptibly();
            runTask(task, body);
        });
        Objects.requireNonNull(task.thread).start();
        step("spawn " + name);
        return task;
    }

    private void runTask(SimulatedTask task, Runnable body) {
        Throwable failure = null;
        try {
            if (end == null) body.run();
        } catch (PowerCutError e) {
            cutPower();
            failure = e;
        } catch (Throwable t) {
            failure = t;
        }
        task.finish(failure);
        for (SimulatedTask other : tasks) if (("the end of " + task).equals(other.waitsFor)) other.wake();
        SimulatedTask next = end != null ? tasks.getFirst() : chooseOrNull();
        if (next == null) {
            end = new AssertionError("deadlock:" + places());
            next = tasks.getFirst();
        }
        trace("end", next);
        running = next;
        next.baton.release();
    }

    @Override
    public Mutex mutex(String name) {
        return new SimulatedMutex(this, name);
    }

    @Override
    public void sleep(long nanos) {
        SimulatedTask me = current("sleep");
        if (nanos > 0) me.blockOn("time", momentIn(nanos));
        step("sleep");
    }

    @Override
    public void spin() {
        current("spin");
        step("spin");
    }

    void awaitEnd(SimulatedTask task) {
        SimulatedTask me = current("join");
        step("join");
        while (!task.finished()) {
            me.blockOn("the end of " + task);
            step("joining");
        }
    }

    // ---- The scheduler; only the holder of the baton is ever in it ----

    SimulatedTask current(String place) {
        SimulatedTask me = currentOrNull();
        if (me != null) return me;
        if (end != null) throw ended();
        throw new IllegalStateException(place + ": " + Thread.currentThread() + " is no task of this simulation");
    }

    @Nullable
    SimulatedTask currentOrNull() {
        SimulatedTask me = running;
        return me != null && Thread.currentThread().equals(me.thread) ? me : null;
    }

    boolean ending() {
        return end != null;
    }

    boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    long momentIn(long nanos) {
        long moment = clock.nanoTime() + nanos;
        return moment < 0 ? Long.MAX_VALUE : moment;
    }

    /// A place where another task may go on. If the caller waits for something, it returns when that has come.
    void step(String place) {
        if (end != null) throw ended();
        SimulatedTask me = current(place);
        steps++;
        clock.advance(STEP_NANOS);
        SimulatedTask next = chooseOrNull();
        if (next == null) fail("deadlock:" + places());
        if (steps > stepsMax) fail("no end after " + steps + " steps, tasks are left over:" + places());
        trace(place, Objects.requireNonNull(next));
        if (next != me) pass(me, next);
        if (end != null) throw ended();
    }

    private void pass(SimulatedTask me, SimulatedTask next) {
        running = next;
        next.baton.release();
        me.baton.acquireUninterruptibly();
        running = me;
    }

    private @Nullable SimulatedTask chooseOrNull() {
        wakeTimers();
        int runnable = 0;
        for (SimulatedTask task : tasks) if (task.runnable()) runnable++;
        // Now and then nobody runs for a while, as when a machine swaps: timers come first.
        if ((runnable == 0 || oneIn(256)) && jumpToNextTimer()) {
            runnable = 0;
            for (SimulatedTask task : tasks) if (task.runnable()) runnable++;
        }
        if (runnable == 0) return null;
        int chosen = random.nextInt(runnable);
        for (SimulatedTask task : tasks) if (task.runnable() && chosen-- == 0) return task;
        throw new IllegalStateException("counted wrongly");
    }

    private void wakeTimers() {
        for (SimulatedTask task : tasks) task.wakeAt(clock.nanoTime());
    }

    private boolean jumpToNextTimer() {
        long next = Long.MAX_VALUE;
        for (SimulatedTask task : tasks) next = Math.min(next, task.deadline());
        if (next == Long.MAX_VALUE) return false;
        clock.advance(Math.max(0, next - clock.nanoTime()));
        wakeTimers();
        return true;
    }

    private void trace(String place, SimulatedTask next) {
        traceHash = SeededEntropy.mix(traceHash * 31 + place.hashCode() * 1_000_003L + next.number + clock.nanoTime());
    }

    private void fail(String what) {
        end = new AssertionError(what);
        throw ended();
    }

    private Error ended() {
        Error ended = Objects.requireNonNull(end);
        if (ended instanceof PowerCutError) return new PowerCutError(Objects.requireNonNull(ended.getMessage()));
        return new SimulationEndedError(Objects.requireNonNull(ended.getMessage()));
    }

    private String places() {
        StringBuilder text = new StringBuilder();
        for (SimulatedTask task : tasks) {
            if (task.finished()) continue;
            text.append("\n  ").append(task);
            text.append(task.waitsFor == null ? " can run" : " waits for " + task.waitsFor);
            StackTraceElement[] stack = Objects.requireNonNull(task.thread).getStackTrace();
            java.util.Arrays.stream(stack)
                    .filter(frame -> !isMachinery(frame.getClassName()))
                    .limit(8)
                    .forEach(frame -> text.append("\n      at ").append(frame));
        }
        return text.toString();
    }

    private static boolean isMachinery(String type) {
        return type.startsWith("java.")
                || type.startsWith("jdk.")
                || type.equals(SimulatedTasks.class.getName())
                || type.equals(SimulatedTask.class.getName())
                || type.startsWith(SimulatedMutex.class.getName());
    }

    /// Thrown through the tasks of a run that failed elsewhere.
    private static final class SimulationEndedError extends Error {
        private static final long serialVersionUID = 1L;

        SimulationEndedError(String message) {
            super(message);
        }
    }
}
