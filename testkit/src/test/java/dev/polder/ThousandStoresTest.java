package dev.polder;

import static dev.polder.Small.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.disk.DiskConfig;
import dev.polder.errors.StoreLockedException;
import dev.polder.generation.ChunkAllocator;
import dev.polder.io.IoEngines;
import dev.polder.store.EngineSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many stores share one engine; an engine does not mind another.
class ThousandStoresTest {
    private static final int STORES = 1_000;
    private static final int RECORDS = 10;
    private static final int ROUNDS = 2;

    @TempDir
    Path directory;

    @Test
    void aThousandStoresOnSixtyFourMebibytes() {
        long start = System.nanoTime();
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        try (Small small = new Small(io, EngineSettings.of(64L << 20, 1, 30_000))) {
            for (int round = 0; round < ROUNDS; round++) {
                List<Store> stores = new ArrayList<>();
                for (int s = 0; s < STORES; s++) {
                    Store store = small.engine.store(directory.resolve("store-" + s));
                    stores.add(store);
                    KeyValues space = store.keyValues("space");
                    if (round > 0) checkRecords(space, s, round - 1); // in each store before it is written again
                    for (int r = 0; r < RECORDS; r++) {
                        space.put(bytes("key-" + r), value(s, r, round), Durability.BUFFERED);
                    }
                }
                small.checkMemory();
                assertThat(small.engine.metrics().stores()).isEqualTo(STORES);
                for (int s = 0; s < STORES; s++) checkRecords(stores.get(s).keyValues("space"), s, round);
                for (int s = 0; s < STORES; s += 50) {
                    stores.get(s).settle();
                    checkRecords(stores.get(s).keyValues("space"), s, round);
                }
                small.checkMemory();
                stores.forEach(Store::sync);
                // Handles with unsynced writes cannot be closed; all the others can, and stay within the cache.
                assertThat(small.core.disk().metrics().openHandles())
                        .isLessThanOrEqualTo(DiskConfig.DEFAULT.handlesMax() + STORES);
                stores.forEach(Store::close);
                assertThat(small.core.disk().metrics().openHandles()).isZero();
                small.checkMemory();
            }
        }
        System.out.println("a thousand stores, twice: " + (System.nanoTime() - start) / 1_000_000 + " ms");
    }

    /// Together they may hold what generations may, not more; each is merged when another needs its memory.
    @Test
    void manyStoresThatWriteMuchTakeTurns() {
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        int many = 60;
        try (Small small = new Small(io, EngineSettings.of(16L << 20, 1, 30_000))) {
            List<Store> stores = new ArrayList<>();
            for (int s = 0; s < many; s++) stores.add(small.engine.store(directory.resolve("store-" + s)));
            for (int r = 0; r < 30; r++) {
                for (int s = 0; s < many; s++) {
                    byte[] value = new byte[10_000];
                    value[0] = (byte) s;
                    stores.get(s).keyValues("space").put(bytes("key-" + r), value, Durability.BUFFERED);
                }
                small.checkMemory();
            }
            stores.forEach(Store::close);
            stores.clear();
            // Reopened all at once, their logs do not fit side by side either.
            for (int s = 0; s < many; s++) stores.add(small.engine.store(directory.resolve("store-" + s)));
            for (int s = 0; s < many; s++) {
                KeyValues space = stores.get(s).keyValues("space");
                assertThat(space.count()).isEqualTo(30);
                for (int r = 0; r < 30; r++)
                    assertThat(space.get(bytes("key-" + r))[0]).isEqualTo((byte) s);
            }
            small.checkMemory();
            stores.forEach(Store::close);
        }
    }

    /// Those that are open hold all the memory there is for generations, and none of them has a reason to merge; the
    /// groups in the log of the one that opens are larger than what is left.
    @Test
    void aStoreThatOpensGetsMemoryFromOthers() {
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        try (Small small = new Small(io, EngineSettings.of(16L << 20, 1, 3_000))) {
            try (Store needy = small.engine.store(directory.resolve("needy"))) {
                KeyValues space = needy.keyValues("space");
                for (int b = 0; b < 5; b++) {
                    Batch batch = needy.batch();
                    for (int k = 0; k < 60; k++) batch.put(space, bytes(b + "-" + k), new byte[5_000]);
                    needy.write(batch, Durability.BUFFERED);
                }
            }
            List<Store> others = new ArrayList<>();
            for (int s = 0; s < 6; s++) others.add(small.engine.store(directory.resolve("store-" + s)));
            ChunkAllocator generations = small.core.chunks();
            int puts = 0;
            for (; generations.ceilingBytes() - generations.usedBytes() > 200_000; puts++) {
                KeyValues space = others.get(puts % others.size()).keyValues("space");
                space.put(bytes("key-" + puts), new byte[4_000], Durability.BUFFERED);
            }
            for (Store other : others) assertThat(other.metrics().mergedBytes()).isZero();
            try (Store needy = small.engine.store(directory.resolve("needy"))) {
                assertThat(needy.keyValues("space").count()).isEqualTo(300);
            }
            long found = 0;
            for (Store other : others) found += other.keyValues("space").count();
            assertThat(found).isEqualTo(puts);
            others.forEach(Store::close);
        }
    }

    @Test
    void twoEnginesLiveSideBySide() {
        Path shared = directory.resolve("shared");
        try (Engine one = Engine.open(Budget.mebibytes(16));
                Engine two = Engine.open(Budget.mebibytes(16))) {
            try (Store a = one.store(directory.resolve("a"));
                    Store b = two.store(directory.resolve("b"))) {
                for (int i = 0; i < 2_000; i++) {
                    a.keyValues("space").put(bytes("key-" + i), bytes("a" + i), Durability.BUFFERED);
                    b.keyValues("space").put(bytes("key-" + i), bytes("b" + i), Durability.BUFFERED);
                }
                a.settle();
                for (int i = 0; i < 2_000; i++) {
                    assertThat(a.keyValues("space").get(bytes("key-" + i))).isEqualTo(bytes("a" + i));
                    assertThat(b.keyValues("space").get(bytes("key-" + i))).isEqualTo(bytes("b" + i));
                }
            }
            try (Store store = one.store(shared)) {
                store.keyValues("space").put(bytes("k"), bytes("v"));
                assertThatThrownBy(() -> two.store(shared)).isInstanceOf(StoreLockedException.class);
                assertThatThrownBy(() -> one.store(shared)).isInstanceOf(StoreLockedException.class);
                assertThat(store.keyValues("space").get(bytes("k"))).isEqualTo(bytes("v"));
            }
            try (Store store = two.store(shared)) {
                assertThat(store.keyValues("space").get(bytes("k"))).isEqualTo(bytes("v"));
            }
        }
    }

    private static void checkRecords(KeyValues space, int store, int round) {
        for (int r = 0; r < RECORDS; r++) {
            assertThat(space.get(bytes("key-" + r))).as("store " + store).isEqualTo(value(store, r, round));
        }
    }

    private static byte[] value(int store, int record, int round) {
        return bytes(store + "/" + record + "/" + round + "v".repeat(100));
    }
}
