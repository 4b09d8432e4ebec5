package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.polder.buffer.PinOwner;
import dev.polder.buffer.PoolFixture;
import dev.polder.errors.CorruptionException;
import dev.polder.memory.Memory;
import dev.polder.runtime.Task;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockLoaderTest {
    private final Codecs codecs = Codecs.probe();
    private final PoolFixture f = new PoolFixture();
    private final BlockLoader loader = new BlockLoader(f.budget, f.pool, f.seams, codecs);
    private final List<BlockFile> files = new ArrayList<>();

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
    void everyBlockIsServedWhateverTheAlignment(int alignment) {
        BlockFile file = file(200, alignment);
        BlockRef ref = new BlockRef();
        for (int round = 0; round < 2; round++)
            for (int block = 0; block < file.count(); block++) read(file, ref, block, 0);
        assertThat(loader.metrics().bypasses()).isZero();
        assertThat(loader.metrics().reads()).isEqualTo(file.reads.get());
        assertThat(f.pool.metrics().misses()).isEqualTo(file.reads.get());
    }

    @Test
    void aSecondLookIsAHit() {
        BlockFile file = file(10, 4096);
        BlockRef ref = new BlockRef();
        for (int i = 0; i < 600; i++) read(file, ref, 3, 0);
        assertThat(file.reads.get()).isEqualTo(1);
        assertThat(f.pool.metrics().hits()).as("told in bulk").isEqualTo(512);
        assertThat(f.pool.metrics().misses()).isEqualTo(1);
    }

    @Test
    void aLaterAttemptHoldsTheBlockByAPin() {
        BlockFile file = file(500, 4096);
        BlockRef ref = new BlockRef();
        BlockRef other = new BlockRef();
        locate(file, ref, 0, 1);
        assertThat(ref.pinned()).isTrue();
        assertThat(f.pool.metrics().pinned()).isEqualTo(1);
        for (int block = 1; block < 500; block++) read(file, other, block, 0);
        assertThat(f.pool.metrics().evictions()).isPositive();
        assertThat(ref.valid()).isTrue();
        assertThat(BlockFile.holds(ref.address(), 0, ref.bytes())).isTrue();
        ref.release();
        ref.release();
        assertThat(ref.optimistic()).isTrue();
        assertThat(f.pool.metrics().pinned()).isZero();
        locate(file, ref, 0, 1);
        locate(file, ref, 1, 0);
        assertThat(f.pool.metrics().pinned())
                .as("located anew without a release")
                .isZero();
    }

    @Test
    void aPinCanBeHandedOnAndACopyCannot() {
        BlockFile file = file(500, 4096);
        BlockRef ref = new BlockRef();
        PinOwner owner = f.pool.pinOwner("view");
        locate(file, ref, 0, 0);
        assertThatThrownBy(ref::detach).isInstanceOf(IllegalStateException.class);
        assertThat(loader.pin(ref, owner)).isTrue();
        BlockRef view = ref.detach();
        ref.release();
        assertThat(owner.pins()).isEqualTo(1);
        for (int block = 1; block < 500; block++) read(file, ref, block, 0);
        assertThat(BlockFile.holds(view.address(), 0, view.bytes())).isTrue();
        view.release();
        view.release();
        assertThat(owner.pins()).isZero();
        List<BlockRef> views = pinEverything(file);
        locate(file, ref, 499, 0);
        assertThatThrownBy(ref::detach).isInstanceOf(IllegalStateException.class);
        ref.release();
        views.forEach(BlockRef::release);
    }

    @Test
    void anOptimisticBlockThatWasEvictedIsNotValid() {
        BlockFile file = file(10, 1);
        BlockRef ref = new BlockRef();
        locate(file, ref, 0, 0);
        assertThat(ref.valid()).isTrue();
        assertThat(f.pool.surrenderUnit()).isNotNegative();
        assertThat(ref.valid()).isFalse();
        assertThat(loader.pin(ref, f.pool.pinOwner("test"))).as("too late").isFalse();
    }

    @Test
    void whenEveryFrameIsPinnedReadsGoOnThroughTheSlots() {
        BlockFile file = file(500, 4096);
        List<BlockRef> views = pinEverything(file);
        BlockRef ref = new BlockRef();
        for (int block = 400; block < 500; block++) {
            read(file, ref, block, 0);
            read(file, ref, block, 1);
        }
        assertThat(loader.metrics().bypasses()).isEqualTo(1 + 200);
        locate(file, ref, 499, 0);
        assertThat(loader.pin(ref, f.pool.pinOwner("test")))
                .as("a copy cannot be pinned: the caller copies")
                .isFalse();
        assertThat(ref.valid()).isTrue();
        ref.release();
        for (int i = 0; i < views.size(); i++) {
            int block = wholeUnit(i);
            assertThat(BlockFile.holds(
                            views.get(i).address(), block, views.get(i).bytes()))
                    .isTrue();
            views.get(i).release();
        }
        assertThat(f.pool.pinHolders()).isEmpty();
        for (int i = 0; i < 2; i++) read(file, ref, 4, 1);
        assertThat(loader.metrics().bypasses()).as("frames again").isEqualTo(1 + 200 + 1);
    }

    /// Leaves the pool so few units that pins may hold them all, and pins a block of 64 KiB in each.
    private List<BlockRef> pinEverything(BlockFile file) {
        f.squeeze();
        PinOwner owner = f.pool.pinOwner("views");
        List<BlockRef> views = new ArrayList<>();
        while (true) {
            BlockRef view = new BlockRef();
            locate(file, view, wholeUnit(views.size()), 0);
            if (!loader.pin(view, owner)) {
                view.release();
                assertThat(views.size()).isLessThan(f.pool.pinnedFramesMax());
                return views;
            }
            views.add(view);
        }
    }

    /// The number of the i-th block of more than 16 KiB.
    private static int wholeUnit(int i) {
        return i / 2 * 5 + 3 + i % 2;
    }

    /// More readers than slots, nothing but bypasses: all get through, because each holds one block at a
    /// time.
    @Test
    void manyReadersShareFewSlots() {
        BlockFile file = file(500, 4096);
        List<BlockRef> views = pinEverything(file);
        List<Task> readers = new ArrayList<>();
        for (int t = 0; t < 3 * loader.metrics().slots(); t++) {
            int first = 400 + t;
            readers.add(f.seams.tasks().spawn("reader " + t, () -> {
                BlockRef ref = new BlockRef();
                for (int i = 0; i < 200; i++) read(file, ref, first + i % 50, i % 2);
            }));
        }
        readers.forEach(Task::join);
        assertThat(loader.metrics().bypasses()).isPositive();
        views.forEach(BlockRef::release); // that somebody had to wait is likely, and left to chance
    }

    @Test
    void whenPinsHoldAllTheyMayASecondAttemptIsACopy() {
        BlockFile file = file(500, 4096);
        PinOwner owner = f.pool.pinOwner("views");
        List<BlockRef> views = new ArrayList<>();
        for (int block = 0; views.size() < f.pool.pinnedFramesMax(); block += 5) {
            BlockRef view = new BlockRef();
            locate(file, view, block, 0);
            assertThat(loader.pin(view, owner)).isTrue();
            views.add(view);
        }
        BlockRef ref = new BlockRef();
        locate(file, ref, 2, 0);
        assertThat(loader.pin(ref, owner)).isFalse();
        assertThat(ref.valid()).isTrue();
        locate(file, ref, 2, 1);
        assertThat(ref.pinned()).isFalse();
        for (int block = 3; block < 500; block++) read(file, new BlockRef(), block, 0);
        assertThat(BlockFile.holds(ref.address(), 2, ref.bytes())).isTrue();
        assertThat(ref.valid()).isTrue();
        assertThat(loader.metrics().bypasses()).isEqualTo(1);
        ref.release();
        views.forEach(BlockRef::release);
    }

    /// Of every size, compressed and not.
    @Test
    void theCopyIsOfWhatIsInThePoolAndNothingIsRead() {
        BlockFile file = file(500, 4096);
        for (int block = 0; block < 500; block++)
            read(file, new BlockRef(), block, 0); // the pool is as large as it gets
        PinOwner owner = f.pool.pinOwner("views");
        List<BlockRef> views = new ArrayList<>();
        for (int block = 0; f.pool.metrics().pinned() < f.pool.pinnedFramesMax(); block++) {
            BlockRef view = new BlockRef();
            locate(file, view, block, 0);
            assertThat(loader.pin(view, owner)).isTrue();
            views.add(view);
        }
        BlockRef ref = new BlockRef();
        for (int block = 301; block <= 310; block++) {
            read(file, ref, block, 0);
            int before = file.reads.get();
            locate(file, ref, block, 1);
            assertThat(file.reads.get()).as("block %d", block).isEqualTo(before);
            assertThat(ref.pinned() || ref.optimistic()).as("a copy").isFalse();
            for (int other = 311; other < 500; other++) read(file, new BlockRef(), other, 0);
            assertThat(ref.valid()).isTrue();
            assertThat(BlockFile.holds(ref.address(), block, ref.bytes())).isTrue();
            ref.release();
        }
        assertThat(loader.metrics().bypasses()).isEqualTo(10);
        assertThat(loader.metrics().slotsBusy()).isZero();
        views.forEach(BlockRef::release);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aDamagedBlockIsNamedNotCachedAndReadAnew(int block) {
        BlockFile file = file(10, 4096);
        BlockRef ref = new BlockRef();
        file.flipBit(block);
        int expectedCrc = file.handle(block).crc();
        for (int i = 1; i <= 3; i++) {
            assertThatThrownBy(() -> locate(file, ref, block, 0))
                    .isInstanceOfSatisfying(CorruptionException.class, e -> {
                        assertThat(e.file()).isEqualTo(file.file.path().toString());
                        assertThat(e.offset()).isEqualTo(file.handle(block).offset());
                        assertThat(e).hasMessageContaining("expected=%08x found=", expectedCrc);
                    });
            assertThat(file.reads.get()).isEqualTo(i);
        }
        assertThat(ref.optimistic()).isTrue();
        file.flipBit(block);
        read(file, ref, block, 0);
        read(file, ref, block, 0);
        assertThat(file.reads.get()).isEqualTo(4);
    }

    @Test
    void aHandleThatLiesAboutTheLengthIsFoundOut() {
        BlockFile file = file(10, 4096);
        BlockRef ref = new BlockRef();
        BlockHandle lz4 = file.handle(1);
        BlockHandle lie = new BlockHandle(lz4.offset(), lz4.storedBytes(), lz4.rawBytes() - 8, lz4.codec(), lz4.crc());
        assertThatThrownBy(() -> loader.locate(ref, file.file, lie, 0))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("does not decode");
        assertThatThrownBy(() -> loader.locate(ref, file.file, 3, 10, 10, Codecs.RAW, 0, 0))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("impossible handle");
        read(file, ref, 1, 0);
        assertThat(loader.metrics().bypasses()).isZero();
    }

    @Test
    void aBlockBehindTheEndOfTheFileIsCutOff() {
        BlockFile file = file(10, 1);
        BlockRef ref = new BlockRef();
        BlockHandle last = file.handle(9);
        file.end = last.offset() + last.storedBytes() - 1;
        assertThatThrownBy(() -> locate(file, ref, 9, 0))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("cut off");
        file.end = last.offset() + last.storedBytes();
        read(file, ref, 9, 0);
    }

    @Test
    void oneReadInFlightPerBlockHoweverManyWantIt() {
        BlockFile file = file(40, 4096);
        AtomicInteger wanting = new AtomicInteger();
        // Every read lasts until all the others have had time to ask for the same block.
        file.whileReading = () -> {
            while (wanting.get() < 32) Thread.onSpinWait();
            f.seams.tasks().sleep(20_000_000);
        };
        List<Task> readers = new ArrayList<>();
        for (int t = 0; t < 32; t++) {
            boolean interrupted = t % 2 == 0;
            readers.add(f.seams.tasks().spawn("reader " + t, () -> {
                if (interrupted) Thread.currentThread().interrupt();
                wanting.incrementAndGet();
                BlockRef ref = new BlockRef();
                for (int block = 0; block < 20; block++) read(file, ref, block, 0);
            }));
        }
        readers.forEach(Task::join);
        assertThat(file.reads.get()).isEqualTo(20);
    }

    @Test
    void readsOfDifferentBlocksGoOnAtTheSameTime() {
        BlockFile file = file(40, 4096);
        int slots = loader.metrics().slots();
        file.whileReading = () -> {
            while (file.readingMost.get() < slots) Thread.onSpinWait();
        };
        List<Task> readers = new ArrayList<>();
        for (int t = 0; t < slots; t++) {
            int block = t;
            readers.add(f.seams.tasks().spawn("reader " + t, () -> read(file, new BlockRef(), block, 0)));
        }
        readers.forEach(Task::join);
        assertThat(file.readingMost.get()).isEqualTo(slots);
    }

    @Test
    void afterADamagedReadTheWaitersTryForThemselves() {
        BlockFile file = file(10, 4096);
        file.flipBit(0);
        AtomicInteger failed = new AtomicInteger();
        List<Task> readers = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            readers.add(f.seams.tasks().spawn("reader " + t, () -> {
                try {
                    read(file, new BlockRef(), 0, 0);
                } catch (CorruptionException e) {
                    failed.incrementAndGet();
                }
            }));
        }
        readers.forEach(Task::join);
        assertThat(failed.get()).isEqualTo(8);
    }

    @Test
    void anInterruptedThreadReadsAllTheSame() {
        BlockFile file = file(10, 4096);
        Thread.currentThread().interrupt();
        try {
            for (int block = 0; block < 10; block++) read(file, new BlockRef(), block, 0);
            assertThat(Thread.currentThread().isInterrupted())
                    .as("the flag is kept")
                    .isTrue();
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void aHitAllocatesNothing() {
        BlockFile file = file(50, 4096);
        BlockRef ref = new BlockRef();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long sum = 0;
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 10 && best > 0; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100_000; i++) sum += hit(file, ref, i % 50);
            best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(best).as("bytes allocated by 100,000 hits (sum %d)", sum).isZero();
    }

    private long hit(BlockFile file, BlockRef ref, int block) {
        for (int attempt = 0; ; attempt++) {
            loader.locate(ref, file.file, file.handle(block), attempt);
            long word = Memory.getLong(ref.address() + 8);
            boolean ok = ref.valid();
            ref.release();
            if (ok) return word;
        }
    }

    private void locate(BlockFile file, BlockRef ref, int block, int attempt) {
        loader.locate(ref, file.file, file.handle(block), attempt);
    }

    private void read(BlockFile file, BlockRef ref, int block, int firstAttempt) {
        for (int attempt = firstAttempt; ; attempt++) {
            locate(file, ref, block, attempt);
            assertThat(ref.bytes()).isEqualTo(BlockFile.rawBytes(block));
            boolean holds = BlockFile.holds(ref.address(), block, ref.bytes());
            boolean valid = ref.valid();
            ref.release();
            assertThat(attempt).as("a held block is valid").isLessThan(2);
            if (!valid) continue;
            assertThat(holds).as("block %d", block).isTrue();
            return;
        }
    }
}
