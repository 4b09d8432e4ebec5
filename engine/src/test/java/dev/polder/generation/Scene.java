package dev.polder.generation;

import dev.polder.memory.ArenaRegions;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;
import org.jspecify.annotations.Nullable;

/// A budget, its chunks, and scratch areas for payloads and for the keys of a test's questions.
final class Scene implements AutoCloseable {
    static final Seams SEAMS = Seams.system();

    final MemoryBudget budget;
    final ChunkAllocator chunks;
    final long payload;
    final long key;
    private final ArenaRegions regions = new ArenaRegions();
    private final long scratch;
    private static final int PAYLOAD_BYTES = 8 << 20;
    private long at;

    Scene(long budgetBytes) {
        budget = MemoryBudget.open(regions, BudgetPlan.of(budgetBytes), SEAMS);
        chunks = new ChunkAllocator(budget, SEAMS);
        scratch = regions.acquire(PAYLOAD_BYTES + 4096);
        payload = scratch;
        key = scratch + PAYLOAD_BYTES;
        clear();
    }

    Scene clear() {
        at = payload;
        return this;
    }

    Scene put(int space, byte[] key, byte @Nullable [] value) {
        at = value == null ? Payload.delete(at, space, key) : Payload.put(at, space, key, value);
        return this;
    }

    int bytes() {
        return (int) (at - payload);
    }

    boolean write(Generation generation, long firstSequence) {
        if (!generation.reserve(payload, bytes())) return false;
        generation.apply(payload, bytes(), firstSequence);
        return true;
    }

    long find(EntryIndex index, byte[] key, long sequence) {
        Memory.copyIn(key, 0, this.key, key.length);
        return index.find(this.key, key.length, sequence);
    }

    long seek(EntryIndex index, byte[] key, long sequence) {
        Memory.copyIn(key, 0, this.key, key.length);
        return index.seek(this.key, key.length, sequence);
    }

    long seekBefore(EntryIndex index, byte[] key) {
        Memory.copyIn(key, 0, this.key, key.length);
        return index.seekBefore(this.key, key.length);
    }

    long leased() {
        return budget.leasedBytes(Owner.GENERATIONS);
    }

    @Override
    public void close() {
        regions.release(scratch, PAYLOAD_BYTES + 4096);
        budget.close();
    }
}
