package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameRef;
import dev.polder.disk.DiskFile;
import dev.polder.memory.Memory;
import java.util.concurrent.atomic.LongAdder;

/// Puts blocks into the pool while they are written, so that a merge or a compaction does not leave readers with a
/// cold pool: every block it writes has a new name, and what was in use under the old ones would be read from the
/// device again, block by block.
///
///     entries ◀── block A (in the pool, used 9 times)      block B (not in use) ──▶ entries
///        │                                                                               │
///        └──────────────▶ block X: mostly of A ─▶ takes a frame, and A's uses            │
///                         block Y: mostly of B ─▶ takes a frame only if one is free ◀────┘
///
/// A block most of whose entries come from blocks in use, the *formers*, is likely to be wanted like the last of
/// them: it may drive out another. Any other block gets a frame only if that costs nobody anything. When nobody reads
/// the old files any more, their frames are given up at once ([dev.polder.buffer.BufferPool#forget]).
///
/// The trouble and remedies of this kind: Ahmad and Kemme, "Compaction management in distributed key-value
/// datastores" (VLDB 2015); Yang et al., "Leaper" (VLDB 2020).
///
/// Best effort: nothing here fails for want of a frame. By one thread at a time.
public final class BlockKeeper {
    private final BufferPool pool;
    private final LongAdder kept;
    private final FrameRef ref = new FrameRef();

    BlockKeeper(BufferPool pool, LongAdder kept) {
        this.pool = pool;
        this.kept = kept;
    }

    /// The name of a block if it is in the pool now, and was used there; else 0.
    public long former(DiskFile file, long offset, int rawBytes, int crc) {
        long id = BlockId.of(file, offset);
        return pool.isUsed(id, BufferPool.proof(crc, rawBytes)) ? id : 0;
    }

    /// A block that is being written.
    ///
    /// @param raw    its decoded bytes
    /// @param former the block whose place it takes; 0 if none
    public void wrote(DiskFile file, BlockHandle block, long raw, long former) {
        long id = BlockId.of(file, block.offset());
        int frame = former == 0 ? pool.allocateFree(block.rawBytes()) : pool.allocate(id, block.rawBytes());
        if (frame == BufferPool.NO_FRAME) return;
        boolean published = false;
        try {
            Memory.copy(raw, pool.address(frame), block.rawBytes());
            long proof = BufferPool.proof(block.crc(), block.rawBytes());
            published = pool.publishHeir(ref, frame, id, proof, former);
            if (published) kept.increment();
        } finally {
            if (!published) pool.abandon(frame);
        }
    }
}
