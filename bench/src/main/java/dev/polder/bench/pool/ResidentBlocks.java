package dev.polder.bench.pool;

import dev.polder.bench.data.RepeatedBlock;
import dev.polder.bench.data.Shuffle;
import dev.polder.block.BlockLoader;
import dev.polder.block.BlockRef;
import dev.polder.block.Codecs;
import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameRef;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.io.IoEngines;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.BitSet;

/// A pool, its loader, and a file in memory of which so many blocks of 4 KiB are resident. They were loaded in random
/// order and fill their frames without a gap, so that the same memory can be read bare, by number.
public final class ResidentBlocks implements AutoCloseable {
    public static final int BLOCK_BYTES = RepeatedBlock.BYTES;

    final BufferPool pool;
    final BlockLoader loader;
    private final int blocks;
    private final Arena arena = Arena.ofShared();
    private final MemoryBudget budget;
    private final Disk disk;
    private final DiskFile file;
    private final int crc;

    /// Where the frames begin.
    final long frames;

    /// Where each block was seen, as its holder would keep it.
    private final long[] sights;

    /// A pool as the engine's.
    ///
    /// @param blocks how many fit the pool
    public ResidentBlocks(int blocks) {
        this(blocks, true);
    }

    /// @param hinted `false`: all is found through the page table
    ResidentBlocks(int blocks, boolean hinted) {
        Seams seams = Seams.system();
        this.blocks = blocks;
        budget = MemoryBudget.open(IoEngines.regions(), planFor(blocks), seams);
        pool = BufferPool.open(budget, Eviction.DEFAULT, BufferPool.PINNED_PERCENT, seams, hinted);
        loader = new BlockLoader(budget, pool, seams, Codecs.probe());
        long block = arena.allocate(BLOCK_BYTES, 4096).address();
        for (int at = 0; at < BLOCK_BYTES; at += 8) Memory.putLong(block + at, at * 0x9e37_79b9L);
        crc = Memory.crc32c(block, BLOCK_BYTES);
        disk = new Disk(new RepeatedBlock(block), seams, DiskConfig.DEFAULT);
        file = disk.open(Path.of("same.run"), false, false);
        frames = fill();
        sights = sights();
    }

    /// The smallest budget whose pool holds the blocks, and a unit more.
    private static BudgetPlan planFor(int blocks) {
        int units = blocks / (MemoryBudget.UNIT_BYTES / BLOCK_BYTES) + 2;
        for (long bytes = BudgetPlan.BUDGET_BYTES_MIN; ; bytes += 1 << 20) {
            BudgetPlan plan = BudgetPlan.of(bytes, Eviction.DEFAULT.area());
            if (plan.ceilingUnits(Owner.POOL) >= units) return plan;
        }
    }

    /// Loads the blocks; returns the lowest address of a frame.
    private long fill() {
        BlockRef ref = new BlockRef();
        Shuffle order = new Shuffle(blocks, 1);
        for (int i = 0; i < blocks; i++) locate(ref, (int) order.at(i), 0);
        long missed = pool.metrics().misses();
        long lowest = Long.MAX_VALUE;
        for (int i = 0; i < blocks; i++) lowest = Math.min(lowest, addressOf(ref, i));
        BitSet seen = new BitSet(blocks);
        for (int i = 0; i < blocks; i++) seen.set((int) ((addressOf(ref, i) - lowest) / BLOCK_BYTES));
        if (seen.cardinality() != blocks
                || seen.length() != blocks
                || pool.metrics().misses() != missed)
            throw new IllegalStateException("the blocks do not fill frames without a gap");
        return lowest;
    }

    /// Uses each block as often as it takes to be found where it was seen: the loops are compiled while they run for
    /// the first time, and what happens seldom then stays slow.
    private long[] sights() {
        BlockRef ref = new BlockRef();
        long[] seen = new long[blocks];
        for (int i = 0; i < blocks; i++) {
            do {
                locate(ref, i, 0);
                seen[i] = loader.sight(ref);
            } while (!pool.findSeen(new FrameRef(), seen[i]));
        }
        return seen;
    }

    private long addressOf(BlockRef ref, int block) {
        locate(ref, block, 0);
        return ref.address();
    }

    /// One read as the engine makes it: locate, read, ask whether it was the block, and again if not.
    public long read(BlockRef ref, int block, int at) {
        for (int attempt = 0; ; attempt++) {
            locate(ref, block, attempt);
            long word = Memory.getLong(ref.address() + at);
            boolean valid = ref.valid();
            ref.release();
            if (valid) return word;
        }
    }

    /// The same by the hint alone, without the loader.
    long readHinted(FrameRef ref, int block, int at) {
        if (!pool.findHinted(ref, id(block), BufferPool.proof(crc, BLOCK_BYTES))) return readInTable(ref, block, at);
        long word = Memory.getLong(ref.address() + at);
        if (!ref.valid()) throw new IllegalStateException("block " + block + " has left");
        return word;
    }

    /// The same where its holder saw it, without the loader.
    long readSeen(FrameRef ref, int block, int at) {
        if (!pool.findSeen(ref, sights[block])) return readInTable(ref, block, at);
        long word = Memory.getLong(ref.address() + at);
        if (!ref.valid()) throw new IllegalStateException("block " + block + " has left");
        return word;
    }

    private long readInTable(FrameRef ref, int block, int at) {
        if (!pool.find(ref, id(block), BufferPool.proof(crc, BLOCK_BYTES)))
            throw new IllegalStateException("block " + block + " is not there");
        return Memory.getLong(ref.address() + at);
    }

    private long id(int block) {
        return (file.openNumber() << 32) | (((long) block * BLOCK_BYTES) >>> 3);
    }

    private void locate(BlockRef ref, int block, int attempt) {
        loader.locate(ref, file, (long) block * BLOCK_BYTES, BLOCK_BYTES, BLOCK_BYTES, Codecs.RAW, crc, attempt);
    }

    public int blocks() {
        return blocks;
    }

    /// Throws if one of the reads so far was no hit.
    void checkAllWereHits() {
        if (pool.metrics().misses() != blocks) throw new IllegalStateException("a read missed: " + pool.metrics());
    }

    @Override
    public void close() {
        loader.close();
        disk.close();
        budget.close();
        arena.close();
    }
}
