package dev.polder.bench.cache;

import dev.polder.bench.data.RepeatedBlock;
import dev.polder.bench.kv.Machine;
import dev.polder.block.BlockLoader;
import dev.polder.block.BlockRef;
import dev.polder.block.Codecs;
import dev.polder.buffer.BufferPool;
import dev.polder.buffer.PoolMetrics;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.io.IoEngines;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.memory.RegionSource;
import dev.polder.runtime.Seams;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/// One trace through one pool: each request is a read of a small block by the loader, so it takes the path of
/// every block read of the engine: lookup, and on a miss a slot, the read, the checksum, a frame, eviction,
/// publishing.
///
/// The pool is held to exactly so many frames: it may hold the units for them, and what the last unit has beyond
/// is taken as if a loader were filling it for ever.
final class TraceReplay {
    private static final int BLOCK_BYTES = 64, FRAME_BYTES = 4 << 10, FRAMES_MAX = 1 << 28;
    private static final int FRAMES_PER_UNIT = MemoryBudget.UNIT_BYTES / FRAME_BYTES;

    /// @param misses  blocks that had to be read
    /// @param nanos   for all requests
    /// @param metrics of the pool afterwards
    record Outcome(long misses, long nanos, PoolMetrics metrics) {}

    private TraceReplay() {}

    static Outcome run(Trace trace, int frames, Eviction eviction) {
        Seams seams = Seams.system();
        if (frames > FRAMES_MAX)
            throw new IllegalArgumentException(
                    "frames=" + frames + ": use at most " + FRAMES_MAX + ", which are 1 TiB");
        RegionSource regions = IoEngines.regions();
        int units = (frames + FRAMES_PER_UNIT - 1) / FRAMES_PER_UNIT;
        try (Arena zeros = Arena.ofConfined();
                MemoryBudget budget = MemoryBudget.open(regions, planWith(units, eviction), seams);
                Disk disk = new Disk(blankFile(zeros), seams, DiskConfig.DEFAULT)) {
            BufferPool pool = BufferPool.open(budget, eviction, seams);
            pool.resize(units);
            for (int surplus = units * FRAMES_PER_UNIT - frames; surplus > 0; surplus--) pool.allocate(1, FRAME_BYTES);
            BlockLoader loader = new BlockLoader(budget, pool, seams, Codecs.probe());
            DiskFile file = disk.open(Path.of("blank.run"), false, false);
            long begin = seams.clock().nanoTime();
            read(trace, loader, file);
            long nanos = seams.clock().nanoTime() - begin;
            return check(new Outcome(loader.metrics().reads(), nanos, pool.metrics()), trace, frames);
        }
    }

    private static RepeatedBlock blankFile(Arena arena) {
        return new RepeatedBlock(arena.allocate(RepeatedBlock.BYTES).address());
    }

    private static void read(Trace trace, BlockLoader loader, DiskFile file) {
        byte[] zeros = new byte[BLOCK_BYTES];
        CRC32C crc = new CRC32C();
        crc.update(zeros);
        int proof = (int) crc.getValue();
        BlockRef ref = new BlockRef();
        for (int request = 0; request < trace.length(); request++) {
            long offset = (long) trace.page(request) * BLOCK_BYTES;
            boolean valid = false;
            for (int attempt = 0; !valid; attempt++) {
                loader.locate(ref, file, offset, BLOCK_BYTES, BLOCK_BYTES, Codecs.RAW, proof, attempt);
                if (Memory.getLong(ref.address()) != 0) throw new IllegalStateException("a blank block is not blank");
                valid = ref.valid();
                ref.release();
            }
        }
    }

    /// What must be true of any run; a figure of a pool that had other frames, or missed quietly, is worth
    /// nothing.
    private static Outcome check(Outcome outcome, Trace trace, int frames) {
        var small = outcome.metrics.classes().getFirst();
        int surplus = small.frames() - small.free() - small.resident();
        long resident = Math.min(frames, trace.pages());
        boolean right = outcome.misses == outcome.metrics.misses()
                && outcome.misses - small.evictions() == small.resident()
                && small.resident() <= resident
                && small.frames() - surplus <= frames
                && outcome.metrics.failedEvictions() == 0;
        if (!right) throw new IllegalStateException("the pool was not what it should have been: " + outcome.metrics);
        return outcome;
    }

    /// A budget whose pool may hold so many units, with any policy: the smallest for that which needs most. Since it
    /// is the same for all, one region serves them all, one after the other.
    static BudgetPlan planWith(int units, Eviction eviction) {
        long bytes = BudgetPlan.BUDGET_BYTES_MIN;
        for (Eviction each : Eviction.values()) bytes = Math.max(bytes, bytesFor(units, each));
        long available = Machine.availableBytes();
        if (available >= 0 && bytes > available)
            throw new IllegalArgumentException("frames=%d: a pool of them takes %,d MiB, and %,d are available"
                    .formatted(units * FRAMES_PER_UNIT, bytes >> 20, available >> 20));
        return BudgetPlan.of(bytes, eviction.area());
    }

    private static long bytesFor(int units, Eviction eviction) {
        long bytes = BudgetPlan.BUDGET_BYTES_MIN;
        while (BudgetPlan.of(bytes, eviction.area()).ceilingUnits(Owner.POOL) < units) bytes += 1 << 20;
        return bytes;
    }
}
