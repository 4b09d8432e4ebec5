package dev.polder.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.errors.BackpressureException;
import dev.polder.io.Space;
import dev.polder.metrics.DiskMetrics;
import dev.polder.metrics.LaneMetrics;
import dev.polder.runtime.Task;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Who of many goes to the device, and how many at once: every lane through one disk.
class SchedulerTest {
    private static final Path STORE = Path.of("/store");
    private static final int BLOCK = 4096;

    private final Space space = new Space(1 << 20);

    @AfterEach
    void close() {
        space.close();
    }

    /// Every lane, singles and batches, batches whose owner does something else meanwhile, places for two: all
    /// come to their end, and the bounds hold.
    @Test
    void nobodyWaitsForEverAndNoBoundIsExceeded() {
        for (long seed = 0; seed < 40; seed++) {
            SimulatedTasks.run(seed, tasks -> {
                Disk disk = disk(tasks, config(2));
                DiskFile file = filled(disk, 64);
                tasks.attach((SimulatedIo) disk.io());
                List<Task> all = new ArrayList<>();
                for (int t = 0; t < 12; t++) {
                    Lane lane = List.of(Lane.values()).get(t % 6);
                    long own = space.address() + t * 8L * BLOCK;
                    Random random = new Random(t);
                    all.add(tasks.spawn("owner " + t, () -> {
                        try (DiskBatch reads =
                                random.nextBoolean() ? disk.batch(lane, 4) : disk.batchElsewhere(lane, 4)) {
                            for (int n = 0; n < 6; n++) {
                                while (reads.room() == 0) reads.result(reads.next());
                                reads.read(file, random.nextInt(64) * (long) BLOCK, own + n % 4 * (long) BLOCK, BLOCK);
                                reads.submit();
                                if (n % 2 == 0) file.read(0, own + 4 * BLOCK, BLOCK, lane);
                                if (n % 3 == 0) file.write(64L * BLOCK, own + 5 * BLOCK, BLOCK, lane);
                                if (n == 4) file.sync(lane);
                            }
                            for (int request; (request = reads.next()) >= 0; ) reads.result(request);
                        }
                    }));
                }
                for (Task task : all) task.join();
                DiskMetrics metrics = disk.metrics();
                assertThat(metrics.inFlightNow()).isZero();
                assertThat(metrics.waitingNow()).isZero();
                assertThat(metrics.inFlightMost()).isBetween(2, 4);
                for (LaneMetrics lane : metrics.lanes()) {
                    assertThat(lane.inFlightNow()).as(lane.lane()).isZero();
                    assertThat(lane.refused()).isZero();
                }
                disk.close();
            });
        }
    }

    /// Commits and reads without end; a single scrubber's reads come through, each within the turns of its
    /// patience and as many as there are places in lanes.
    @Test
    void theLeastUrgentGetsInWithinSoManyTurns() {
        for (long seed = 0; seed < 20; seed++) {
            boolean[] over = new boolean[1];
            SimulatedTasks.run(seed, tasks -> {
                DiskConfig config = config(1);
                Disk disk = disk(tasks, config);
                SimulatedIo io = (SimulatedIo) disk.io();
                DiskFile file = filled(disk, 4);
                tasks.attach(io);
                List<Task> flood = new ArrayList<>();
                for (int t = 0; t < 6; t++) {
                    boolean log = t % 2 == 0;
                    long own = space.address() + (t + 1L) * BLOCK;
                    flood.add(tasks.spawn("flood " + t, () -> {
                        while (!over[0]) {
                            if (log) file.write(0, own, BLOCK, Lane.LOG);
                            else file.read(0, own, BLOCK, Lane.FOREGROUND);
                        }
                    }));
                }
                while (disk.metrics().waitingNow() < 4) tasks.spin();
                for (int n = 0; n < 3; n++) {
                    long before = io.count(IoKind.READ) + io.count(IoKind.WRITE);
                    file.read(0, space.address(), BLOCK, Lane.SCRUB);
                    long turns = io.count(IoKind.READ) + io.count(IoKind.WRITE) - before;
                    assertThat(turns)
                            .isLessThanOrEqualTo(config.lane(Lane.SCRUB).patience() + 6 + 2);
                }
                over[0] = true;
                for (Task task : flood) task.join();
                disk.close();
            });
        }
    }

