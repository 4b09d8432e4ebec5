package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameRef;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.memory.Memory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/// Sees to it that a merge or a compaction does not leave readers with a cold pool: every block it writes has a new
/// name, and what was in use under the old ones would be read from the device again, block by block.
///
///     entries ◀── block A (in the pool, used 9 times)      block B (not in use) ──▶ entries
///        │                                                                               │
///        └─────▶ block X: mostly of A ─▶ noted, with A's uses                            │
///                block Y: mostly of B                                                    │
///                block X or Y ─▶ a frame, if one is free ◀───────────────────────────────┘
///
///     readers have left A and B, whose frames are free ──▶ bringBack: X is read, if it is not in the pool
///
/// A block most of whose entries come from blocks in use, the *formers*, is likely to be wanted like the last of them.
/// But while it is written readers still go to those, so it drives nothing out: it is read again, in few large reads,
/// when they do not any more, and their frames have been given up ([dev.polder.buffer.BufferPool#forget]). Mostly it
/// finds them free; if others were faster, it may drive out what is wanted less.
///
/// The trouble and remedies of this kind: Ahmad and Kemme, "Compaction management in distributed key-value
/// datastores" (VLDB 2015); Yang et al., "Leaper" (VLDB 2020).
///
/// Best effort: nothing here fails for want of a frame, or by a read. By one thread at a time.
public final class BlockKeeper {
    /// What is noted takes some 50 bytes of the Java heap for each block.
    private static final int NOTED_MAX = 1 << 16;

    private final BufferPool pool;
    private final BatchLoader loader;
    private final LongAdder kept;
    private final FrameRef ref = new FrameRef();

    /// In the order in which they were written: file and block.
    private final List<DiskFile> files = new ArrayList<>();

    private final List<BlockHandle> blocks = new ArrayList<>();

    private long[] superseded = new long[16];
    private int supersededCount;

    BlockKeeper(BufferPool pool, BatchLoader loader, LongAdder kept) {
        this.pool = pool;
        this.loader = loader;
        this.kept = kept;
    }

    /// The name of a block if it is in the pool now, and was used there; else 0.
    public long former(DiskFile file, long offset, int rawBytes, int crc) {
        long id = BlockId.of(file, offset);
        return pool.isUsed(id, BufferPool.proof(crc, rawBytes)) ? id : 0;
    }

    /// Nearly all that is in this block has a newer version, which is being written.
    ///
    /// @param former from [#former]
    public void superseded(long former) {
        if (supersededCount == NOTED_MAX) return;
        if (supersededCount == superseded.length) superseded = Arrays.copyOf(superseded, 2 * supersededCount);
        superseded[supersededCount++] = former;
    }

    /// A block that is being written.
    ///
    /// @param raw    its decoded bytes
    /// @param former the block whose place it takes; 0 if none
    public void wrote(DiskFile file, BlockHandle block, long raw, long former) {
        long id = BlockId.of(file, block.offset());
        if (former != 0) note(file, block, id, former);
        int frame = pool.allocateFree(block.rawBytes());
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

    private void note(DiskFile file, BlockHandle block, long id, long former) {
        if (blocks.size() == NOTED_MAX) return;
        pool.inherit(id, former);
        files.add(file);
        blocks.add(block);
    }

    /// Whether [#bringBack] has anything to look for.
    public boolean hasNotes() {
        return !blocks.isEmpty() || supersededCount > 0;
    }

    /// Frees the frames of what is superseded, reads what was noted and is not in the pool, and forgets the notes.
    /// To be called when readers have left the blocks of before.
    ///
    /// @param evict  whether they have: else what was noted gets free frames only
    /// @param isOpen whether a file can be read, and stays so
    /// @param goOn   asked before each read of some blocks
    public void bringBack(boolean evict, Predicate<DiskFile> isOpen, BooleanSupplier goOn) {
        while (supersededCount > 0) pool.forget(superseded[--supersededCount]);
        BlockBatch batch = new BlockBatch();
        DiskFile last = null;
        boolean open = false;
        boolean more = true;
        for (int i = 0; i < blocks.size() && more; i++) {
            DiskFile file = files.get(i);
            if (file != last) {
                last = file;
                open = isOpen.test(file);
            }
            if (!open || add(batch, file, blocks.get(i))) continue;
            more = goOn.getAsBoolean() && loader.loadHeirs(batch, evict, Lane.COMPACTION);
            add(batch, file, blocks.get(i));
        }
        if (more && batch.count() > 0) loader.loadHeirs(batch, evict, Lane.COMPACTION);
        files.clear();
        blocks.clear();
    }

    private static boolean add(BlockBatch batch, DiskFile file, BlockHandle block) {
        return batch.add(file, block.offset(), block.storedBytes(), block.rawBytes(), block.codec(), block.crc());
    }
}
