package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskConfig.WindowConfig;
import dev.polder.disk.Lane;
import dev.polder.log.LogConfig;
import dev.polder.metrics.LaneMetrics;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;
import dev.polder.runtime.Seams;
import dev.polder.store.EngineSettings;
import dev.polder.store.StoreCore;
import dev.polder.store.StoreLimits;
import dev.polder.store.Verifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Merges, compactions and large batches with several windows under way at once ([dev.polder.disk.WriteBehind]), which
/// the small files of the other workloads never have. The power goes at every operation during which two or more are,
/// and any write or sync of a run may fail: [FaultTest] says what must hold then.
class WindowsUnderWayTest {
    private static final long SEED = 1;

    /// Windows as small as there are, of 80 KiB; generations and runs that fill many of them.
    private static final EngineSettings WINDOWS = new EngineSettings(
                    16L << 20,
                    1,
                    5_000,
                    600 << 10,
                    new LevelPicker.Config(4, 2, 512 << 10, 256 << 10, 2, 25),
                    RunConfig.DEFAULT,
                    600 << 10,
                    new LogConfig(64 << 10, 512 << 10, 2),
                    2 << 10)
            .withLimits(StoreLimits.DEFAULT.withSpaceReserveBytes(0))
            .withDisk(DiskConfig.DEFAULT.withWindows(new WindowConfig(4 << 10, 16, 1)));