    @Test
    void whatCannotHaveItsTurnInTimeIsRefusedBeforeAnythingIsDone() {
        SimulatedTasks.run(1, tasks -> {
            Disk disk = disk(tasks, config(1).withLane(Lane.FOREGROUND, lane -> lane.withWaitMillisMax(5)));
            DiskFile file = filled(disk, 4);
            SimulatedIo io = (SimulatedIo) disk.io();
            long operations = io.count(IoKind.READ) + io.count(IoKind.WRITE);
            LaneGate.Turn stuck = disk.lane(Lane.FOREGROUND).enter(Operation.READ);
            assertThatExceptionOfType(BackpressureException.class)
                    .isThrownBy(() -> file.read(0, space.address(), BLOCK, Lane.FOREGROUND))
                    .withMessageContaining("foreground")
                    .withMessageContaining("5 ms");
            assertThatExceptionOfType(BackpressureException.class)
                    .isThrownBy(() -> file.write(0, space.address(), BLOCK, Lane.FOREGROUND));
            assertThat(file.tryReadUpTo(0, space.address(), BLOCK, Lane.FOREGROUND))
                    .isEqualTo(DiskFile.WOULD_BLOCK);
            assertThat(file.tryWrite(0, space.address(), BLOCK, Lane.LOG))
                    .as("in all lanes")
                    .isFalse();
            assertThat(file.trySync(Lane.LOG)).isFalse();
            assertThat(io.count(IoKind.READ) + io.count(IoKind.WRITE)).isEqualTo(operations);
            assertThat(file.poison()).isNull();
            stuck.leave();
            assertThat(file.tryReadUpTo(0, space.address(), BLOCK, Lane.FOREGROUND))
                    .isEqualTo(BLOCK);
            assertThat(file.tryWrite(0, space.address(), BLOCK, Lane.LOG)).isTrue();
            assertThat(file.trySync(Lane.LOG)).isTrue();
            LaneMetrics lane = disk.metrics().lane("foreground");
            assertThat(lane.refused()).isEqualTo(2);
            assertThat(lane.stallMax()).isGreaterThanOrEqualTo(5_000_000);
            disk.close();
        });
    }

    @Test
    void aBatchThatIsRefusedSaysSoForEachOfItsRequests() {
        SimulatedTasks.run(1, tasks -> {
            Disk disk = disk(tasks, config(1).withLane(Lane.FOREGROUND, lane -> lane.withWaitMillisMax(5)));
            DiskFile file = filled(disk, 8);
            LaneGate.Turn stuck = disk.lane(Lane.LOG).enter(Operation.READ);
            try (DiskBatch reads = disk.batch(Lane.FOREGROUND, 4)) {
                reads.read(file, 0, space.address(), BLOCK);
                reads.read(file, 4 * BLOCK, space.address() + BLOCK, BLOCK);
                for (int n = 0; n < 2; n++) {
                    int request = reads.next();
                    assertThatExceptionOfType(BackpressureException.class).isThrownBy(() -> reads.result(request));
                }
                assertThat(reads.next()).isEqualTo(-1);
                stuck.leave();
                reads.read(file, 0, space.address(), BLOCK);
                assertThat(reads.result(reads.next())).isEqualTo(BLOCK);
            }
            disk.close();
        });
    }

    // ---- How deep the background may go ----

    @ParameterizedTest
    @EnumSource(names = {"FOREGROUND", "LOG"})
    void theBackgroundShrinksWhileOthersAreSlowAndGrowsBack(Lane lane) {
        DepthControl depth = new DepthControl(4);
        Operation operation = lane == Lane.LOG ? Operation.SYNC : Operation.READ;
        window(depth, lane, operation, 100_000);
        assertThat(depth.level()).isEqualTo(DepthControl.LEVELS);
        for (int level = DepthControl.LEVELS / 2; level >= 1; level /= 2) {
            window(depth, lane, operation, 3_000_000);
            assertThat(depth.level()).isEqualTo(level);
        }
        window(depth, lane, operation, 3_000_000);
        assertThat(depth.level()).as("never less than one place").isEqualTo(1);
        for (int level = 2; level <= DepthControl.LEVELS; level++) {
            window(depth, lane, operation, 110_000);
            assertThat(depth.level()).isEqualTo(level);
        }
        assertThat(depth.cuts()).isEqualTo(4);
    }

    /// While one thread gives the lanes their places, another changes the level once more.
    @Test
    void theLanesHaveTheLevelThatWasSetLast() {
        DepthControl depth = new DepthControl(4);
        int[] places = new int[2];
        boolean[] meanwhile = {true};
        for (int i = 0; i < 2; i++) {
            int lane = i;
            depth.controls((level, levels) -> {
                if (lane == 0 && meanwhile[0]) {
                    meanwhile[0] = false;
                    window(depth, Lane.LOG, Operation.SYNC, 100_000);
                }
                places[lane] = level;
            });
        }
        window(depth, Lane.FOREGROUND, Operation.READ, 100_000);
        window(depth, Lane.FOREGROUND, Operation.READ, 3_000_000);
        assertThat(depth.level()).as("halved, and raised by the other").isEqualTo(DepthControl.LEVELS / 2 + 1);
        assertThat(places).containsOnly(depth.level());
    }

