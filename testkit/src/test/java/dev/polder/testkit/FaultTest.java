package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.store.StoreCore;
import dev.polder.store.StoreSettings;
import dev.polder.store.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Lets the n-th operation of the disk fail, for every n of a workload, once and for ever. Whatever happens,
///
/// 1. every call returns, or throws a [PolderException]: nothing hangs, nothing else leaves the store;
/// 2. a step that was refused by a store that goes on has changed nothing, and what is visible can be read as soon as
///    the device reads again;
/// 3. when the faults have gone, a store that has not failed takes writes, merges and closes;
/// 4. after a reopen all acknowledged steps are there, and besides at most the one that stopped the store;
/// 5. no handle stays open.
///
/// Runs under [SimulatedTasks]: time stands still, so waits and pauses cost nothing, and a seed is a run.
class FaultTest {
    private static final int STEPS = 45;
    private static final long SEED = 5;
    private static final List<Model.Step> LARGE = Model.stepsWithLargeGroups(7, 30);
    private static final long SIMULATED_STEPS_MAX = 400_000;

    /// How one run with one fault went.
    private static final class Run {
        private final SimulatedTasks tasks;
        private final StoreSettings settings;
        final SimulatedIo io = new SimulatedIo();
        private World world;
        private StoreCore store;
        /// The last state is the acknowledged one; those before it, back to `durable`, are its prefixes.
        private final List<Map<String, Map<String, String>>> states = new ArrayList<>();

        private int durable;
        /// What was not durable may be lost: without a log, or after the cache was.
        private boolean volatileLost;
        private Model.Step unknown;
        long operations;
        long syncs;
        int refused;
        boolean failed;
        PolderException failure;

        Run(SimulatedTasks tasks, StoreSettings settings) {
            this.tasks = tasks;
            this.settings = settings;
            states.add(Model.empty());
            tasks.attach(io);
            tasks.limit(SIMULATED_STEPS_MAX);
            world = new World(io, World.TINY, tasks.seams());
        }

        Map<String, Map<String, String>> state() {
            return states.getLast();
        }

        void workload(List<Model.Step> steps) {
            try {
                store = world.open(settings);
            } catch (PolderException e) {
                refused++;
                return;
            }
            for (Model.Step step : steps) if (spacesThere(step) && !step(step)) return;
        }

        /// Does a step; returns whether the store goes on.
        private boolean step(Model.Step step) {
            Map<String, Map<String, String>> after = Model.after(state(), step);
            try {
                if (step instanceof Model.Step.Reopen) {
                    StoreCore closing = store;
                    store = null;
                    closing.close();
                    if (closing.failure() != null) { // in the background, and nobody has noticed
                        failed = true;
                        return false;
                    }
                    store = world.open(settings);
                } else if (!(step instanceof Model.Step.Snapshot)) {
                    Model.run(store, step);
                }
                states.add(after);
                boolean durably = settings.logged() ? Model.makesDurable(step) : Model.makesDurableUnlogged(step);
                if (durably) durable = states.size() - 1;
                return true;
            } catch (PolderException e) {
                refused++;
                failure = e;
                if (store == null) return false;
                if (store.failure() != null) {
                    failed = true;
                    unknown = step;
                    return false;
                }
                readIfPossible(step, e);
                return true;
            }
        }

        /// A space that could not be created is not written to.
        private boolean spacesThere(Model.Step step) {
            return switch (step) {
                case Model.Step.Put put -> state().containsKey(put.space());
                case Model.Step.Delete delete -> state().containsKey(delete.space());
                case Model.Step.Group group ->
                    group.writes().stream().allMatch(write -> state().containsKey(write.space()));
                case Model.Step.Drop(String space) -> state().containsKey(space);
                default -> true;
            };
        }

        private void readIfPossible(Model.Step step, PolderException why) {
            Map<String, Map<String, String>> found;
            try {
                found = Model.read(store);
            } catch (PolderException e) {
                return;
            }
            if (!found.equals(state())) throw new AssertionError("a refused step has changed something: " + step, why);
        }

