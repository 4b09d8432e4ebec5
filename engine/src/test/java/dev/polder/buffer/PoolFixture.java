package dev.polder.buffer;

import dev.polder.buffer.eviction.Eviction;
import dev.polder.memory.ArenaRegions;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;
import java.util.ArrayDeque;

/// A pool on the smallest budget, and somebody who takes units away from it and back: for the tests of both
/// rooms.
public final class PoolFixture implements AutoCloseable {
    public final Seams seams = Seams.system();
    public final MemoryBudget budget;
    public final BufferPool pool;

    /// Units leased under another owner's name, to make the pool small or to write garbage into them.
    private final ArrayDeque<Integer> taken = new ArrayDeque<>();

    public PoolFixture() {
        this(BudgetPlan.BUDGET_BYTES_MIN);
    }

    public PoolFixture(long budgetBytes) {
        this(budgetBytes, Eviction.CLOCK);
    }

    public PoolFixture(long budgetBytes, Eviction eviction) {
        this(budgetBytes, eviction, 0);
    }

    public PoolFixture(long budgetBytes, Eviction eviction, int warmPercent) {
        BudgetPlan plan = BudgetPlan.of(budgetBytes, eviction.area(), warmPercent);
        budget = MemoryBudget.open(new ArenaRegions(), plan, seams);
        pool = BufferPool.open(budget, eviction, seams);
    }

    /// Takes a unit for generations and fills it with `garbage`; `false` if there is none.
    public boolean takeUnit(byte garbage) {
        int unit = budget.tryLease(Owner.GENERATIONS);
        if (unit < 0) return false;
        Memory.fill(budget.unitAddress(unit), MemoryBudget.UNIT_BYTES, garbage);
        taken.add(unit);
        return true;
    }

    public boolean giveUnitBack() {
        Integer unit = taken.poll();
        if (unit == null) return false;
        budget.giveBack(Owner.GENERATIONS, unit);
        return true;
    }

    /// Leases as much as possible under other names, so that the pool is left with little more than its
    /// floor.
    public void squeeze() {
        for (Owner owner : Owner.values()) if (owner != Owner.POOL) while (budget.tryLease(owner) >= 0) {}
    }

    public long descriptor(int granule) {
        return budget.descriptors() + 64L * granule;
    }

    /// Whether the pool is what it says it is; when nobody else is in it.
    public void check() {
        pool.checkEverything();
    }

    @Override
    public void close() {
        budget.close();
    }

    /// Loads a block the way the loader does: allocate, fill with words derived from the id, publish.
    public boolean load(FrameRef ref, long id, int bytes) {
        return loadHeir(ref, id, bytes, 0);
    }

    /// The same for a block that takes the place of `former`, if that is not 0.
    public boolean loadHeir(FrameRef ref, long id, int bytes, long former) {
        int frame = pool.allocate(id, bytes);
        if (frame == BufferPool.NO_FRAME) return false;
        fill(pool.address(frame), id, bytes);
        if (pool.publishHeir(ref, frame, id, proof(id, bytes), former)) return true;
        pool.abandon(frame);
        return false;
    }

    /// The same for a test that looks at no bytes: fills only the first of them.
    public boolean load(FrameRef ref, long id, int filled, int bytes) {
        int frame = pool.allocate(id, bytes);
        if (frame == BufferPool.NO_FRAME) return false;
        fill(pool.address(frame), id, filled);
        if (pool.publish(ref, frame, id, proof(id, bytes))) return true;
        pool.abandon(frame);
        return false;
    }

    /// Reads a small block the way the loader does: `true` if it was there.
    public boolean access(FrameRef ref, long id) {
        long proof = proof(id, 4096);
        if (pool.find(ref, id, proof) || pool.findExactly(ref, id, proof)) return true;
        if (!load(ref, id, 4096)) throw new IllegalStateException("no frame for block " + id);
        return false;
    }

    public static long proof(long id, int bytes) {
        return BufferPool.proof((int) (id * 31), bytes);
    }

    public static void fill(long address, long id, int bytes) {
        for (int at = 0; at + 8 <= bytes; at += 8) Memory.putLong(address + at, word(id, at));
    }

    /// Whether all words are those of the block; stops at the first that is not.
    public static boolean holds(long address, long id, int bytes) {
        for (int at = 0; at + 8 <= bytes; at += 8) if (Memory.getLong(address + at) != word(id, at)) return false;
        return true;
    }

    public static long word(long id, int at) {
        return (id + 1) * 0x9e37_79b9_7f4a_7c15L + at;
    }
}
