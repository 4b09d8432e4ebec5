package dev.polder;

import static dev.polder.Small.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.block.LoaderMetrics;
import dev.polder.runtime.Task;
import dev.polder.store.EngineCore;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import dev.polder.testkit.World;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Several multi-gets of the same blocks at once: what one is reading, another leaves to it, and reads the rest
/// meanwhile as a batch. However the threads take turns, each block is read once and none by itself; and nobody waits
/// for ever, with four staging slots for all. [SimulatedTasks] ends a run in which nobody can go on.
class MultiGetsTogetherTest {
    private static final int SEEDS = Integer.getInteger("polder.seeds", 10);
    private static final long FIRST_SEED = Long.getLong("polder.seed", 1);
    private static final HeapRegions REGIONS = new HeapRegions();
    private static final long STEPS_MAX = 3_000_000;
    private static final int KEYS = 2_000;
    private static final int WANTED = 64;

    /// What was read from the device, and how.
    private record Reads(long requests, long blocksByBatches, long blocks, LoaderMetrics loader) {}

    private interface Client {
        void run(KeyValues space, int number);
    }

    /// A store whose blocks nobody has read yet.
    private static SimulatedIo filled() {
        SimulatedIo io = new SimulatedIo();
        SimulatedTasks.run(FIRST_SEED, tasks -> {
            tasks.attach(io);
            EngineCore core = new EngineCore(Small.settings(16, 2_000), io, REGIONS, tasks.seams());
            try (Engine engine = Engine.over(core);
                    Store store = engine.store(World.DIRECTORY)) {
                KeyValues space = store.keyValues("space");
                for (int i = 0; i < KEYS; i++) space.put(key(i), value(i), Durability.BUFFERED);
                store.flush();
                store.settle();
            }
        });
        io.detach();
        return io;
    }

    /// @param poolUnits that the pool has; 0: as many as it gets
    private static Reads play(SimulatedIo filled, long seed, int poolUnits, int clients, Client client) {
        Reads[] reads = new Reads[1];
        SimulatedTasks.run(seed, tasks -> {
            SimulatedIo io = filled.copy();
            tasks.attach(io);
            tasks.limit(STEPS_MAX);
            io.batchOrder(seed);
            EngineCore core = new EngineCore(Small.settings(16, 2_000), io, REGIONS, tasks.seams());
            try (Engine engine = Engine.over(core);
                    Store store = engine.store(World.DIRECTORY)) {
                KeyValues space = store.keyValues("space");
                if (poolUnits > 0) core.pool().resize(poolUnits);
                long requestsBefore = io.count(IoKind.READ);
                List<Task> all = new ArrayList<>();
                for (int c = 0; c < clients; c++) {
                    int number = c;
                    all.add(tasks.spawn("client-" + c, () -> client.run(space, number)));
                }
                all.forEach(Task::join);
                LoaderMetrics loader = core.loader().metrics();
                assertThat(loader.slotsBusy()).isZero();
                long requests = io.count(IoKind.READ) - requestsBefore;
                reads[0] = new Reads(
                        requests, loader.batchBlocks(), engine.metrics().poolMisses(), loader);
            }
        });
        return reads[0];
    }

    @Test
    void theSameBlocksAreReadOnceAndInBatches() {
        SimulatedIo filled = filled();
        long joined = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            List<Integer> wanted = wanted(seed);
            Reads alone = play(filled, seed, 0, 1, (space, _) -> multiGet(space, wanted));
            assertThat(alone.blocks).isEqualTo(alone.blocksByBatches).isGreaterThan(WANTED);
            for (int clients : new int[] {2, 3, 8}) {
                Reads together = play(filled, seed, 0, clients, (space, _) -> multiGet(space, wanted));
                String which = "seed " + seed + ", clients " + clients;
                assertThat(together.blocks).as("%s: each once", which).isEqualTo(alone.blocks);
                assertThat(together.blocksByBatches)
                        .as("%s: none by itself", which)
                        .isEqualTo(alone.blocks);
                assertThat(together.requests).as("%s: no others", which).isLessThanOrEqualTo(alone.blocks);
                assertThat(together.loader.batchesRefused()).isZero();
                joined += together.loader.joined();
            }
        }
        assertThat(joined).as("blocks that somebody else was loading").isGreaterThan((long) SEEDS * WANTED);
    }

    /// Overlapping ones in different orders, and readers of single keys, with sixteen frames for all: what came has
    /// often left again.
    @Test
    void withEverySlotTakenAllComeToTheirEnd() {
        SimulatedIo filled = filled();
        long joined = 0;
        long waits = 0;
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            long chosen = seed;
            Reads reads = play(filled, seed, 1, 12, (space, number) -> {
                SplittableRandom random = new SplittableRandom(chosen * 100 + number);
                List<Integer> keys = wanted(chosen);
                for (int round = 0; round < 4; round++) {
                    for (int i = keys.size() - 1; i > 0; i--) keys.set(i, keys.set(random.nextInt(i + 1), keys.get(i)));
                    if (number % 3 > 0) multiGet(space, keys.subList(0, 40));
                    else
                        for (int i : keys.subList(0, 10))
                            assertThat(space.get(key(i))).isEqualTo(value(i));
                }
            });
            joined += reads.loader.joined();
            waits += reads.loader.slotWaits();
        }
        assertThat(joined).isPositive();
        assertThat(waits).as("waits for one of the slots").isPositive();
    }

    private static List<Integer> wanted(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Integer> wanted = new ArrayList<>();
        for (int n = 0; n < WANTED; n++) wanted.add(random.nextInt(KEYS));
        return wanted;
    }

    private static void multiGet(KeyValues space, List<Integer> wanted) {
        List<byte[]> found =
                space.multiGet(wanted.stream().map(MultiGetsTogetherTest::key).toList());
        for (int n = 0; n < wanted.size(); n++) assertThat(found.get(n)).isEqualTo(value(wanted.get(n)));
    }

    private static byte[] key(int i) {
        return bytes("key-%06d".formatted(i * 7919L % 1_000_003)); // in no order, so that runs overlap
    }

    /// Does not compress.
    private static byte[] value(int i) {
        byte[] value = new byte[500];
        new SplittableRandom(i).nextBytes(value);
        return value;
    }
}
