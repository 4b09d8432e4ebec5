package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.StoreFailedException;
import dev.polder.kv.KeyValueSpace;
import dev.polder.runtime.Seams;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.World;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Spaces are created and dropped while the device is full now and then: each of these happens whole or not at all, in
/// what the store shows now and after a reopen, and nothing that was acknowledged goes to a space that is no more.
class CatalogOnFullDeviceTest {
    private static final EngineSettings SETTINGS = EngineSettings.of(16L << 20, 1, 1_000);

    @Test
    void creatingAndDroppingIsAllOrNothing() {
        long seed = System.nanoTime();
        System.out.println("catalog on a full device, seed " + seed);
        SimulatedIo io = new SimulatedIo();
        try (World world = new World(io, SETTINGS, Seams.system())) {
            assertThat(createAndDrop(world, io, seed)).as("refused").isPositive();
        }
    }

    private static int createAndDrop(World world, SimulatedIo io, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, String> model = new TreeMap<>(); // name to the value of its one key
        int refused = 0;
        StoreCore store = world.open();
        for (int i = 0; i < 400; i++) {
            boolean full = random.nextBoolean();
            String name = (char) ('a' + random.nextInt(6)) + "n".repeat(200);
            try {
                if (full) io.capacity(0);
                if (random.nextInt(3) == 0) {
                    if (store.dropSpace(name)) model.remove(name);
                } else {
                    store.createSpace(name);
                    model.putIfAbsent(name, "");
                    io.capacity(Long.MAX_VALUE);
                    put(store, name, "v" + i);
                    model.put(name, "v" + i);
                    if (random.nextInt(4) == 0) store.flush();
                }
            } catch (OutOfSpaceException e) {
                refused++;
            }
            io.capacity(Long.MAX_VALUE);
            check(store, model, seed);
            if (random.nextInt(40) == 0) {
                store.close();
                store = world.open();
                check(store, model, seed);
            }
        }
        assertThat(store.failure()).isNull();
        store.close();
        return refused;
    }

    /// Not even a device that is full for bytes which it has allocated already (copy on write) makes an edit half true:
    /// once it may be in one copy, the store stops, and reopening decides.
    @Test
    void anEditThatIsInOneCopyOnlyStopsTheStore() {
        for (IoKind kind : List.of(IoKind.WRITE, IoKind.SYNC)) {
            SimulatedIo io = new SimulatedIo();
            try (World world = new World(io, SETTINGS, Seams.system())) {
                stopHalfway(world, io, kind);
                StoreCore reopened = world.open();
                assertThat(reopened.spaces()).containsExactly("s0", "s1", "s2", "s3");
                assertThat(space(reopened, "s0").get(bytes("k"))).isEqualTo(bytes("v"));
                reopened.close();
            }
        }
    }

    private static void stopHalfway(World world, SimulatedIo io, IoKind kind) {
        StoreCore store = world.open();
        for (int i = 0; i < 3; i++) store.createSpace("s" + i); // room for the next edit is allocated
        put(store, "s0", "v");
        store.sync();
        io.failNth(kind, 1, Repeat.FOREVER, IoFault.ENOSPC, "-b");
        assertThatThrownBy(() -> store.createSpace("s3")).isInstanceOf(StoreFailedException.class);
        assertThat(store.failure()).isNotNull();
        assertThatThrownBy(() -> put(store, "s0", "w")).isInstanceOf(StoreFailedException.class);
        assertThat(space(store, "s0").get(bytes("k"))).isEqualTo(bytes("v"));
        io.clearFaults();
        store.close();
    }

    private static void put(StoreCore store, String name, String value) {
        space(store, name).put(bytes("k"), bytes(value), false);
    }

    private static KeyValueSpace space(StoreCore store, String name) {
        return new KeyValueSpace(store, store.version().names().get(name), name);
    }

    private static void check(StoreCore store, Map<String, String> model, long seed) {
        assertThat(store.spaces()).as("seed %d", seed).isEqualTo(List.copyOf(model.keySet()));
        model.forEach((name, value) -> {
            byte[] found = space(store, name).get(bytes("k"));
            assertThat(found == null ? "" : new String(found, StandardCharsets.UTF_8))
                    .as("seed %d", seed)
                    .isEqualTo(value);
        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
