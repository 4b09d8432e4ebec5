package dev.polder;

import static dev.polder.Small.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.polder.disk.DiskConfig;
import dev.polder.disk.Lane;
import dev.polder.errors.BackpressureException;
import dev.polder.metrics.LaneMetrics;
import dev.polder.runtime.Task;
import dev.polder.store.EngineCore;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import dev.polder.testkit.World;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A device that stands still, and a disk whose places are all taken: what the lanes' limits (`TURN_MILLIS_…`,
/// `PATIENCE_…`, `IN_FLIGHT…`) do to a whole store, and what its user sees: a typed refusal before anything was logged,
/// reads that go on, and a store that goes on when the device does. Time is simulated.
class StandstillTest {
    private static final HeapRegions REGIONS = new HeapRegions();
    private static final long STEPS_MAX = 3_000_000;
    private static final long MILLIS = 1_000_000;

    /// A store on a disk of which a test holds the other end.
    private static final class Scene implements AutoCloseable {
        final SimulatedTasks tasks;
        final SimulatedIo io = new SimulatedIo();
        final EngineCore core;
        final Engine engine;
        final Store store;
        final KeyValues space;

        Scene(SimulatedTasks tasks, DiskConfig disk) {
            this.tasks = tasks;
            tasks.attach(io);
            tasks.limit(STEPS_MAX);
            core = new EngineCore(Small.settings(16, 2_000).withDisk(disk), io, REGIONS, tasks.seams());
            engine = Engine.over(core);
            store = engine.store(World.DIRECTORY);
            space = store.keyValues("space");
        }

        /// Writes and syncs of a thread of this name stand still, if they are of runs.
        void standStill(String thread) {
            io.standStill(file -> file.getFileName().toString().startsWith("run-")
                    && Thread.currentThread().getName().contains(thread));
        }

        LaneMetrics lane(Lane lane) {
            return engine.metrics().disk().lanes().stream()
                    .filter(metrics -> metrics.lane().equals(lane.label()))
                    .findFirst()
                    .orElseThrow();
        }

        void await(java.util.function.BooleanSupplier condition) {
            while (!condition.getAsBoolean()) tasks.sleep(MILLIS);
        }

        void put(int from, int to) {
            for (int i = from; i < to; i++) space.put(key(i), value(i), Durability.BUFFERED);
        }

        void check(int keys) {
            for (int i = 0; i < keys; i++) assertThat(space.get(key(i))).isEqualTo(value(i));
        }

        void checkAfterReopen(int keys) {
            store.close();
            try (Store again = engine.store(World.DIRECTORY)) {
                KeyValues there = again.keyValues("space");
                for (int i = 0; i < keys; i++) assertThat(there.get(key(i))).isEqualTo(value(i));
                assertThat(there.count()).isEqualTo(keys);
                assertThat(again.verify((done, all) -> {}).problems()).isEmpty();
            }
        }

        @Override
        public void close() {
            io.goOn();
            store.close();
            engine.close();
        }
    }

    private static byte[] key(int i) {
        return bytes("key-%06d".formatted(i * 7919L % 1_000_003)); // in no order, so that runs overlap
    }

    /// Does not compress.
    private static byte[] value(int i) {
        byte[] value = new byte[1000];
        new SplittableRandom(i).nextBytes(value);
        return value;
    }

    /// The merger holds the only place of its lane, at a device that does not answer; a large batch is written on the
    /// same lane.
    @Test
    void aLargeBatchThatDoesNotComeToItsTurnIsRefusedAndChangesNothing() {
        DiskConfig disk = DiskConfig.DEFAULT.withLane(
                Lane.MERGE, lane -> lane.withInFlightMax(1).withWaitMillisMax(700));
        SimulatedTasks.run(1, tasks -> {
            try (Scene scene = new Scene(tasks, disk)) {
                scene.put(0, 40);
                scene.standStill("merge");
                scene.put(40, 150); // seals a generation
                scene.await(() -> scene.lane(Lane.MERGE).inFlightNow() == 1);
                long logged = scene.store.metrics().logBytes();

                Batch batch = scene.store.batch();
                for (int i = 150; i < 1200; i++) batch.put(scene.space, key(i), value(i));
                long asked = tasks.clock().nanoTime();
                assertThatThrownBy(() -> scene.store.write(batch, Durability.SYNCED))
                        .isInstanceOf(BackpressureException.class)
                        .hasMessageContaining("lane=merge")
                        .hasMessageContaining("700 ms")
                        .hasMessageContaining("nothing was moved");
                assertThat(tasks.clock().nanoTime() - asked).isBetween(700 * MILLIS, 1_500 * MILLIS);
                assertThat(scene.lane(Lane.MERGE).refused()).isPositive();
                assertThat(scene.store.metrics().logBytes()).isEqualTo(logged);
                assertThat(scene.space.count()).isEqualTo(150);
                scene.check(150);
                scene.put(150, 151); // small ones have room yet

                scene.io.goOn();
                scene.store.write(batch, Durability.SYNCED);
                scene.store.settle();
                scene.check(1200);
                scene.checkAfterReopen(1200);
            }
        });
    }