        /// The faults are gone: reads go on, and writes if the store has not failed; then close and reopen.
        void aftermath() {
            io.clearFaults();
            io.capacity(Long.MAX_VALUE);
            tasks.limit(SIMULATED_STEPS_MAX);
            if (!settings.logged() && (store == null || store.failure() != null)) volatileLost = true;
            if (store != null) {
                assertThat(Model.differences(state(), Model.read(store)))
                        .as("what is visible")
                        .isEmpty();
                if (store.failure() == null) resume();
                store.close();
            }
            assertThat(io.openHandles()).as("after the close").isEmpty();
            world.close();
            reopen();
        }

        private void resume() {
            for (Model.Step step : List.of(
                    new Model.Step.Create("a"),
                    new Model.Step.Put("a", "resumed", "yes", true),
                    new Model.Step.Flush(),
                    new Model.Step.Settle())) {
                // What had begun before the fault went may fail yet.
                for (int attempt = 0; !attempt(step, attempt == 3); attempt++) {}
                states.add(Model.after(state(), step));
            }
        }

        private boolean attempt(Model.Step step, boolean last) {
            try {
                Model.run(store, step);
                return true;
            } catch (PolderException e) {
                if (last) throw e;
                return false;
            }
        }

        private void reopen() {
            try (World second = new World(io, World.TINY, tasks.seams())) {
                StoreCore reopened = second.open(settings);
                Map<String, Map<String, String>> found = Model.read(reopened);
                assertThat(Verifier.verify(reopened, (done, all) -> {}).problems())
                        .isEmpty();
                reopened.close();
                assertThat(isPossible(found)).as("state after the reopen").isTrue();
            }
            assertThat(io.openHandles()).as("after the second close").isEmpty();
        }

        private boolean isPossible(Map<String, Map<String, String>> found) {
            for (int n = volatileLost ? durable : states.size() - 1; n < states.size(); n++) {
                if (states.get(n).equals(found)) return true;
            }
            return unknown != null && Model.after(state(), unknown).equals(found);
        }
    }

    private interface Trouble {
        void plan(Run run);
    }

    private static Run run(StoreSettings settings, List<Model.Step> steps, Trouble trouble) {
        Run[] result = new Run[1];
        SimulatedTasks.run(SEED, tasks -> {
            Run run = new Run(tasks, settings);
            result[0] = run;
            trouble.plan(run);
            run.workload(steps);
            run.operations = run.io.count(IoKind.ANY);
            run.syncs = run.io.count(IoKind.SYNC);
            run.aftermath();
        });
        return result[0];
    }

    @ParameterizedTest
    @CsvSource({
        "EIO,     ONCE,    1",
        "EIO,     FOREVER, 2",
        "ENOSPC,  ONCE,    1",
        "ENOSPC,  FOREVER, 2",
        "EACCES,  ONCE,    7",
        "SHORT,   ONCE,    5",
        "SHORT,   FOREVER, 40",
        "EINTR,   ONCE,    5",
        "EINTR,   FOREVER, 7"
    })
    void everyOperationMayFail(IoFault fault, Repeat repeat, int every) {
        failOneByOne(World.LOGGED, Model.steps(SEED, STEPS), fault, repeat, every);
    }

    @ParameterizedTest
    @CsvSource({"EIO, ONCE, 3", "ENOSPC, FOREVER, 7"})
    void soTheyMayInAStoreWithoutALog(IoFault fault, Repeat repeat, int every) {
        failOneByOne(World.UNLOGGED, Model.steps(SEED, STEPS), fault, repeat, every);
    }

    @ParameterizedTest
    @CsvSource({
        "EIO,     ONCE,    1",
        "EIO,     FOREVER, 3",
        "ENOSPC,  ONCE,    1",
        "ENOSPC,  FOREVER, 3",
        "EACCES,  ONCE,    7",
        "SHORT,   ONCE,    5",
        "EINTR,   FOREVER, 7"
    })
    void soTheyMayWhileLargeBatchesAreWritten(IoFault fault, Repeat repeat, int every) {
        failOneByOne(World.LOGGED, LARGE, fault, repeat, every);
    }

