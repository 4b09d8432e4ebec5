package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.PolderException;
import dev.polder.log.LogConfig;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;
import dev.polder.store.EngineSettings;
import dev.polder.store.StoreLimits;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Scans with several windows of read-ahead under way at once on one thread ([dev.polder.block.AheadReads]), while the
/// n-th read fails, for every n with an error of the device. The windows end in any order, and what was read is in its
/// place only when its end is heard of. Whatever fails, once or for ever,
///
/// 1. a scan gives what was written, or throws a [PolderException]; nothing hangs;
/// 2. nothing is left behind: no slot, pin, frame being loaded, place of a lane or handle;
/// 3. a scan is refused at most once for a fault that happens once, and not at all for one that is a disturbance;
/// 4. as soon as the device reads again, every scan is right.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScanFaultTest {
    private static final int KEYS = 1200;
    private static final int VALUE_BYTES = 100;
    private static final long SEED = 5;
    private static final long STEPS_MAX = 4_000_000;
    private static final int POOL_UNITS = 12;
    private static final HeapRegions REGIONS = new HeapRegions();

    /// One run of small blocks.
    private static final EngineSettings SETTINGS = new EngineSettings(
                    16L << 20,
                    1,
                    5_000,
                    600 << 10,
                    new LevelPicker.Config(4, 2, 512 << 10, 256 << 10, 2, 25),
                    new RunConfig(512, 512, 1024, 64),
                    1 << 20,
                    new LogConfig(64 << 10, 512 << 10, 2),
                    2 << 10)
            .withLimits(StoreLimits.DEFAULT.withSpaceReserveBytes(0));

    private SimulatedIo prepared;

    @BeforeAll
    void prepare() {
        prepared = new SimulatedIo();
        SimulatedTasks.run(SEED, tasks -> {
            try (FaultyWorld opened = new FaultyWorld(SETTINGS, REGIONS, tasks, prepared)) {
                KeyValues space = opened.store.keyValues("space");
                for (int i = 0; i < KEYS; i++) space.put(key(i), value(i), Durability.BUFFERED);
                opened.store.settle();
            }
        });
        prepared.detach();
    }

    /// How one run went.
    private static final class Run {
        long reads;
        int refused;
        int underWay;
    }

    private Run run(IoFault fault, Repeat repeat, int n) {
        Run run = new Run();
        SimulatedTasks.run(SEED, tasks -> {
            SimulatedIo io = prepared.copy();
            io.overlapBatches();
            io.batchOrder(n);
            try (FaultyWorld opened = new FaultyWorld(SETTINGS, REGIONS, tasks, io)) {
                tasks.limit(STEPS_MAX);
                opened.core.pool().resize(POOL_UNITS);
                long before = io.count(IoKind.READ);
                if (fault != null) io.failNth(IoKind.READ, n, repeat, fault);
                run.refused = scans(opened);
                run.reads = io.count(IoKind.READ) - before;
                run.underWay = opened.engine.metrics().disk().lane("read-ahead").inFlightMost();
                opened.checkThatNothingIsHeld();
                io.clearFaults();
                assertThat(scans(opened)).as("refused with the faults gone").isZero();
                opened.checkThatNothingIsHeld();
            } finally {
                assertThat(io.openHandles()).isEmpty();
            }
        });
        return run;
    }

    /// Returns how many were refused.
    private static int scans(FaultyWorld opened) {
        KeyValues space = opened.store.keyValues("space");
        return attempt(() -> scan(space, true)) + attempt(() -> scan(space, false));
    }

    private static int attempt(Runnable call) {
        try {
            call.run();
            return 0;
        } catch (PolderException e) {
            return 1;
        }
    }

    private static void scan(KeyValues space, boolean forward) {
        try (Cursor cursor = space.cursor()) {
            int expected = forward ? 0 : KEYS - 1;
            boolean more = forward ? cursor.first() : cursor.last();
            for (; more; more = forward ? cursor.next() : cursor.previous()) {
                assertThat(cursor.key()).isEqualTo(key(expected));
                assertThat(cursor.value()).isEqualTo(value(expected));
                expected += forward ? 1 : -1;
            }
            assertThat(expected).as("end of the scan").isEqualTo(forward ? KEYS : -1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EIO,     ONCE",
        "EIO,     FOREVER",
        "EINTR,   ONCE",
        "EINTR,   FOREVER",
        "ENOMEM,  ONCE",
        "SHORT,   ONCE",
        "SHORT,   FOREVER",
        "FLIPPED, ONCE",
        "FLIPPED, FOREVER"
    })
    void everyReadMayFail(IoFault fault, Repeat repeat) {
        Run sound = run(null, Repeat.ONCE, 1);
        assertThat(sound.refused).isZero();
        assertThat(sound.reads).isGreaterThan(20);
        assertThat(sound.underWay).as("reads under way").isGreaterThanOrEqualTo(3);
        int overlapped = 0;
        int refused = 0;
        int step = fault == IoFault.EIO ? 1 : 3;
        for (int n = 1; n <= sound.reads; n += step) {
            Run run;
            try {
                run = run(fault, repeat, n);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("read " + n + " fails with " + fault + " " + repeat + ", seed " + SEED, e);
            }
            if (run.underWay >= 2) overlapped++;
            if (run.refused > 0) refused++;
            boolean disturbed = fault == IoFault.SHORT || (fault == IoFault.EINTR && repeat == Repeat.ONCE);
            int refusedMax = disturbed ? 0 : repeat == Repeat.ONCE ? 1 : 2;
            assertThat(run.refused).as("read %d, %s %s", n, fault, repeat).isLessThanOrEqualTo(refusedMax);
        }
        System.out.println("faults in scans: " + sound.reads + " reads, " + fault + " " + repeat + ": in " + overlapped
                + " several were under way, at most " + sound.underWay + "; in " + refused + " a scan was refused");
        assertThat(overlapped).as("runs with several reads under way").isGreaterThan(10);
        boolean noticed = fault != IoFault.SHORT && !(fault == IoFault.EINTR && repeat == Repeat.ONCE);
        if (noticed && repeat == Repeat.FOREVER) assertThat(refused).isPositive();
    }

    private static byte[] key(int i) {
        return Small.bytes("key-%05d".formatted(i));
    }

    /// What does not compress, so that there are many blocks.
    private static byte[] value(int i) {
        byte[] value = new byte[VALUE_BYTES];
        new SplittableRandom(i).nextBytes(value);
        return value;
    }
}
