package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.buffer.PinOwner;
import dev.polder.buffer.PoolFixture;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.runtime.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Blocks that are brought in together: in few reads, each once, and never in the way of who waits for one.
class BatchLoaderTest {
    private final Codecs codecs = Codecs.probe();
    private final PoolFixture f = new PoolFixture();
    private final BlockLoader loader = new BlockLoader(f.budget, f.pool, f.seams, codecs);
    private final List<BlockFile> files = new ArrayList<>();
    private final BlockBatch batch = new BlockBatch();

    private BlockFile file(int count, int alignment) {
        BlockFile file = new BlockFile(count, alignment, codecs, 42);
        files.add(file);
        return file;
    }

    @AfterEach
    void close() {
        files.forEach(BlockFile::close);
        f.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 512, 4096})
    void neighboursShareAReadAndEveryByteIsRight(int alignment) {
        BlockFile file = file(400, alignment);
        int loaded = 0;
        for (int block = 0; block < 400; block += 8) {
            for (int i = block + 7; i >= block; i--) add(file, i);
            loaded += load();
            assertThat(batch.count()).isZero();
        }
        assertThat(loaded).isGreaterThan(200).isEqualTo((int) loader.metrics().batchBlocks());
        assertThat(file.reads.get()).isLessThan(loaded).isEqualTo((int)
                loader.metrics().reads());
        for (int block = 0; block < 400; block++) read(file, block);
    }

    /// Blocks begin at multiples of 8. What lies between them is no reason for a read each.
    @Test
    void neighboursShareAReadWhereNothingMustBeAligned() {
        BlockFile file = file(200, 1);
        int pairs = 0;
        for (int i = 0; i + 1 < 200; i++) {
            long end = file.handle(i).offset() + file.handle(i).storedBytes();
            long gap = file.handle(i + 1).offset() - end;
            if (gap == 0 || gap >= 8) continue;
            pairs++;
            int before = file.reads.get();
            add(file, i);
            add(file, i + 1);
            load();
            assertThat(file.reads.get() - before)
                    .as("blocks %d and %d", i, i + 1)
                    .isLessThanOrEqualTo(1);
            read(file, i);
            read(file, i + 1);
        }
        assertThat(pairs).isGreaterThan(5);
    }

    @Test
    void whatIsThereIsNotReadAgain() {
        BlockFile file = file(10, 4096);
        for (int i = 0; i < 3; i++) read(file, i);
        int before = file.reads.get();
        for (int i = 0; i < 3; i++) add(file, i);
        assertThat(load()).isZero();
        assertThat(file.reads.get()).isEqualTo(before);
        add(file, 0);
        add(file, 4);
        add(file, 4);
        assertThat(batch.count()).isEqualTo(2);
        assertThat(load()).isEqualTo(1);
        assertThat(file.reads.get()).isEqualTo(before + 1);
        read(file, 4);
        assertThat(file.reads.get()).isEqualTo(before + 1);
    }

    @Test
    void aFullBatchTakesNoMore() {
        BlockFile file = file(400, 4096);
        int added = 0;
        while (tryAdd(file, added)) added++;
        assertThat(tryAdd(file, 0)).as("it is in it").isTrue();
        assertThat(added).as("as many as its slot holds").isBetween(2, BlockBatch.BLOCKS_MAX - 1);
        assertThat(load()).as("all that it took").isEqualTo(added);
    }

    @Test
    void neighboursFillASlotUpAndDown() {
        BlockFile file = file(400, 4096);
        int up = 0;
        while (tryAdd(file, 100 + up)) up++;
        long bytes = file.handle(100 + up).offset() - file.handle(100).offset();
        assertThat(bytes).as("no more than a page lost").isGreaterThan((128 << 10) - (68 << 10) - 2 * 4096);
        assertThat(load()).isEqualTo(up);
        assertThat(file.reads.get()).isEqualTo(1);
        int down = 0;
        while (tryAdd(file, 300 - down)) down++;
        assertThat(load()).isEqualTo(down);
        assertThat(file.reads.get()).isEqualTo(2);
    }

    @Test
    void aDamagedBlockIsPassedOverAndItsReaderIsTold() {
        BlockFile file = file(10, 4096);
        file.flipBit(2);
        for (int i = 0; i < 4; i++) add(file, i);
        assertThat(load()).isLessThan(4);
        read(file, 0);
        read(file, 1);
        assertThatThrownBy(() -> read(file, 2)).isInstanceOf(CorruptionException.class);
        read(file, 3);
        BlockHandle last = file.handle(9);
        file.end = last.offset() + last.storedBytes() - 1;
        add(file, 9);
        assertThat(load()).isZero();
        assertThatThrownBy(() -> read(file, 9)).hasMessageContaining("cut off");
    }

    @Test
    void withoutAFrameNothingIsLoadedAndNothingFails() {
        BlockFile file = file(500, 4096);
        f.squeeze();
        PinOwner owner = f.pool.pinOwner("views");
        List<BlockRef> views = new ArrayList<>();
        for (int i = 3; ; i += 5) {
            BlockRef view = new BlockRef();
            loader.locate(view, file.file, file.handle(i), 0);
            if (!loader.pin(view, owner)) {
                view.release();
                break;
            }
            views.add(view);
        }
        for (int i = 490; i < 500; i++) add(file, i);
        assertThat(load()).isZero();
        views.forEach(BlockRef::release);
        for (int i = 490; i < 494; i++) add(file, i);
        assertThat(load()).isPositive();
    }

    @Test
    @Timeout(60)
    void whoWantsABlockOfABatchWaitsForIt() {
        BlockFile file = file(40, 4096);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        file.whileReading = () -> {
            reading.countDown();
            await(go);
        };
        Task ahead = f.seams.tasks().spawn("ahead", () -> {
            add(file, 0);
            add(file, 2);
            load();
        });
        await(reading);
        Task reader = f.seams.tasks().spawn("reader", () -> {
            read(file, 0);
            read(file, 2);
        });
        BlockBatch other = new BlockBatch(); // what is on its way is left out
        BlockHandle block = file.handle(2);
        other.add(file.file, block.offset(), block.storedBytes(), block.rawBytes(), block.codec(), block.crc());
        assertThat(loader.load(other, Lane.READ_AHEAD)).isZero();
        while (loader.metrics().joined() < 2) Thread.onSpinWait(); // the timeout is for the case that nobody counts
        go.countDown();
        ahead.join();
        reader.join();
        assertThat(file.reads.get()).isEqualTo((int) loader.metrics().reads()).isLessThanOrEqualTo(2);
        assertThat(loader.metrics().joined())
                .as("the other batch, and the reader")
                .isEqualTo(2);
    }

    @Test
    void aSlotIsLeftToThoseWhoWaitForOneBlock() {
        BlockFile file = file(200, 4096);
        int slots = loader.metrics().slots();
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch reading = new CountDownLatch(slots - 1);
        file.whileReading = () -> {
            reading.countDown();
            await(go);
        };
        List<Task> readers = new ArrayList<>();
        for (int t = 0; t < slots - 1; t++) {
            int block = t;
            readers.add(f.seams.tasks().spawn("reader " + t, () -> read(file, block)));
        }
        await(reading);
        add(file, 100);
        assertThat(load()).isZero();
        assertThat(loader.metrics().batchesRefused()).isEqualTo(1);
        go.countDown();
        readers.forEach(Task::join);
        add(file, 100);
        assertThat(load()).isEqualTo(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /// If its slot has room: blocks have up to 64 KiB.
    private void add(BlockFile file, int block) {
        var _ = tryAdd(file, block);
    }

    private boolean tryAdd(BlockFile file, int block) {
        BlockHandle wanted = file.handle(block);
        return batch.add(
                file.file, wanted.offset(), wanted.storedBytes(), wanted.rawBytes(), wanted.codec(), wanted.crc());
    }

    private int load() {
        return loader.load(batch, Lane.READ_AHEAD);
    }

    private void read(BlockFile file, int block) {
        BlockRef ref = new BlockRef();
        for (int attempt = 0; ; attempt++) {
            loader.locate(ref, file.file, file.handle(block), attempt);
            boolean holds = BlockFile.holds(ref.address(), block, ref.bytes());
            boolean valid = ref.valid();
            ref.release();
            if (!valid) continue;
            assertThat(holds).as("block %d", block).isTrue();
            return;
        }
    }

    /// Two are busy while others wait: each read goes on when there are two, and no third comes.
    @Test
    void noMoreThreadsReadAheadThanTheLimit() {
        BlockFile file = file(100, 4096);
        try (PoolFixture other = new PoolFixture()) {
            BlockLoader two = new BlockLoader(other.budget, other.pool, f.seams, codecs, new AheadLimits(8, 16, 16, 2));
            CountDownLatch both = new CountDownLatch(2);
            file.whileReading = () -> {
                both.countDown();
                awaitLatch(both);
            };
            for (int i = 0; i < 10; i++) {
                BlockBatch wanted = two.batchForBackground();
                BlockHandle block = file.handle(i * 10);
                wanted.add(
                        file.file, block.offset(), block.storedBytes(), block.rawBytes(), block.codec(), block.crc());
                two.loadInBackground(wanted);
            }
            two.awaitBackground();
            assertThat(file.reads.get()).isEqualTo(10);
            assertThat(file.readingMost.get()).isEqualTo(2);
            two.close();
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
