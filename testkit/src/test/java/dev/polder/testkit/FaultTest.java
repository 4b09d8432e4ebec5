package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.store.StoreSettings;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Lets the n-th operation of the disk fail, for every n of a workload, once and for ever. Whatever happens,
///
/// 1. every call returns, or throws a [dev.polder.errors.PolderException]: nothing hangs, nothing else leaves the
/// store;
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

    @ParameterizedTest
    @CsvSource({
        "EIO,     ONCE,    1",
        "EIO,     FOREVER, 2",
        "ENOSPC,  ONCE,    1",
        "ENOSPC,  FOREVER, 2",
        "EDQUOT,  ONCE,    9",
        "EDQUOT,  FOREVER, 17",
        "EFBIG,   ONCE,    11",
        "EFBIG,   FOREVER, 23",
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

    private static FaultRun run(StoreSettings settings, List<Model.Step> steps, FaultRun.Trouble trouble) {
        return FaultRun.run(SEED, World.TINY, settings, steps, trouble);
    }

    private static void failOneByOne(
            StoreSettings settings, List<Model.Step> steps, IoFault fault, Repeat repeat, int every) {
        long operations = run(settings, steps, planned -> {}).operations;
        int cases = 0;
        int refused = 0;
        int failed = 0;
        for (int n = 1; n <= operations; n += every) {
            int at = n;
            FaultRun run;
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
        fillUp(Model.steps(SEED, STEPS), 256 << 10, 4096, SimulatedIo::capacity);
    }

    /// A quota ends before the device does, and the device does not tell.
    @Test
    void norDoesAQuotaThatIsUsedUp() {
        fillUp(Model.steps(SEED, STEPS), 256 << 10, 8192, SimulatedIo::quota);
    }

    @Test
    void norDoesALargeBatchOnAFullDevice() {
        fillUp(LARGE, 1 << 20, 4096, SimulatedIo::capacity);
    }

    private static void fillUp(List<Model.Step> steps, long spare, int every, ObjLongConsumer<SimulatedIo> limit) {
        long needed = run(World.LOGGED, steps, planned -> {}).io.usedBytes();
        int cases = 0;
        int refused = 0;
        for (long capacity = 0; capacity < needed + spare; capacity += every) {
            long bytes = capacity;
            FaultRun run;
            try {
                run = run(World.LOGGED, steps, planned -> limit.accept(planned.io, bytes));
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
                FaultRun run = run(World.LOGGED, steps, planned -> {
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
