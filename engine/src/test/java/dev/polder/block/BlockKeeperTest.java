package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameRef;
import dev.polder.buffer.PoolFixture;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.DiskFile;
import dev.polder.memory.BudgetPlan;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is written anew: it drives nothing out while it is written, and comes back when its place is free.
class BlockKeeperTest {
    private static final int COUNT = 400;

    private final Codecs codecs = Codecs.probe();
    private final PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, Eviction.WINDOW_TINY_LFU);
    private final BlockLoader loader = new BlockLoader(f.budget, f.pool, f.seams, codecs);
    private final BlockFile blocks = new BlockFile(COUNT, 4096, codecs, 1);
    private final DiskFile before = blocks.file;
    private final DiskFile after = blocks.again();
    private final BlockKeeper keeper = loader.keeper();
    private int filling = 1;
    private final List<Integer> inUse = new ArrayList<>();
    private final Arena arena = Arena.ofConfined();
    private final long raw = arena.allocate(Handle.RAW_BYTES_MAX, 4096).address();

    @AfterEach
    void close() {
        blocks.close();
        f.close();
        arena.close();
    }

    /// Blocks of the first file until the pool is full of them; all are used.
    private void fill() {
        f.squeeze();
        BlockRef ref = new BlockRef();
        for (int i = 0; i < COUNT && f.pool.metrics().evictions() == 0; i++) {
            for (int use = 0; use < 3; use++) {
                loader.locate(ref, before, blocks.handle(i), 0);
                ref.release();
            }
        }
        for (int i = 0; i < COUNT; i++) if (former(i) != 0) inUse.add(i);
        assertThat(inUse).hasSizeGreaterThan(20);
        for (int bytes : new int[] {4096, 16_384, 65_536}) fillUp(bytes);
        assertThat(freeFrames()).isZero();
        blocks.reads.set(0);
    }

    private void fillUp(int bytes) {
        FrameRef ref = new FrameRef();
        for (int frame; (frame = f.pool.allocateFree(bytes)) != BufferPool.NO_FRAME; filling++)
            f.pool.publish(ref, frame, (800L << 32) + filling, PoolFixture.proof(filling, bytes));
    }

    private int freeFrames() {
        return f.pool.metrics().classes().stream().mapToInt(c -> c.free()).sum();
    }

    private long former(int block) {
        BlockHandle handle = blocks.handle(block);
        return keeper.former(before, handle.offset(), handle.rawBytes(), handle.crc());
    }

    /// Writes all blocks anew, each in the place of the one with its number.
    private void rewrite() {
        for (int i = 0; i < COUNT; i++) {
            BlockHandle handle = blocks.handle(i);
            BlockFile.fill(raw, i, handle.rawBytes());
            keeper.wrote(after, handle, raw, former(i));
        }
    }

    private boolean isThere(DiskFile in, int block) {
        BlockHandle handle = blocks.handle(block);
        return loader.isPresent(in, handle.offset(), handle.rawBytes(), handle.crc());
    }

    private long broughtBack() {
        return loader.metrics().blocksBroughtBack();
    }

    private void forgetFormers() {
        loader.forget(new long[] {BlockId.of(before, 0) >>> 32});
    }

    @Test
    void whatWasInUseIsReadAgainInFewReadsWhenItsPlaceIsFree() {
        fill();
        long evictions = f.pool.metrics().evictions();
        rewrite();
        assertThat(f.pool.metrics().evictions()).as("drives nothing out").isEqualTo(evictions);
        for (int i : inUse) assertThat(isThere(before, i)).isTrue();
        forgetFormers();
        assertThat(keeper.hasNotes()).isTrue();
        keeper.bringBack(true, file -> true, () -> true);
        assertThat(keeper.hasNotes()).isFalse();
        assertThat(broughtBack()).isEqualTo(inUse.size());
        assertThat(blocks.reads.get()).isLessThan(inUse.size());
        int reads = blocks.reads.get();
        BlockRef ref = new BlockRef();
        for (int i : inUse) {
            loader.locate(ref, after, blocks.handle(i), 0);
            assertThat(BlockFile.holds(ref.address(), i, blocks.handle(i).rawBytes()))
                    .isTrue();
            ref.release();
        }
        assertThat(blocks.reads.get()).as("all of them are there").isEqualTo(reads);
        for (int i = 0; i < COUNT; i++)
            if (!inUse.contains(i)) assertThat(isThere(after, i)).isFalse();
        assertThat(f.pool.metrics().evictions()).isEqualTo(evictions);
        assertThat(f.pool.metrics().aheadWasted()).isZero();
        f.check();
    }

    @Test
    void whileReadersKeepTheirBlocksOneReadIsTriedAndNothingLeaves() {
        fill();
        long evictions = f.pool.metrics().evictions();
        rewrite();
        keeper.bringBack(false, file -> true, () -> true);
        assertThat(broughtBack()).isZero();
        assertThat(blocks.reads.get()).isLessThan(10);
        for (int i : inUse) assertThat(isThere(before, i)).isTrue();
        assertThat(f.pool.metrics().evictions()).isEqualTo(evictions);
        assertThat(keeper.hasNotes()).isFalse();
    }

    @Test
    void withFreeFramesNothingIsReadAgain() {
        BlockRef ref = new BlockRef();
        for (int use = 0; use < 3; use++) {
            loader.locate(ref, before, blocks.handle(0), 0);
            ref.release();
        }
        blocks.reads.set(0);
        rewrite();
        forgetFormers();
        keeper.bringBack(true, file -> true, () -> true);
        assertThat(isThere(after, 0)).isTrue();
        assertThat(blocks.reads.get()).isZero();
    }

    @Test
    void aFileThatIsGoneIsNotRead() {
        fill();
        rewrite();
        forgetFormers();
        keeper.bringBack(true, file -> file != after, () -> true);
        assertThat(blocks.reads.get()).isZero();
        assertThat(keeper.hasNotes()).isFalse();
    }

    @Test
    void nothingIsReadWhenThereIsNoTime() {
        fill();
        rewrite();
        forgetFormers();
        keeper.bringBack(true, file -> true, () -> false);
        assertThat(blocks.reads.get()).isZero();
        assertThat(keeper.hasNotes()).isFalse();
    }

    @Test
    void aBlockThatCannotBeReadIsLeftToItsReader() {
        fill();
        rewrite();
        forgetFormers();
        int damaged = inUse.get(3);
        blocks.flipBit(damaged);
        keeper.bringBack(true, file -> true, () -> true);
        assertThat(broughtBack()).isEqualTo(inUse.size() - 1);
        assertThat(isThere(after, damaged)).isFalse();
        f.check();
    }

    @Test
    void whatIsSupersededGivesItsFrameUp() {
        fill();
        int gone = inUse.get(5);
        keeper.superseded(former(gone));
        assertThat(isThere(before, gone)).as("readers may still be there").isTrue();
        keeper.bringBack(true, file -> true, () -> true);
        assertThat(isThere(before, gone)).isFalse();
        assertThat(isThere(before, inUse.get(6))).isTrue();
        assertThat(freeFrames()).isEqualTo(1);
        assertThat(f.pool.metrics().framesForgotten()).isEqualTo(1);
        keeper.superseded(BlockId.of(before, blocks.handle(gone).offset()));
        keeper.bringBack(true, file -> true, () -> true);
        assertThat(f.pool.metrics().framesForgotten()).as("not there any more").isEqualTo(1);
        f.check();
    }

    /// Somebody else was faster, and took the frames for blocks that nobody uses.
    @Test
    void whereNoFrameIsFreeWhatIsNotUsedMakesRoom() {
        fill();
        rewrite();
        forgetFormers();
        for (int bytes : new int[] {4096, 16_384, 65_536}) fillUp(bytes);
        keeper.bringBack(true, file -> true, () -> true);
        long there = inUse.stream().filter(i -> isThere(after, i)).count();
        assertThat(there).isGreaterThan(inUse.size() * 3 / 4);
        f.check();
    }

    /// A block that comes back is as much wanted as its former was, of which nobody knows any more.
    @Test
    void whatComesBackOutlivesWhatIsReadOnce() {
        fill();
        rewrite();
        forgetFormers();
        keeper.bringBack(true, file -> true, () -> true);
        int smallFrames = f.pool.metrics().classes().getFirst().frames();
        FrameRef ref = new FrameRef();
        for (long id = 1; id < smallFrames; id++) f.load(ref, (900L << 32) + id, 4096);
        long small =
                inUse.stream().filter(i -> blocks.handle(i).rawBytes() <= 4096).count();
        long there = inUse.stream()
                .filter(i -> blocks.handle(i).rawBytes() <= 4096 && isThere(after, i))
                .count();
        assertThat(there).isGreaterThan(small / 2);
        f.check();
    }
}