    @ParameterizedTest
    @CsvSource({"EIO, ONCE, 1", "ENOSPC, FOREVER, 3"})
    void alsoWithoutALog(IoFault fault, Repeat repeat, int every) {
        failOneByOne(World.UNLOGGED, LARGE, fault, repeat, every);
    }

    private static void failOneByOne(
            StoreSettings settings, List<Model.Step> steps, IoFault fault, Repeat repeat, int every) {
        long operations = run(settings, steps, planned -> {}).operations;
        int cases = 0;
        int refused = 0;
        int failed = 0;
        for (int n = 1; n <= operations; n += every) {
            int at = n;
            Run run;
            try {
                run = run(settings, steps, planned -> planned.io.failNth(IoKind.ANY, at, repeat, fault));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "operation " + n + " fails with " + fault + " " + repeat + ", seed " + SEED, e);
            }
            cases++;
            if (run.refused > 0) refused++;
            if (run.failed) failed++;
            boolean harmless = fault == IoFault.SHORT || (fault == IoFault.EINTR && repeat == Repeat.ONCE);
            if (harmless)
                assertThat(run.refused).as("operation " + n + " " + fault).isZero();
        }
        System.out.println("fault cases: " + cases + " of " + operations + " operations, " + fault + " " + repeat
                + ": in " + refused + " a call was refused, in " + failed + " the store stopped");
    }

    @Test
    void theseWorkloadsSpill() {
        assertThat(LARGE.stream()
                        .filter(step -> step instanceof Model.Step.Group group && Model.isSpilled(group))
                        .count())
                .isGreaterThan(1);
    }

    /// A device that fills up in mid-write, at sizes so close to each other that every file is hit in every place.
    @Test
    void aFullDeviceRefusesWritesAndStopsNothing() {
        fillTheDevice(Model.steps(SEED, STEPS), 256 << 10);
    }

    @Test
    void norDoesALargeBatchOnAFullDevice() {
        fillTheDevice(LARGE, 1 << 20);
    }

    private static void fillTheDevice(List<Model.Step> steps, long spare) {
        long needed = run(World.LOGGED, steps, planned -> {}).io.usedBytes();
        int cases = 0;
        int refused = 0;
        for (long capacity = 0; capacity < needed + spare; capacity += 4096) {
            long bytes = capacity;
            Run run;
            try {
                run = run(World.LOGGED, steps, planned -> planned.io.capacity(bytes));
                assertThat(run.failed).as("the store stopped").isFalse();
                if (run.failure != null) assertThat(run.failure).isInstanceOf(OutOfSpaceException.class);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("a device of " + capacity + " bytes, seed " + SEED, e);
            }
            cases++;
            if (run.refused > 0) refused++;
        }
        System.out.println("full device cases: " + cases + ", refused in " + refused);
        assertThat(refused).isPositive();
    }

    /// The kernel drops what it could not sync, and the next sync says that all is well.
    @Test
    void aFailedSyncLosesNothingThatWasAcknowledgedAsDurable() {
        failEverySync(Model.steps(SEED, STEPS));
    }

    @Test
    void norIsAnythingOfALargeBatchLost() {
        failEverySync(LARGE);
    }

    private static void failEverySync(List<Model.Step> steps) {
        long syncs = run(World.LOGGED, steps, planned -> {}).syncs;
        int failed = 0;
        for (int n = 1; n <= syncs; n++) {
            int at = n;
            try {
                Run run = run(World.LOGGED, steps, planned -> {
                    planned.volatileLost = true;
                    planned.io.forgetCacheOnFailedSync(true);
                    planned.io.failNth(IoKind.SYNC, at, Repeat.ONCE, IoFault.EIO);
                });
                if (run.failed) failed++;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("sync " + n + " fails, seed " + SEED, e);
            }
        }
        System.out.println("failed sync cases: " + syncs + ", in " + failed + " the store stopped");
        assertThat(failed).isPositive();
    }
}
