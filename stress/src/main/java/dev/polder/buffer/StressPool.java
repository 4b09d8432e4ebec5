package dev.polder.buffer;

import dev.polder.buffer.eviction.Eviction;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.memory.StressRegions;
import dev.polder.runtime.Seams;
import java.util.concurrent.atomic.AtomicLong;

/// One real pool on one real budget for all samples of a JVM, and what the actors do with it.
///
/// Each sample has a block of its own: an *id*, and an *edition*, which says how often the id was used before. Of a
/// block only [#WORDS] words are written and read; that is enough to see it torn. So that the actors of a sample meet,
/// readers stay with their block until it is gone.
public final class StressPool {
    /// What an actor saw.
    public static final int NEVER_SEEN = 0, NOTICED = 1, WRONG = 2, GONE = 3;

    /// What became of an actor's wish.
    public static final int REFUSED = 0, DONE = 1, BROKEN = 2;

    static final int WORDS = 8;

    /// More than samples are alive at once, no more than frames of 4 KiB.
    private static final int IDS = 1 << 14;

    private static final int LOOKS_MAX = 100_000;

    final MemoryBudget budget;
    final BufferPool pool;
    final PinOwner owner;
    private final int blockBytes;
    private final AtomicLong samples = new AtomicLong();

    private StressPool(long budgetBytes, int blockBytes, int pinnedPercent) {
        Seams seams = Seams.system();
        this.blockBytes = blockBytes;
        budget = MemoryBudget.open(new StressRegions(), BudgetPlan.of(budgetBytes, Eviction.CLOCK.area()), seams);
        pool = BufferPool.open(budget, Eviction.CLOCK, pinnedPercent, seams, true);
        owner = pool.pinOwner("stress");
    }

    /// Frames of 4 KiB, enough for all samples.
    static StressPool withFrames() {
        return new StressPool(128L << 20, 4 << 10, BufferPool.PINNED_PERCENT);
    }

    /// The same, but a single frame may be pinned.
    static StressPool withOnePin() {
        return new StressPool(128L << 20, 4 << 10, 0);
    }

    /// A single unit in the pool, cut into frames of this size.
    static StressPool withOneUnit(int blockBytes) {
        StressPool stress = new StressPool(BudgetPlan.BUDGET_BYTES_MIN, blockBytes, BufferPool.PINNED_PERCENT);
        stress.pool.resize(1);
        return stress;
    }

    /// All memory is lent; the pool has a unit more than its floor, which it must give up when asked.
    public static StressPool withOneUnitLeft() {
        StressPool stress = new StressPool(BudgetPlan.BUDGET_BYTES_MIN, 64 << 10, BufferPool.PINNED_PERCENT);
        MemoryBudget budget = stress.budget;
        int floor = budget.plan().floorUnits(Owner.POOL);
        for (int block = 0; block < floor; block++) stress.load(new FrameRef(), 2L * block);
        leaseAll(budget, Owner.GENERATIONS);
        leaseAll(budget, Owner.QUERY);
        int last = leaseAll(budget, Owner.MERGE); // not at its ceiling, but nothing is left
        budget.giveBack(Owner.MERGE, last);
        stress.load(new FrameRef(), 2L * floor);
        if (budget.leasedBytes(Owner.POOL) != (floor + 1L) * MemoryBudget.UNIT_BYTES)
            throw new IllegalStateException("the pool should have one unit to give: " + budget.usage());
        return stress;
    }

    /// Returns the last unit it got.
    private static int leaseAll(MemoryBudget budget, Owner owner) {
        int last = -1;
        for (int unit; (unit = budget.tryLease(owner)) >= 0; ) last = unit;
        return last;
    }

    // ------------------------------------------------------------------------------------------------ samples

    /// Even numbers: the odd one that follows is what the sample's block is replaced by.
    long nextSample() {
        return 2 * samples.getAndIncrement();
    }

    private static long id(long sample) {
        return 1 + sample / 2 % IDS;
    }

    private long proof(long sample) {
        long edition = sample / 2 / IDS * 2 + sample % 2;
        return BufferPool.proof((int) edition, blockBytes);
    }

    private static long word(long sample, int i) {
        return (sample + 1) * 0x9e37_79b9_7f4a_7c15L + i;
    }

    private static void fill(long address, long sample) {
        for (int i = 0; i < WORDS; i++) Memory.putLong(address + 8L * i, word(sample, i));
    }