    /// A compaction holds the only place of all lanes. Merges are refused again and again, so that in the end writers
    /// are, by their own limit; what they may not do is fail the store.
    @Test
    void mergesThatDoNotComeToTheirTurnAreTriedAgainAndWritersAreRefused() {
        DiskConfig disk = DiskConfig.DEFAULT
                .withInFlightMax(1)
                .withLane(Lane.LOG, lane -> lane.withWaitMillisMax(0))
                .withLane(Lane.FOREGROUND, lane -> lane.withWaitMillisMax(0))
                .withLane(Lane.MERGE, lane -> lane.withWaitMillisMax(300))
                .withLane(Lane.COMPACTION, lane -> lane.withWaitMillisMax(300));
        SimulatedTasks.run(2, tasks -> {
            try (Scene scene = new Scene(tasks, disk)) {
                scene.standStill("compact");
                int keys = 0;
                while (scene.lane(Lane.COMPACTION).inFlightNow() == 0) {
                    scene.put(keys, keys + 60);
                    keys += 60;
                    assertThat(keys).as("a compaction begins").isLessThan(6_000);
                    scene.store.flush();
                    tasks.sleep(10 * MILLIS);
                }
                Throwable refusal = null;
                while (refusal == null) {
                    int i = keys;
                    refusal = catchThrowable(() -> scene.space.put(key(i), value(i), Durability.BUFFERED));
                    if (refusal == null) keys++;
                }
                assertThat(refusal)
                        .isInstanceOf(BackpressureException.class)
                        .hasMessageContaining("nothing of it was logged")
                        .hasMessageContaining("within 2000 ms");
                assertThat(refusal)
                        .cause()
                        .isInstanceOf(BackpressureException.class)
                        .hasMessageContaining("lane=merge");
                assertThat(scene.lane(Lane.MERGE).refused()).isGreaterThan(1);
                scene.check(keys);
                assertThat(scene.space.get(key(keys))).isNull();

                scene.io.goOn();
                scene.put(keys, keys + 300);
                scene.store.settle();
                scene.check(keys + 300);
                scene.checkAfterReopen(keys + 300);
            }
        });
    }

    /// An edit of the manifest waits as long as the sync that follows it would: refused in between it could be taken
    /// neither for done nor for not done.
    @Test
    void anEditThatWaitsForItsTurnDoesNotFailTheStore() {
        DiskConfig disk = DiskConfig.DEFAULT.withLane(
                Lane.LOG, lane -> lane.withInFlightMax(1).withWaitMillisMax(1));
        SimulatedTasks.run(3, tasks -> {
            try (Scene scene = new Scene(tasks, disk)) {
                Store other = scene.engine.store(Path.of("/other"));
                KeyValues elsewhere = other.keyValues("space");
                scene.io.standStill(file -> file.startsWith("/other")
                        && file.getFileName().toString().startsWith("log-"));
                Task syncing = tasks.spawn("syncs", () -> elsewhere.put(key(1), value(1), Durability.SYNCED));
                scene.await(() -> scene.lane(Lane.LOG).inFlightNow() == 1);
                Task creating = tasks.spawn("creates a space", () -> scene.store.keyValues("another"));
                tasks.sleep(100 * MILLIS);
                assertThat(scene.lane(Lane.LOG).waitingNow()).isEqualTo(1);
                assertThat(catchThrowable(() -> scene.space.put(key(0), value(0), Durability.BUFFERED)))
                        .as("a commit is refused")
                        .isInstanceOf(BackpressureException.class)
                        .hasMessageContaining("lane=log");
                scene.io.goOn();
                syncing.join();
                creating.join();
                assertThat(scene.store.spaces()).contains("another");
                other.close();
                scene.put(0, 10);
                scene.checkAfterReopen(10);
            }
        });
    }

    /// Readers who find nothing in the pool keep the only place of the disk busy. A merge lets `patience` of them pass
    /// for each of its own transfers, and not more. Nobody is refused here: simulated time jumps to the next
    /// timer now and then, and if that were the end of a reader's minute he would be.
    @ParameterizedTest
    @ValueSource(ints = {4, 1_000_000})
    void aMergeLetsSoManyReadsPass(int patience) {
        DiskConfig disk = DiskConfig.DEFAULT
                .withInFlightMax(1)
                .withSlowFactor(0)
                .withLane(Lane.FOREGROUND, lane -> lane.withWaitMillisMax(0))
                .withLane(Lane.LOG, lane -> lane.withWaitMillisMax(0))
                .withLane(Lane.MERGE, lane -> new DiskConfig.LaneConfig(lane.inFlightMax(), patience, 0));
        int keys = 600;
        int readsMax = 2_000;
        int[] reads = new int[1];
        SimulatedTasks.run(4, tasks -> {
            try (Scene scene = new Scene(tasks, disk)) {
                scene.put(0, keys);
                scene.store.flush();
                scene.store.settle();
                scene.core.pool().resize(1);
                scene.io.readNanos(MILLIS);
                boolean[] merged = new boolean[1];
                List<Task> readers = new ArrayList<>();
                for (int r = 0; r < 16; r++) {
                    int reader = r;
                    readers.add(tasks.spawn("reader", () -> {
                        for (int i = reader; !merged[0] && reads[0] < readsMax; i += 37) {
                            assertThat(scene.space.get(key(i % keys))).isEqualTo(value(i % keys));
                            reads[0]++;
                        }
                    }));
                }
                scene.space.put(key(keys), value(keys), Durability.BUFFERED);
                scene.store.flush();
                merged[0] = true;
                for (Task reader : readers) reader.join();
                assertThat(scene.lane(Lane.MERGE).refused()).isZero();
            }
        });
        System.out.println("patience " + patience + ": the merge took " + reads[0] + " reads");
        if (patience > readsMax) assertThat(reads[0]).isGreaterThanOrEqualTo(readsMax);
        else assertThat(reads[0]).isLessThan(readsMax / 4);
    }
}
