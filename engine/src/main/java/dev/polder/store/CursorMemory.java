package dev.polder.store;

import dev.polder.generation.ChunkAllocator;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;

/// Memory of open cursors: 8 KiB for each, and 4 KiB for each run or level that it merges as long as there is plenty.
/// Bounded by the ceiling of QUERY; a cursor that does not get its 8 KiB is refused, one that is open and reads by
/// key never are.
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

    /// The same, for a wish and not a need: half of all is kept for cursors to come.
    public long lendIfPlenty() {
        return chunks.usedBytes() > chunks.ceilingBytes() / 2 ? 0 : lend();
    }

    public void giveBack(long block) {
        chunks.free(block, BLOCK_BYTES);
    }

    public long limitBytes() {
        return chunks.ceilingBytes();
    }
}
