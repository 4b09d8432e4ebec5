package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameRef;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;
import org.jspecify.annotations.Nullable;

/// The warm share: compressed images of blocks that left the pool, so that a miss has three prices: *hot*, a frame
/// (none); *warm*, decoding an image (about a microsecond for 4 KiB); *cold*, the device.
///
///     frame ──another block needs it──▶ image ──wanted again──▶ frame (the image stays while the ring allows)
///                                         └──its turn at the head──▶ gone
///
/// Optional: a fixed part of the budget, leased when the engine opens. It takes frames from the pool, so it pays
/// only where blocks compress well, the data is several times larger than memory, and a read costs more than
/// compressing; `docs/benchmarks.md` has a table.
///
/// Who takes a frame offers what is in it, before he writes to it: the frame is his alone then, so its bytes, id and
/// proof belong together. Nothing is read back that was not put here by this engine: an image needs no checksum of
/// its own.
///
/// **Threads.** Any; shards by the block's hash, each with its own mutex ([WarmShard]).
final class WarmBlocks {
    private static final int SHARDS_MAX = 16;
    /// A shard of at least so many units, so that one large block does not sweep it empty.
    private static final int UNITS_PER_SHARD_MIN = 64;

    private final WarmShard[] shards;
    private final long bytes;

    private WarmBlocks(WarmShard[] shards, long bytes) {
        this.shards = shards;
        this.bytes = bytes;
    }

    /// `null` if the budget has no share for it.
    static @Nullable WarmBlocks openOrNull(MemoryBudget budget, Codecs codecs, Seams seams) {
        int units = budget.plan().floorUnits(Owner.WARM);
        if (units == 0) return null;
        int count = Integer.highestOneBit(Math.clamp(units / UNITS_PER_SHARD_MIN, 1, SHARDS_MAX));
        WarmShard[] shards = new WarmShard[count];
        int unitsEach = units / count;
        for (int i = 0; i < count; i++) {
            long area = budget.tryLeaseRun(Owner.WARM, unitsEach);
            if (area == 0)
                throw new IllegalStateException("no " + unitsEach + " units in a row for compressed blocks: "
                        + "they must be leased before anybody else leases");
            long shardBytes = (long) unitsEach * MemoryBudget.UNIT_BYTES;
            shards[i] = new WarmShard(area, shardBytes, codecs, seams.tasks().mutex("warm blocks"));
        }
        return new WarmBlocks(shards, (long) unitsEach * count * MemoryBudget.UNIT_BYTES);
    }

    /// A frame for a block, as by [BufferPool#allocate], whose former block has been offered to the warm share.
    static int allocate(BufferPool pool, @Nullable WarmBlocks warm, long id, int rawBytes) {
        int frame = pool.allocate(id, rawBytes);
        if (warm == null || frame == BufferPool.NO_FRAME) return frame;
        long former = pool.formerId(frame);
        if (former != 0) warm.offer(former, pool.formerProof(frame), pool.address(frame));
        return frame;
    }

    /// Brings the block into the pool without a read, if its image is here, and points `ref` at it.
    boolean promoted(BufferPool pool, FrameRef ref, long id, long proof) {
        long hash = hash(id);
        WarmShard shard = shard(hash);
        if (!shard.holds(hash, id, proof)) return false;
        int frame = allocate(pool, this, id, BufferPool.rawBytes(proof));
        if (frame == BufferPool.NO_FRAME) return false;
        boolean published = false;
        try {
            // The image may be gone: what the frame held before may have taken its place.
            published = shard.promote(hash, id, proof, pool.address(frame)) && pool.publish(ref, frame, id, proof);
        } finally {
            if (!published) pool.abandon(frame);
        }
        return published;
    }

    private void offer(long id, long proof, long address) {
        long hash = hash(id);
        shard(hash).offer(hash, id, proof, address);
    }

    private WarmShard shard(long hash) {
        return shards[(int) (hash >>> 40) & (shards.length - 1)];
    }

    /// The finalizer of MurmurHash3 (Appleby): every bit of the id reaches every bit of the hash.
    static long hash(long id) {
        long h = id;
        h = (h ^ (h >>> 33)) * 0xff51_afd7_ed55_8ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ce_b9fe_1a85_ec53L;
        return h ^ (h >>> 33);
    }

    WarmMetrics metrics() {
        WarmMetrics.Sums sums = new WarmMetrics.Sums();
        for (WarmShard shard : shards) shard.addTo(sums);
        return sums.over(bytes);
    }

    /// In tests.
    void checkEverything() {
        for (WarmShard shard : shards) shard.checkEverything();
    }
}
