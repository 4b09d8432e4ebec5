package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.PoolFixture;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.Lane;
import dev.polder.memory.Owner;
import org.junit.jupiter.api.Test;

/// The warm share behind the loader: whom it keeps, and that a warm block costs no read.
class WarmBlocksTest {
    /// Some 30 KiB each when decoded, ten times the pool; all compress well.
    private static final int BLOCKS = 600;

    private final Codecs codecs = Codecs.probe();

    private interface Use {
        void of(PoolFixture f, BlockLoader loader, BlockFile file);
    }

    private void with(int warmPercent, Use use) {
        try (PoolFixture f = new PoolFixture(16 << 20, Eviction.CLOCK, warmPercent);
                BlockFile file = new BlockFile(BLOCKS, 4096, codecs, 1)) {
            BlockLoader loader = new BlockLoader(f.budget, f.pool, f.seams, codecs);
            f.squeeze();
            use.of(f, loader, file);
            loader.checkWarm();
            assertThat(f.budget.leasedBytes(Owner.WARM))
                    .isLessThanOrEqualTo((long) f.budget.plan().floorUnits(Owner.WARM) << 16);
        }
    }

    private static void read(BlockLoader loader, BlockFile file, int block) {
        BlockRef ref = new BlockRef();
        loader.locate(ref, file.file, file.handle(block), 0);
        assertThat(BlockFile.holds(ref.address(), block, ref.bytes())).isTrue();
        assertThat(ref.valid()).isTrue();
        ref.release();
    }

    private static void readAll(BlockLoader loader, BlockFile file) {
        for (int block = 0; block < BLOCKS; block++) read(loader, file, block);
    }

    @Test
    void withoutAShareNothingIsKept() {
        with(0, (f, loader, file) -> {
            readAll(loader, file);
            readAll(loader, file);
            assertThat(loader.warmMetrics()).isEqualTo(WarmMetrics.NONE);
        });
    }

    @Test
    void aScanLeavesNoTrace() {
        with(30, (f, loader, file) -> {
            readAll(loader, file);
            WarmMetrics warm = loader.warmMetrics();
            assertThat(f.pool.metrics().evictions()).isPositive();
            assertThat(warm.noted()).isPositive();
            assertThat(warm.kept()).isZero();
            assertThat(warm.images()).isZero();
        });
    }

    @Test
    void whatLeavesThePoolAgainAndAgainIsKeptAndCostsNoRead() {
        with(30, (f, loader, file) -> {
            for (int round = 0; round < 3; round++) readAll(loader, file);
            WarmMetrics before = loader.warmMetrics();
            assertThat(before.kept()).isPositive();
            assertThat(before.imageBytes()).isPositive().isLessThan(before.rawBytes() / 2);
            int readsBefore = file.reads.get();
            long missesBefore = f.pool.metrics().misses();
            for (int round = 0; round < 3; round++) readAll(loader, file);
            long reads = (long) file.reads.get() - readsBefore;
            long misses = f.pool.metrics().misses() - missesBefore;
            long hits = loader.warmMetrics().hits() - before.hits();
            assertThat(hits).isPositive();
            assertThat(reads + hits).isEqualTo(misses);
            assertThat(loader.warmMetrics().returned())
                    .as("promoted blocks that left the pool again were not compressed again")
                    .isPositive();
        });
    }

    @Test
    void aBatchTakesWarmBlocksWithoutReading() {
        with(30, (f, loader, file) -> {
            for (int round = 0; round < 4; round++) readAll(loader, file);
            BlockBatch batch = new BlockBatch();
            long hits = loader.warmMetrics().hits();
            int asked = 0;
            for (int i = 0; i < BLOCKS && asked < 8; i++) {
                BlockHandle wanted = file.handle(i);
                if (loader.isPresent(file.file, wanted.offset(), wanted.rawBytes(), wanted.crc())) continue;
                batch.add(
                        file.file,
                        wanted.offset(),
                        wanted.storedBytes(),
                        wanted.rawBytes(),
                        wanted.codec(),
                        wanted.crc());
                asked++;
            }
            loader.load(batch, Lane.FOREGROUND);
            assertThat(loader.warmMetrics().hits()).isGreaterThan(hits);
        });
    }
}
