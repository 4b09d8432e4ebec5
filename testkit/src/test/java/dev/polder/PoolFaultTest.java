package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.disk.DiskConfig;
import dev.polder.errors.PolderException;
import dev.polder.store.EngineSettings;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import dev.polder.testkit.World;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Lets the n-th read of the device fail in every way there is, for every n of a workload that only reads, through a
/// cold pool of sixteen frames: look-ups, multi-gets whose blocks come in batches, cursors both ways that read ahead,
/// seeks that leap, views. The same for every opening of a file, by a disk that may keep one handle only. Whatever
/// fails, once or for ever,
///
/// 1. a call gives the right answer or throws a [PolderException]; nothing hangs, and no wrong byte is served;
/// 2. what was disturbed or short only is never noticed;
/// 3. the store has not failed, and nothing is left behind: no pin, no slot, no place of a lane, no handle;
/// 4. as soon as the device reads again every answer is right; and while it does not, the engine closes;
/// 5. a read ahead that fails is nobody's failure: at most one call is refused for a fault that happens once.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PoolFaultTest {
    private static final int KEYS = 100;
    private static final long SEED = 3;
    private static final long STEPS_MAX = 2_000_000;
    private static final EngineSettings ONE_HANDLE = World.TINY.withDisk(DiskConfig.DEFAULT.withHandlesMax(1));
    private static final HeapRegions REGIONS = new HeapRegions();

    private SimulatedIo prepared;

    @BeforeAll
    void prepare() {
        prepared = new SimulatedIo();
        SimulatedTasks.run(SEED, tasks -> {
            try (FaultyWorld opened = new FaultyWorld(ONE_HANDLE, REGIONS, tasks, prepared)) {
                KeyValues space = opened.store.keyValues("space");
                for (int i = 0; i < KEYS; i++) space.put(key(i), value(i), Durability.BUFFERED);
                opened.store.settle();
            }
        });
        prepared.detach();
    }

    /// How one run went.
    private static final class Run {
        long operations;
        int refused;
        long ahead;
    }

    private Run run(IoKind kind, IoFault fault, Repeat repeat, int n) {
        Run run = new Run();
        SimulatedTasks.run(SEED, tasks -> {
            SimulatedIo io = prepared.copy();
            boolean closesWithFaults = repeat == Repeat.FOREVER && n % 2 == 0;
            try (FaultyWorld opened = new FaultyWorld(ONE_HANDLE, REGIONS, tasks, io)) {
                tasks.limit(STEPS_MAX);
                opened.core.pool().resize(1);
                long before = io.count(kind);
                if (fault != null) io.failNth(kind, n, repeat, fault);
                run.refused = workload(opened);
                run.operations = io.count(kind) - before;
                run.ahead = opened.engine.metrics().blocksAhead();
                opened.checkThatNothingIsHeld();
                if (closesWithFaults) return;
                io.clearFaults();
                assertThat(workload(opened)).as("refused with the faults gone").isZero();
                opened.checkThatNothingIsHeld();
                if (n % 16 == 1) assertThat(problems(opened)).isEmpty();
            } catch (PolderException e) {
                if (!closesWithFaults) throw e; // else a file could not be opened to say that all is well
            } finally {
                assertThat(io.openHandles()).isEmpty();
            }
        });
        return run;
    }

    private static List<?> problems(FaultyWorld opened) {
        return opened.store.verify((done, all) -> {}).problems();
    }

    /// Returns how many calls were refused.
    private static int workload(FaultyWorld opened) {
        KeyValues space = opened.store.keyValues("space");
        int refused = 0;
        for (int i = 0; i < KEYS; i += 17) {
            int at = i;
            refused += attempt(() -> assertThat(space.get(key(at))).isEqualTo(value(at)));
        }
        for (int first = 0; first < KEYS; first += 50) {
            int from = first;
            refused += attempt(() -> multiGet(space, from));
        }
        refused += attempt(() -> leap(space));
        refused += attempt(() -> scan(space, true));
        refused += attempt(() -> scan(space, false));
        refused += attempt(() -> views(space));
        return refused;
    }

    private static int attempt(Runnable call) {
        try {
            call.run();
            return 0;
        } catch (PolderException e) {
            return 1;
        }
    }

    private static void multiGet(KeyValues space, int from) {
        List<byte[]> keys = new ArrayList<>();
        for (int i = from; i < from + 40; i++) keys.add(key(i));
        List<byte[]> found = space.multiGet(keys);
        for (int i = 0; i < 40; i++) {
            assertThat(found.get(i)).isEqualTo(from + i < KEYS ? value(from + i) : null);
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

    private static void leap(KeyValues space) {
        try (Cursor cursor = space.cursor()) {
            for (int i = 0; i < KEYS; i += 9) {
                assertThat(cursor.seek(key(i))).isTrue();
                assertThat(cursor.value()).isEqualTo(value(i));
            }
        }
    }

    private static void views(KeyValues space) {
        List<Value> held = new ArrayList<>();
        try {
            for (int i = 0; i < KEYS; i += 11) held.add(space.view(key(i)));
            for (int i = 0; i < held.size(); i++)
                assertThat(held.get(i).toArray()).isEqualTo(value(i * 11));
        } finally {
            held.forEach(Value::close);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "EIO,     ONCE",
        "EIO,     FOREVER",
        "EACCES,  ONCE",
        "EINTR,   ONCE",
        "EINTR,   FOREVER",
        "EAGAIN,  ONCE",
        "EAGAIN,  FOREVER",
        "ENOMEM,  ONCE",
        "ENOMEM,  FOREVER",
        "SHORT,   ONCE",
        "SHORT,   FOREVER",
        "FLIPPED, ONCE",
        "FLIPPED, FOREVER"
    })
    void everyReadMayFail(IoFault fault, Repeat repeat) {
        every(IoKind.READ, fault, repeat);
    }

    @ParameterizedTest
    @CsvSource({
        "EMFILE, ONCE",
        "EMFILE, FOREVER",
        "ENOMEM, ONCE",
        "ENOMEM, FOREVER",
        "EIO, ONCE",
        "EINTR, ONCE",
        "EAGAIN, ONCE"
    })
    void everyOpeningMayFail(IoFault fault, Repeat repeat) {
        every(IoKind.OPEN, fault, repeat);
    }

    private void every(IoKind kind, IoFault fault, Repeat repeat) {
        Run sound = run(kind, null, Repeat.ONCE, 1);
        assertThat(sound.refused).isZero();
        assertThat(sound.operations).as("of this kind").isGreaterThan(10);
        assertThat(sound.ahead).as("blocks read ahead and in batches").isPositive();
        int cases = 0;
        int refused = 0;
        for (int n = 1; n <= sound.operations; n++) {
            Run run;
            try {
                run = run(kind, fault, repeat, n);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(kind + " " + n + " fails with " + fault + " " + repeat + ", seed " + SEED, e);
            }
            cases++;
            if (run.refused > 0) refused++;
            boolean harmless = fault == IoFault.SHORT || (repeat == Repeat.ONCE && isDisturbance(fault));
            if (harmless)
                assertThat(run.refused).as("%s %d, %s", kind, n, fault).isZero();
            else if (repeat == Repeat.ONCE)
                assertThat(run.refused).as("%s %d, %s", kind, n, fault).isLessThanOrEqualTo(1);
        }
        assertThat(refused > 0)
                .as("a call was refused")
                .isEqualTo(fault != IoFault.SHORT && !(repeat == Repeat.ONCE && isDisturbance(fault)));
        System.out.println("faults: " + cases + " of " + sound.operations + " calls of " + kind + ", " + fault + " "
                + repeat + ": in " + refused + " a call was refused");
    }

    private static boolean isDisturbance(IoFault fault) {
        return fault == IoFault.EINTR || fault == IoFault.EAGAIN;
    }

    private static byte[] key(int i) {
        return Small.bytes("key-%04d".formatted(i));
    }

    private static byte[] value(int i) {
        byte[] value = new byte[120 + i % 60];
        Arrays.fill(value, (byte) i);
        value[0] = (byte) (i >>> 8);
        return value;
    }
}
