package dev.polder.store;

import dev.polder.generation.ChunkAllocator;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Memory of open cursors: 8 KiB for each, and 4 KiB for each run or level that it merges as long as there is plenty.
/// Bounded by the ceiling of QUERY; a cursor that does not get its 8 KiB is refused, one that is open and reads by
/// key never are.
public final class CursorMemory {
    public static final int BLOCK_BYTES = 4096;

    /// In a message that names who holds it.
    private static final int HOLDERS_TOLD = 5;

    private final ChunkAllocator chunks;
    private final Mutex mutex;
    /// Blocks lent, by the name of the store; of those that have any. Under the mutex.
    private final TreeMap<String, Integer> lent = new TreeMap<>();

    CursorMemory(MemoryBudget budget, Seams seams) {
        chunks = new ChunkAllocator(budget, Owner.QUERY, seams);
        mutex = seams.tasks().mutex("cursor memory");
    }

    /// Address of [#BLOCK_BYTES] bytes, or 0.
    ///
    /// @param holder the store that the cursor is of
    public long lend(String holder) {
        long block = chunks.allocate(BLOCK_BYTES);
        if (block != 0) count(holder, 1);
        return block;
    }

    /// The same, for a wish and not a need: half of all is kept for cursors to come.
    public long lendIfPlenty(String holder) {
        return chunks.usedBytes() > chunks.ceilingBytes() / 2 ? 0 : lend(holder);
    }

    public void giveBack(String holder, long block) {
        chunks.free(block, BLOCK_BYTES);
        count(holder, -1);
    }

    private void count(String holder, int blocks) {
        mutex.lock();
        try {
            lent.merge(holder, blocks, (before, more) -> before + more == 0 ? null : before + more);
        } finally {
            mutex.unlock();
        }
    }

    /// Which stores' cursors hold how much of it, most first.
    public String holders() {
        mutex.lock();
        try {
            if (lent.isEmpty()) return "none of it held by cursors";
            String most = lent.entrySet().stream()
                    .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                    .limit(HOLDERS_TOLD)
                    .map(one -> (long) one.getValue() * BLOCK_BYTES + " by those of " + one.getKey())
                    .collect(Collectors.joining(", "));
            int others = lent.size() - HOLDERS_TOLD;
            return "held " + most + (others > 0 ? ", and by those of " + others + " other stores" : "");
        } finally {
            mutex.unlock();
        }
    }

    public long limitBytes() {
        return chunks.ceilingBytes();
    }
}