    private static boolean holds(long address, long sample) {
        boolean holds = true;
        for (int i = 0; i < WORDS; i++) holds &= Memory.getLong(address + 8L * i) == word(sample, i);
        return holds;
    }

    // ------------------------------------------------------------------------------------------------ readers

    boolean find(FrameRef ref, long sample) {
        return pool.findHinted(ref, id(sample), proof(sample)) || pool.find(ref, id(sample), proof(sample));
    }

    /// Reads a block as long as it is there: what is believed must be true.
    int readUntilGone(FrameRef ref, long sample) {
        boolean noticed = false;
        for (int look = 0; look < LOOKS_MAX && find(ref, sample); look++) {
            boolean holds = holds(ref.address(), sample);
            if (!ref.valid()) noticed = true;
            else if (!holds) return WRONG;
        }
        return noticed ? NOTICED : GONE;
    }

    /// Makes the block hot, and says where it was seen.
    long seen(FrameRef ref, long sample) {
        while (!pool.findHinted(ref, id(sample), proof(sample))) if (!find(ref, sample)) return FrameSight.NONE;
        return pool.sight(ref);
    }

    /// Reads a block where it was seen as long as it is there: what is believed must be true.
    int readSeenUntilGone(FrameRef ref, long sample, long sight) {
        boolean noticed = false;
        for (int look = 0; look < LOOKS_MAX && pool.findSeen(ref, sight); look++) {
            boolean holds = holds(ref.address(), sample);
            if (!ref.valid()) noticed = true;
            else if (!holds) return WRONG;
        }
        return noticed ? NOTICED : GONE;
    }

    /// Pins a block as long as it is there: its bytes must stay while it is pinned.
    int pinUntilGone(FrameRef ref, long sample, int pinsMax) {
        for (int pins = 0; pins < pinsMax && find(ref, sample); pins++) {
            if (!pool.pin(ref, owner)) return NOTICED;
            boolean holds = true;
            for (int i = 0; i < 3; i++) holds &= holds(ref.address(), sample);
            pool.unpin(ref, owner);
            if (!holds) return WRONG;
        }
        return GONE;
    }

    // ------------------------------------------------------------------------------------------------ writers

    /// Loads a block as the loader does; whatever edition the id had before is replaced.
    boolean load(FrameRef ref, long sample) {
        int frame = pool.allocate(id(sample), blockBytes);
        if (frame == BufferPool.NO_FRAME) return false;
        fill(pool.address(frame), sample);
        if (pool.publish(ref, frame, id(sample), proof(sample))) return true;
        pool.abandon(frame);
        return false;
    }

    /// Loads the next edition, so that this one leaves its frame; `false` if it is pinned.
    boolean replace(FrameRef ref, long sample) {
        return load(ref, sample + 1);
    }

    /// Writes garbage into the frame that became free last.
    void scribble() {
        int frame = pool.allocate(IDS + 1, blockBytes);
        if (frame == BufferPool.NO_FRAME) return;
        fill(pool.address(frame), ~frame);
        pool.abandon(frame);
    }

    /// Takes a unit for somebody else, writes into it, and gives it back.
    void borrowSurrendered() {
        int unit = pool.surrenderUnit();
        if (unit < 0) return;
        fill(budget.unitAddress(unit), ~unit);
        budget.giveBack(Owner.POOL, unit);
        pool.resize(1); // asks the budget again at once
    }

    /// Leases a unit, writes into it, and gives it back; nobody else may write into it meanwhile.
    public int borrow(Owner borrower) {
        int unit = budget.tryLease(borrower);
        if (unit < 0) return REFUSED;
        boolean alone = isAlone(budget.unitAddress(unit), Thread.currentThread().threadId());
        budget.giveBack(borrower, unit);
        return alone ? DONE : BROKEN;
    }

    /// The same with a frame of the pool.
    public int borrowFrame() {
        int frame = pool.allocate(IDS + 1, blockBytes);
        if (frame == BufferPool.NO_FRAME) return REFUSED;
        boolean alone = isAlone(pool.address(frame), Thread.currentThread().threadId());
        pool.abandon(frame);
        return alone ? DONE : BROKEN;
    }

    private static boolean isAlone(long address, long who) {
        fill(address, who);
        boolean alone = true;
        for (int i = 0; i < 4; i++) alone &= holds(address, who);
        return alone;
    }
}
