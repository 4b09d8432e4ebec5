package dev.polder.interleaved;

import dev.polder.runtime.Clock;
import dev.polder.runtime.Entropy;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.runtime.Tasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;

/// Runs a few tasks again and again, in every order in which a scheduler could let them go on that interrupts them at
/// most so many times (Musuvathi, Qadeer: "Iterative context bounding", PLDI 2007: two interruptions find nearly all).
///
/// Depth first: a run follows the choices of the one before it up to the last place where there was another, takes
/// that, and from there on lets whoever runs go on. A task that waits for a lock or has ended is no interruption:
/// then the choice is free. One task runs at a time, so the code under test is deterministic, and a schedule is a
/// list of numbers.
public final class Explorer implements Tasks {
    private static final int STEPS_MAX = 100_000;

    /// What is explored; made anew for each run, on the thread that explores.
    public interface Scenario {
        /// @param seams for what is under test; its locks and all its steps are choices once the tasks run
        List<Runnable> tasks(Seams seams);

        /// When all tasks have ended.
        void check();

        /// Whatever happened.
        default void close() {}
    }

    public interface Scenarios {
        Scenario next();
    }

    /// How an exploration went.
    ///
    /// @param complete whether every schedule within the bound was seen
    public record Explored(int schedules, int longest, boolean complete) {}

    private static volatile Explorer active;

    private final int interruptionsMax;
    private final List<Choice> choices = new ArrayList<>();
    private int at;
    private int interruptions;
    private List<Place> places = List.of();
    private Place running;
    private int steps;
    private int longest;
    private Throwable failure;
    private CountDownLatch ended;
    private SplittableRandom random;
    private Set<Integer> interruptAt = Set.of();
    private String sampled = "";

    /// A place where the schedule had a choice.
    private static final class Choice {
        final int alternatives;
        int taken;

        Choice(int alternatives) {
            this.alternatives = alternatives;
        }
    }

    /// A task of a run.
    private static final class Place {
        final int number;
        final Semaphore baton = new Semaphore(0);
        Lock waitsFor;
        Condition awaits;
        boolean done;

        Place(int number) {
            this.number = number;
        }

        boolean canRun() {
            return !done && awaits == null && (waitsFor == null || waitsFor.holder == null);
        }
    }

    /// Thrown through the tasks of a run that has failed.
    private static final class RunEnded extends Error {
        private static final long serialVersionUID = 1L;
    }

    private Explorer(int interruptionsMax) {
        this.interruptionsMax = interruptionsMax;
    }

