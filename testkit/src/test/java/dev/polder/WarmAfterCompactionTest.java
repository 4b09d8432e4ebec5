package dev.polder;

import static dev.polder.Small.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.PoolMetrics;
import dev.polder.io.IoEngines;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Merges and compactions write every block under a new name, and leave readers with a warm pool all the same.
class WarmAfterCompactionTest {
    private static final int RECORDS = 20_000;

    @TempDir
    Path directory;

    @Test
    void whatFitsStaysInMemory() {
        try (Small small = new Small(IoEngines.portable(), Small.settings(32, 30_000));
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("a");
            for (int i = 0; i < RECORDS; i++) space.put(key(i), value(i, 0), Durability.BUFFERED);
            store.settle();
            readAll(space, 0);
            long compacted = store.metrics().compactionBytesOut();
            for (int round = 1; round <= 3; round++) {
                long before = small.core.loader().metrics().reads();
                for (int i = 0; i < RECORDS; i += 7) space.put(key(i), value(i, round), Durability.BUFFERED);
                store.settle();
                readAll(space, round);
                assertThat(small.core.loader().metrics().reads() - before)
                        .as("reads of blocks in round %d", round)
                        .isZero();
            }
            assertThat(store.metrics().compactionBytesOut()).isGreaterThan(compacted);
            assertThat(small.core.loader().metrics().blocksKept()).isPositive();
            PoolMetrics pool = small.core.pool().metrics();
            assertThat(pool.framesForgotten()).isPositive();
            assertThat(pool.evictions()).isZero();
        }
    }

    /// Ten times the pool, a hundredth of it hot: after everything was compacted the hot part is still there.
    @Test
    void whatIsUsedMuchStaysInMemory() {
        long seed = new SplittableRandom().nextLong();
        System.out.println("warm after compaction, seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        int records = 300_000;
        int hot = records / 200;
        try (Small small = new Small(IoEngines.portable(), Small.settings(16, 30_000));
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("a");
            for (int i = 0; i < records; i++) space.put(key(i), value(i, 0), Durability.BUFFERED);
            store.settle();
            for (int round = 0; round < 20; round++) readHot(space, hot, 0);
            for (int i = 0; i < records; i += 7)
                space.put(key(random.nextInt(records)), value(0, 1), Durability.BUFFERED);
            store.settle();
            long before = small.core.loader().metrics().reads();
            for (int i = 0; i < hot; i++) assertThat(space.get(key(i))).isNotNull();
            long cold = small.core.loader().metrics().reads() - before;
            int blocks = hot * 120 / 1024;
            assertThat(cold)
                    .as("blocks read again, of some %d hot ones", blocks)
                    .isLessThan(blocks / 4);
        }
    }

    /// Records that fill a block each, of half the budget: the pool has not room for all old and all new blocks at
    /// once.
    @Test
    void whatIsOverwrittenStaysInMemory() {
        int records = 4_000;
        try (Small small = new Small(IoEngines.portable(), Small.settings(32, 30_000));
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("a");
            byte[] value = new byte[4000];
            for (int i = 0; i < records; i++) space.put(key(i), value, Durability.BUFFERED);
            store.settle();
            for (int i = 0; i < 3 * records; i++)
                assertThat(space.get(key(i % records))).isNotNull();
            long read = 0;
            for (int round = 0; round < 6; round++) {
                for (int i = round % 2; i < records; i += 2) space.put(key(i), value, Durability.BUFFERED);
                store.settle();
                long before = small.core.loader().metrics().reads();
                for (int i = 0; i < records; i++) assertThat(space.get(key(i))).isNotNull();
                read += small.core.loader().metrics().reads() - before;
                for (int i = 0; i < 9 * records; i++)
                    assertThat(space.get(key(i % records))).isNotNull();
            }
            assertThat(read).as("blocks read in six rounds").isLessThan(records / 4);
            assertThat(small.core.loader().metrics().blocksBroughtBack()).isPositive();
        }
    }

    @Test
    void aClosedStoreLeavesTheFramesToOthers() {
        try (Small small = new Small(IoEngines.portable(), Small.settings(32, 30_000))) {
            try (Store store = small.engine.store(directory)) {
                KeyValues space = store.keyValues("a");
                for (int i = 0; i < RECORDS; i++) space.put(key(i), value(i, 0), Durability.BUFFERED);
                store.settle();
                readAll(space, 0);
                assertThat(resident(small)).isPositive();
            }
            assertThat(resident(small)).isZero();
        }
    }

    private static int resident(Small small) {
        return small.core.pool().metrics().classes().stream()
                .mapToInt(PoolMetrics.ClassMetrics::resident)
                .sum();
    }

    private static void readAll(KeyValues space, int round) {
        for (int i = 0; i < RECORDS; i++) {
            assertThat(space.get(key(i))).isEqualTo(value(i, i % 7 == 0 ? round : 0));
        }
    }

    private static void readHot(KeyValues space, int hot, int round) {
        for (int i = 0; i < hot; i++) assertThat(space.get(key(i))).isEqualTo(value(i, round));
    }

    private static byte[] key(int i) {
        return bytes(String.format("%08d", i));
    }

    private static byte[] value(int i, int round) {
        return bytes("value " + i + " of round " + round + " and a hundred bytes or so ".repeat(3)
                + Integer.toHexString(i * 0x9e3779b9));
    }
}
