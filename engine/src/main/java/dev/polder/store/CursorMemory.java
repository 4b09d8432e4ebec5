package dev.polder.store;

import dev.polder.generation.ChunkAllocator;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;

/// Memory of open cursors: 4 KiB for each run or level that a cursor merges, and for its own key. Bounded by the
/// ceiling of QUERY; a cursor beyond it is refused, reads by key never are.
public final class CursorMemory {
    public static final int BLOCK_BYTES = 4096;

    private final ChunkAllocator chunks;

    CursorMemory(MemoryBudget budget, Seams seams) {
        chunks = new ChunkAllocator(budget, Owner.QUERY, seams);
    }

    /// Address of [#BLOCK_BYTES] bytes, or 0.
    public long lend() {
        return chunks.allocate(BLOCK_BYTES);
    }

    public void giveBack(long block) {
        chunks.free(block, BLOCK_BYTES);
    }

    public long limitBytes() {
        return chunks.ceilingBytes();
    }
}
