package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.PinOwner;
import dev.polder.buffer.PoolFixture;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.Lane;
import dev.polder.memory.Memory;
import dev.polder.memory.Owner;
import dev.polder.runtime.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Many readers of a file of known content through a tiny pool, while one thread takes units away, writes
/// garbage into them and gives them back. What was read is judged only after `valid()`; then not one byte may
/// be wrong.
///
/// Planted check: with [BlockRef#valid] made to say `true` always, this fails within a second.
class LoaderStressTest {
    private static final int READERS = 8, STEPS = 15_000, BLOCKS = 400;

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void noWrongByteIsServed(long seed) {
        noWrongByteIsServed(seed, 0, false);
    }

    @ParameterizedTest
    @ValueSource(longs = {14, 15})
    void noWrongByteIsServedWithAWarmShare(long seed) {
        noWrongByteIsServed(seed, 30, false);
    }

    /// Somebody holds all pins that there may be, so that second attempts are copies of what is in the pool.
    @ParameterizedTest
    @ValueSource(longs = {16, 17})
    void noWrongByteIsServedWithoutAPin(long seed) {
        noWrongByteIsServed(seed, 0, true);
    }

    private static void noWrongByteIsServed(long seed, int warmPercent, boolean pinsUsedUp) {
        Codecs codecs = Codecs.probe();
        try (PoolFixture f = new PoolFixture(16 << 20, Eviction.CLOCK, warmPercent);
                BlockFile file = new BlockFile(BLOCKS, 4096, codecs, seed)) {
            BlockLoader loader = new BlockLoader(f.budget, f.pool, f.seams, codecs);
            f.squeeze();
            List<BlockRef> pinned = pinsUsedUp ? pinAll(f, loader, file) : List.of();
            AtomicLong again = new AtomicLong();
            AtomicBoolean done = new AtomicBoolean();
            List<Task> readers = new ArrayList<>();
            for (int t = 0; t < READERS; t++) {
                Random random = new Random(seed * 1000 + t);
                PinOwner views = f.pool.pinOwner("views of reader " + t);
                readers.add(f.seams.tasks().spawn("reader " + t, () -> read(loader, file, random, views, again)));
            }
            Task thief = f.seams.tasks().spawn("thief", () -> {
                while (!done.get()) {
                    int unit = f.pool.surrenderUnit();
                    if (unit < 0) continue;
                    Memory.fill(f.budget.unitAddress(unit), 64 << 10, (byte) 0x55);
                    f.budget.giveBack(Owner.POOL, unit);
                }
            });
            try {
                readers.forEach(Task::join);
            } finally {
                done.set(true);
                thief.join();
            }
            assertThat(again.get())
                    .as("seed %d: some reads had to be repeated", seed)
                    .isPositive();
            if (pinsUsedUp) assertThat(loader.metrics().bypasses()).isPositive();
            pinned.forEach(BlockRef::release);
            assertThat(f.pool.pinHolders()).isEmpty();
            assertThat(f.pool.metrics().pinned()).isZero();
            loader.checkWarm();
            if (warmPercent > 0) assertThat(loader.warmMetrics().hits()).isPositive();
        }
    }

    private static List<BlockRef> pinAll(PoolFixture f, BlockLoader loader, BlockFile file) {
        PinOwner owner = f.pool.pinOwner("all pins");
        List<BlockRef> pinned = new ArrayList<>();
        for (int block = 0; pinned.size() < f.pool.pinnedFramesMax(); block += 5) { // of 4 KiB
            BlockRef view = new BlockRef();
            loader.locate(view, file.file, file.handle(block), 0);
            if (!loader.pin(view, owner)) throw new AssertionError("a pin that there should be");
            pinned.add(view);
        }
        return pinned;
    }

    private static void loadSome(BlockLoader loader, BlockFile file, BlockBatch batch, int first, Random random) {
        int step = 1 + random.nextInt(3);
        for (int block = first; block < Math.min(BLOCKS, first + 12); block += step) {
            BlockHandle wanted = file.handle(block);
            batch.add(
                    file.file, wanted.offset(), wanted.storedBytes(), wanted.rawBytes(), wanted.codec(), wanted.crc());
        }
        loader.load(batch, Lane.READ_AHEAD);
    }

    private static void read(BlockLoader loader, BlockFile file, Random random, PinOwner views, AtomicLong again) {
        BlockRef ref = new BlockRef();
        BlockRef view = new BlockRef();
        int viewed = -1;
        BlockBatch batch = new BlockBatch();
        for (int step = 0; step < STEPS; step++) {
            int block = random.nextInt(random.nextBoolean() ? BLOCKS : 20);
            if (step % 8 == 0) loadSome(loader, file, batch, block, random);
            for (int attempt = 0; ; attempt++) {
                loader.locate(ref, file.file, file.handle(block), attempt);
                boolean holds = BlockFile.holds(ref.address(), block, ref.bytes());
                if (!ref.valid()) {
                    assertThat(attempt).as("a held block is always valid").isZero();
                    again.incrementAndGet();
                    ref.release();
                    continue;
                }
                if (!holds)
                    throw new AssertionError("step " + step + ": wrong bytes of block " + block + " were believed");
                break;
            }
            if (random.nextInt(8) == 0 && loader.pin(ref, views)) {
                if (viewed >= 0 && !BlockFile.holds(view.address(), viewed, view.bytes()))
                    throw new AssertionError("step " + step + ": pinned block " + viewed + " changed");
                view.release();
                BlockRef empty = view;
                view = ref;
                ref = empty;
                viewed = block;
            }
            ref.release();
        }
        view.release();
    }
}