    /// Explores until all schedules within the bound were seen, or so many.
    public static Explored explore(int interruptionsMax, int schedulesMax, Scenarios scenarios) {
        Explorer explorer = new Explorer(interruptionsMax);
        ExecutorService threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("explored-", 0).factory());
        active = explorer;
        try {
            int schedules = 0;
            do {
                explorer.run(scenarios.next(), threads);
                schedules++;
            } while (schedules < schedulesMax && explorer.advance());
            return new Explored(schedules, explorer.longest, schedules < schedulesMax || !explorer.advance());
        } finally {
            active = null;
            threads.shutdownNow();
        }
    }

    /// Schedules at random, for what is too much to see whole: so many interruptions, at places that a seed chooses
    /// among `length` steps.
    public static void sample(int interruptions, int schedules, long seed, int length, Scenarios scenarios) {
        Explorer explorer = new Explorer(interruptions);
        ExecutorService threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("explored-", 0).factory());
        active = explorer;
        try {
            for (int i = 0; i < schedules; i++) {
                explorer.random = new SplittableRandom(seed * 1_000_003 + i);
                explorer.interruptAt = explorer.random
                        .ints(interruptions, 1, length + 1)
                        .boxed()
                        .collect(Collectors.toSet());
                explorer.sampled = "seed " + seed + " sample " + i;
                explorer.run(scenarios.next(), threads);
            }
        } finally {
            active = null;
            threads.shutdownNow();
        }
    }

    private void run(Scenario scenario, ExecutorService threads) {
        at = 0;
        interruptions = 0;
        steps = 0;
        failure = null;
        running = null;
        try {
            List<Runnable> bodies = scenario.tasks(new Seams(new NoTime(), new Zeros(), this));
            ended = new CountDownLatch(bodies.size());
            List<Place> all = new ArrayList<>();
            for (int i = 0; i < bodies.size(); i++) all.add(new Place(i));
            places = all;
            for (Place place : all) threads.execute(() -> body(place, bodies.get(place.number)));
            running = choose(null);
            running.baton.release();
            ended.await();
            running = null;
            longest = Math.max(longest, steps);
            if (failure == null) scenario.check();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        } catch (Throwable t) {
            failure = t;
        } finally {
            places = List.of();
            scenario.close();
        }
        if (failure != null) throw new AssertionError("schedule " + schedule() + ": " + failure, failure);
    }

    private String schedule() {
        StringBuilder text = new StringBuilder(sampled);
        for (int i = 0; i < at; i++)
            if (choices.get(i).taken > 0)
                text.append(i).append(':').append(choices.get(i).taken).append(' ');
        return text.toString();
    }

    private void body(Place me, Runnable body) {
        me.baton.acquireUninterruptibly();
        try {
            if (failure == null) body.run();
        } catch (RunEnded _) {
            // somebody else has failed
        } catch (Throwable t) {
            if (failure == null) failure = t;
        }
        me.done = true;
        Place next = failure != null ? anyLeft() : choose(null);
        if (next == null && places.stream().anyMatch(place -> !place.done)) {
            failure = new AssertionError("deadlock");
            next = anyLeft();
        }
        running = next;
        if (next != null) next.baton.release();
        ended.countDown();
    }

    private Place anyLeft() {
        return places.stream().filter(place -> !place.done).findFirst().orElse(null);
    }

    /// Moves on to the next schedule within the bound; `false` if there is none.
    private boolean advance() {
        while (!choices.isEmpty()) {
            Choice last = choices.getLast();
            if (++last.taken < last.alternatives) return true;
            choices.removeLast();
        }
        return false;
    }

    /// Who goes on: the one that runs, or one of the others; `null` if nobody can.
    ///
    /// @param me who runs and could go on, or `null`
    private Place choose(Place me) {
        List<Place> able = new ArrayList<>(places.size());
        if (me != null && me.canRun()) able.add(me);
        boolean free = able.isEmpty();
        boolean mayInterrupt = random == null ? interruptions < interruptionsMax : interruptAt.contains(steps);
        if (free || mayInterrupt) for (Place place : places) if (place != me && place.canRun()) able.add(place);
        if (able.isEmpty()) return null;
        if (able.size() == 1) return able.getFirst();
        if (random != null) return able.get(free ? random.nextInt(able.size()) : 1 + random.nextInt(able.size() - 1));
        if (at == choices.size()) choices.add(new Choice(able.size()));
        Choice choice = choices.get(at++);
        if (choice.alternatives != able.size()) {
            throw new IllegalStateException("what is explored is not deterministic: " + choice.alternatives + " and "
                    + able.size() + " tasks can go on at choice " + at);
        }
        if (!free && choice.taken > 0) interruptions++;
        return able.get(choice.taken);
    }

    // ---- what the tasks call ----

    /// Before each access to shared memory: see [Stepping].
    public static void step() {
        Explorer explorer = active;
        if (explorer != null && explorer.running != null) explorer.pass();
    }

    private void pass() {
        Place me = running;
        if (failure != null) throw new RunEnded();
        if (++steps > STEPS_MAX) fail("no end after " + STEPS_MAX + " steps");
        Place next = choose(me);
        if (next == null) {
            fail("deadlock");
        } else if (next != me) {
            running = next;
            next.baton.release();
            me.baton.acquireUninterruptibly();
        }
        if (failure != null) throw new RunEnded();
    }

    private void fail(String what) {
        if (failure == null) failure = new AssertionError(what);
        throw new RunEnded();
    }

    /// A lock whose holder, and whose every moment of waiting, is the explorer's.
    private final class Lock implements Mutex {
        private Place holder;
        private boolean heldOutside;

        @Override
        public void lock() {
            Place me = running;
            if (me == null) {
                if (heldOutside) throw new IllegalStateException("locked twice");
                heldOutside = true;
                return;
            }
            pass();
            take(me);
        }

        private void take(Place me) {
            while (holder != null) {
                me.waitsFor = this;
                pass();
            }
            me.waitsFor = null;
            holder = me;
        }

        @Override
        public boolean tryLock() {
            if (running == null) {
                lock();
                return true;
            }
            pass();
            if (holder != null) return false;
            holder = running;
            return true;
        }

        @Override
        public void unlock() {
            holder = null;
            heldOutside = false;
        }

        @Override
        public boolean heldByCurrentTask() {
            return running == null ? heldOutside : holder == running;
        }

        @Override
        public Gate gate() {
            return new Condition(this);
        }
    }

    /// Who waits for it goes on after a signal and not before: no time passes here.
    private final class Condition implements Gate {
        private final Lock lock;

        Condition(Lock lock) {
            this.lock = lock;
        }

        @Override
        public void await() {
            Place me = running;
            if (me == null) throw new IllegalStateException("nobody would signal");
            me.awaits = this;
            lock.holder = null;
            pass();
            lock.take(me);
        }

        @Override
        public boolean await(long nanos) {
            await();
            return true;
        }

        @Override
        public void signalAll() {
            for (Place place : places) if (place.awaits == this) place.awaits = null;
        }
    }

    @Override
    public Mutex mutex(String name) {
        return new Lock();
    }

    @Override
    public Task spawn(String name, Runnable body) {
        throw new UnsupportedOperationException("the scenario's tasks are all there are");
    }

    @Override
    public void sleep(long nanos) {
        step();
    }

    @Override
    public void spin() {
        step();
    }

    private static final class NoTime implements Clock {
        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public long epochMillis() {
            return 0;
        }
    }

    private static final class Zeros implements Entropy {
        @Override
        public long nextLong() {
            return 0;
        }
    }
}