    /// Windows that close while one is being looked at are part of the next, whose mean is of all that are in it.
    @Test
    void aWindowThatNobodyLookedAtDoesNotMakeTheNextOneSlow() {
        DepthControl depth = new DepthControl(4);
        depth.controls((_, _) -> {
            if (depth.cuts() == 1 && depth.level() == DepthControl.LEVELS / 2) {
                for (int i = 0; i < 7; i++) window(depth, Lane.FOREGROUND, Operation.READ, 600_000);
            }
        });
        window(depth, Lane.FOREGROUND, Operation.READ, 600_000);
        window(depth, Lane.FOREGROUND, Operation.READ, 3_000_000);
        assertThat(depth.level()).isEqualTo(DepthControl.LEVELS / 2);
        window(depth, Lane.FOREGROUND, Operation.READ, 600_000);
        assertThat(depth.cuts()).isEqualTo(1);
        assertThat(depth.level()).isEqualTo(DepthControl.LEVELS / 2 + 1);
    }

    @Test
    void aDeviceThatIsSlowForGoodDoesNotKeepTheBackgroundSmall() {
        DepthControl depth = new DepthControl(4);
        window(depth, Lane.FOREGROUND, Operation.READ, 100_000);
        for (int i = 0; i < 60; i++) window(depth, Lane.FOREGROUND, Operation.READ, 3_000_000);
        assertThat(depth.level()).isEqualTo(DepthControl.LEVELS);
    }

    @Test
    void whenNobodyWaitsTheBackgroundGrowsBackByItself() {
        DepthControl depth = new DepthControl(4);
        window(depth, Lane.FOREGROUND, Operation.READ, 100_000);
        window(depth, Lane.FOREGROUND, Operation.READ, 9_000_000);
        assertThat(depth.level()).isEqualTo(DepthControl.LEVELS / 2);
        for (int i = 0; i < DepthControl.RECOVERY * DepthControl.LEVELS; i++) {
            depth.ended(Lane.COMPACTION, Operation.WRITE, 1);
        }
        assertThat(depth.level()).isEqualTo(DepthControl.LEVELS);
    }

    @Test
    void whatIsShortIsNotSlowAndNothingHappensWhenSwitchedOff() {
        DepthControl depth = new DepthControl(4);
        window(depth, Lane.FOREGROUND, Operation.READ, 10_000);
        window(depth, Lane.FOREGROUND, Operation.READ, 900_000);
        assertThat(depth.cuts()).isZero();
        DepthControl off = new DepthControl(0);
        window(off, Lane.FOREGROUND, Operation.READ, 10_000);
        window(off, Lane.FOREGROUND, Operation.READ, 90_000_000);
        assertThat(off.cuts()).isZero();
    }

    @Test
    void lanesOfTheBackgroundHaveTheirShareOfPlaces() {
        SimulatedTasks.run(1, tasks -> {
            Disk disk = disk(tasks, DiskConfig.DEFAULT);
            for (Lane lane : Lane.values()) disk.lane(lane).narrow(4, 16);
            DiskMetrics metrics = disk.metrics();
            assertThat(metrics.lane("merge").inFlightMax()).isEqualTo(2);
            assertThat(metrics.lane("read-ahead").inFlightMax()).isEqualTo(4);
            assertThat(metrics.lane("scrub").inFlightMax()).isEqualTo(1);
            disk.close();
        });
    }

    private static void window(DepthControl depth, Lane lane, Operation operation, long nanos) {
        for (int i = 0; i < DepthControl.WINDOW; i++) depth.ended(lane, operation, nanos);
    }

    /// Nobody is refused for having waited: simulated time leaps.
    private static DiskConfig config(int places) {
        DiskConfig config = DiskConfig.DEFAULT.withInFlightMax(places);
        for (Lane lane : Lane.values()) config = config.withLane(lane, l -> l.withWaitMillisMax(0));
        return config;
    }

    private static Disk disk(SimulatedTasks tasks, DiskConfig config) {
        SimulatedIo io = new SimulatedIo();
        io.createDirectories(STORE);
        return new Disk(io, tasks.seams(), config);
    }

    private DiskFile filled(Disk disk, int blocks) {
        DiskFile file = disk.create(STORE.resolve("a"), false);
        for (int block = 0; block < blocks; block++) {
            file.write(block * (long) BLOCK, space.address(), BLOCK, Lane.MERGE);
        }
        file.sync(Lane.MERGE);
        return file;
    }
}