    private static List<Model.Step> steps(long seed, int groups) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Model.Step> steps = new ArrayList<>(List.of(new Model.Step.Create("a"), new Model.Step.Create("b")));
        for (int i = 1; i <= groups; i++) {
            boolean spilled = i % 4 == 0;
            steps.add(group(random, spilled ? 500_000 + random.nextInt(400_000) : 300_000, random.nextInt(3) == 0));
            if (i % 6 == 5) steps.add(new Model.Step.Flush());
            if (i % 7 == 6) steps.add(new Model.Step.Reopen());
        }
        steps.add(new Model.Step.Settle());
        return steps;
    }

    /// Values that do not compress, most of them beside their key, some in pieces.
    private static Model.Step.Group group(SplittableRandom random, int bytes, boolean sync) {
        List<Model.Step.Write> writes = new ArrayList<>();
        for (int left = bytes; left > 0; ) {
            int length = random.nextInt(8) == 0 ? 60_000 + random.nextInt(40_000) : 1_000 + random.nextInt(25_000);
            String space = random.nextBoolean() ? "a" : "b";
            boolean put = random.nextInt(10) > 0;
            String value = put ? noise(random, Math.min(length, left)) : null;
            writes.add(new Model.Step.Write(space, Model.key(random.nextInt(Model.KEYS)), value));
            left -= put ? length : 0;
        }
        return new Model.Step.Group(writes, sync);
    }

    private static String noise(SplittableRandom random, int length) {
        StringBuilder text = new StringBuilder(length + 16);
        while (text.length() < length) text.append(Long.toHexString(random.nextLong()));
        return text.toString();
    }

    private static boolean isOfRun(IoOperation operation) {
        return operation.file().contains("/run-");
    }

    // ---- The power goes ----

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void aPowerCutLeavesAllThatWasAcknowledged(long seed) {
        SimulatedIo io = new SimulatedIo();
        History history = record(io, seed);
        CrashProfile[] profiles = CrashProfile.values();
        int cases = 0;
        int several = 0;
        Set<String> files = new TreeSet<>();
        for (IoOperation operation : io.journal()) {
            boolean underWay = operation.underWay() >= 2;
            if (!underWay && operation.index() % (isOfRun(operation) ? 5 : 29) != 0) continue;
            CrashProfile profile = profiles[cases++ % profiles.length];
            String place = history.place(operation.index(), profile, seed);
            SimulatedIo image = io.crashImage(operation.index(), profile, seed);
            history.check(history.bounds(operation.index(), profile), recover(image, place), place);
            if (underWay) several++;
            if (underWay && isOfRun(operation)) files.add(operation.file());
        }
        System.out.println("power cuts: " + cases + ", in " + several + " several windows were under way, of "
                + files.size() + " files, seed " + seed);
        assertThat(several).isGreaterThan(40);
        assertThat(files).hasSizeGreaterThan(5);
    }

    private static History record(SimulatedIo io, long seed) {
        History[] recorded = new History[1];
        io.heardOneIn(8);
        SimulatedTasks.run(seed, tasks -> {
            tasks.attach(io);
            recorded[0] = History.record(io, WINDOWS, steps(seed, 12), World.LOGGED, tasks.seams());
        });
        io.detach();
        return recorded[0];
    }

    /// Opens the store, reads and verifies everything, and closes it: what it uses is whole, what it does not is gone.
    private static Map<String, Map<String, String>> recover(SimulatedIo image, String place) {
        try (World world = new World(image, WINDOWS, Seams.system())) {
            StoreCore store = world.open();
            Map<String, Map<String, String>> found = Model.read(store);
            assertThat(Verifier.verify(store, (done, all) -> {}).problems()).isEmpty();
            store.settle();
            assertThat(FaultRun.runFiles(image)).as("files of runs").isEqualTo(FaultRun.runsOf(store));
            store.close();
            assertThat(image.openHandles()).isEmpty();
            return found;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(place, e);
        }
    }

    /// They do go out while others are under way: those of the merger, of compactions, and of large batches.
    @Test
    void allWhoWriteRunsHaveSeveralUnderWay() {
        SimulatedIo io = new SimulatedIo();
        io.heardOneIn(8);
        SimulatedTasks.run(SEED, tasks -> {
            tasks.attach(io);
            try (World world = new World(io, WINDOWS, tasks.seams())) {
                StoreCore store = world.open();
                store.createSpace("a");
                store.createSpace("b");
                SplittableRandom random = new SplittableRandom(SEED);
                for (int i = 0; i < 8; i++) Model.run(store, group(random, 300_000, false));
                store.settle();
                assertThat(underWayMost(io, 0)).as("merges and compactions").isGreaterThan(2);
                assertThat(waits(world, Lane.MERGE)).isPositive();
                assertThat(waits(world, Lane.COMPACTION)).isPositive();
                int before = io.operations();
                Model.run(store, group(random, 900_000, false));
                assertThat(store.counters().spilledBatches()).isOne();
                assertThat(underWayMost(io, before)).as("large batches").isGreaterThan(4);
                store.close();
            }
        });
    }

    private static int underWayMost(SimulatedIo io, int from) {
        return io.journal().stream()
                .skip(from)
                .filter(WindowsUnderWayTest::isOfRun)
                .mapToInt(IoOperation::underWay)
                .max()
                .orElse(0);
    }

    /// How often a writer of this lane had filled all its windows before the oldest had ended.
    private static long waits(World world, Lane lane) {
        return world.engine.disk().metrics().lanes().stream()
                .filter(metrics -> metrics.lane().equals(lane.label()))
                .mapToLong(LaneMetrics::behindWaits)
                .sum();
    }

    // ---- Writes and syncs fail ----

    @ParameterizedTest
    @CsvSource({
        "WRITE, EIO,    ONCE,    3",
        "WRITE, EIO,    FOREVER, 11",
        "WRITE, ENOSPC, ONCE,    7",
        "WRITE, ENOSPC, FOREVER, 11",
        "WRITE, SHORT,  ONCE,    7",
        "WRITE, SHORT,  FOREVER, 23",
        "WRITE, EINTR,  ONCE,    7",
        "WRITE, EINTR,  FOREVER, 23",
        "SYNC,  EIO,    ONCE,    1",
        "SYNC,  ENOSPC, FOREVER, 3"
    })
    void aFaultAmongThem(IoKind kind, IoFault fault, Repeat repeat, int every) {
        List<Model.Step> steps = steps(SEED, 6);
        int cases = 0;
        int refused = 0;
        int underWay = 0;
        long operations = faulty(steps, planned -> {}).io.journal().stream()
                .filter(operation -> operation.kind() == kind && isOfRun(operation))
                .count();
        for (int n = 1; n <= operations; n += every) {
            int at = n;
            try {
                FaultRun run = faulty(steps, planned -> planned.io.failNth(kind, at, repeat, fault, "/run-"));
                if (run.refused > 0) refused++;
                underWay = Math.max(underWay, run.io.underWayAtFaults());
                cases++;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "%s %d of runs fails with %s %s, seed %d".formatted(kind, n, fault, repeat, SEED), e);
            }
        }
        System.out.println("faults of runs: " + cases + " of " + operations + ", " + kind + " " + fault + " " + repeat
                + ": in " + refused + " a call was refused; at most " + underWay + " writes were under way");
        if (kind == IoKind.WRITE) assertThat(underWay).as("under way").isGreaterThan(1);
        if (fault == IoFault.SHORT || (fault == IoFault.EINTR && repeat == Repeat.ONCE))
            assertThat(refused).isZero();
    }

    private static FaultRun faulty(List<Model.Step> steps, FaultRun.Trouble trouble) {
        return FaultRun.run(SEED, WINDOWS, World.LOGGED, steps, run -> {
            run.io.heardOneIn(8);
            trouble.plan(run);
        });
    }
}
