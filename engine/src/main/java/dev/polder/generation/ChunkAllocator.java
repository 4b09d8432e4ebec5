package dev.polder.generation;

import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;

/// Cuts units into chunks of 4, 8, 16, 32 and 64 KiB, for the generations of all stores of an engine: a thousand
/// small stores take 4 KiB each, not a unit each.
///
/// A buddy allocator without a tree: a unit's state is 16 bits, one per granule, set while free. A chunk of order
/// `o` can start at granule `g` if `g` is a multiple of `2^o` and the `2^o` bits from there are set, so freeing
/// needs no merging. Units hang in five lists by the largest chunk they could serve. The state lives in the unit's
/// descriptor:
///
///     +16 int free granules (bits)    +20 int previous unit, -1 = none    +24 int next unit, -1 = none
///
/// **Always true.** (1) A unit is in the list of its largest free order, and in none when it is full. (2) A unit
/// whose chunks are all free goes back to the budget. (3) `used ≤ leased`.
///
/// **Threads.** Any thread. Units are leased outside the mutex, because that may empty a unit of the pool.
public final class ChunkAllocator {
    public static final int CHUNK_BYTES_MIN = MemoryBudget.GRANULE_BYTES, CHUNK_BYTES_MAX = MemoryBudget.UNIT_BYTES;

    private static final int ORDERS = 5;
    private static final int FULL = -1;
    private static final int ALL_FREE = 0xffff;
    private static final int FREE = MemoryBudget.UNIT_DESCRIPTOR_LESSEE, PREVIOUS = FREE + 4, NEXT = FREE + 8;

    private final MemoryBudget budget;
    private final Owner owner;
    private final Mutex mutex;
    private final int[] lists = {-1, -1, -1, -1, -1};
    private int leasedUnits;
    private int usedGranules;

    /// Chunks for generations.
    public ChunkAllocator(MemoryBudget budget, Seams seams) {
        this(budget, Owner.GENERATIONS, seams);
    }

    /// Chunks whose units `owner` leases.
    public ChunkAllocator(MemoryBudget budget, Owner owner, Seams seams) {
        this.owner = owner;
        this.budget = budget;
        this.mutex = seams.tasks().mutex("chunks");
    }

    /// A chunk of at least `bytes` (rounded up to a power of two, 4 to 64 KiB), aligned to its size, or 0 when the
    /// budget has none.
    public long allocate(int bytes) {
        int order = order(bytes);
        mutex.lock();
        try {
            long chunk = cutFromLists(order);
            if (chunk != 0) return chunk;
        } finally {
            mutex.unlock();
        }
        int unit = budget.tryLease(owner);
        if (unit < 0) return 0;
        mutex.lock();
        try {
            leasedUnits++;
            setFreeGranules(unit, ALL_FREE);
            push(unit, ORDERS - 1);
            return cut(unit, order);
        } finally {
            mutex.unlock();
        }
    }

    /// Takes back what `allocate(bytes)` gave.
    public void free(long address, int bytes) {
        int order = order(bytes);
        int unit = budget.unitOf(address);
        int granule = (int) (address - budget.unitAddress(unit)) / CHUNK_BYTES_MIN;
        int bits = mask(order) << granule;
        mutex.lock();
        try {
            int before = freeGranules(unit);
            if ((before & bits) != 0 || (granule & (1 << order) - 1) != 0)
                throw new IllegalStateException("chunk freed twice or never allocated: unit=" + unit + " granule="
                        + granule + " order=" + order + " free=" + Integer.toBinaryString(before));
            usedGranules -= 1 << order;
            unlink(unit, largestOrder(before));
            setFreeGranules(unit, before | bits);
            if ((before | bits) != ALL_FREE) {
                push(unit, largestOrder(before | bits));
                return;
            }
            leasedUnits--;
        } finally {
            mutex.unlock();
        }
        budget.giveBack(owner, unit);
    }

    /// In whole units.
    public long leasedBytes() {
        mutex.lock();
        try {
            return (long) leasedUnits * MemoryBudget.UNIT_BYTES;
        } finally {
            mutex.unlock();
        }
    }

    /// In chunks handed out.
    public long usedBytes() {
        mutex.lock();
        try {
            return (long) usedGranules * MemoryBudget.GRANULE_BYTES;
        } finally {
            mutex.unlock();
        }
    }

    /// The most that all generations of the engine may lease.
    public long ceilingBytes() {
        return (long) budget.plan().ceilingUnits(owner) * MemoryBudget.UNIT_BYTES;
    }

    /// What `allocate(bytes)` really hands out.
    static int chunkBytes(int bytes) {
        return CHUNK_BYTES_MIN << order(bytes);
    }

    private long cutFromLists(int order) {
        for (int enough = order; enough < ORDERS; enough++) if (lists[enough] >= 0) return cut(lists[enough], order);
        return 0;
    }

    /// Prefers a place whose buddy is taken, so that larger chunks stay whole.
    private long cut(int unit, int order) {
        int before = freeGranules(unit);
        int places = places(before, order);
        int broken = order + 1 < ORDERS ? places & ~buddies(places(before, order + 1), order) : places;
        int granule = Integer.numberOfTrailingZeros(broken != 0 ? broken : places);
        int after = before & ~(mask(order) << granule);
        unlink(unit, largestOrder(before));
        setFreeGranules(unit, after);
        if (after != 0) push(unit, largestOrder(after));
        usedGranules += 1 << order;
        return budget.unitAddress(unit) + (long) granule * CHUNK_BYTES_MIN;
    }

    /// Granules at which a free chunk of this order starts.
    private static int places(int free, int order) {
        if (order > 0) free = free & free >>> 1 & 0x5555;
        if (order > 1) free = free & free >>> 2 & 0x1111;
        if (order > 2) free = free & free >>> 4 & 0x0101;
        if (order > 3) free = free & free >>> 8 & 0x0001;
        return free;
    }

    /// Both halves of each chunk of the next order.
    private static int buddies(int places, int order) {
        return places | places << (1 << order);
    }

    private static int largestOrder(int free) {
        int order = FULL;
        while (order + 1 < ORDERS && places(free, order + 1) != 0) order++;
        return order;
    }

    private static int mask(int order) {
        return (1 << (1 << order)) - 1;
    }

    private static int order(int bytes) {
        if (bytes <= 0 || bytes > CHUNK_BYTES_MAX) throw new IllegalArgumentException("chunk bytes=" + bytes);
        return Math.max(0, 32 - Integer.numberOfLeadingZeros(bytes - 1) - 12);
    }

    private void push(int unit, int list) {
        int head = lists[list];
        setPrevious(unit, -1);
        setNext(unit, head);
        if (head >= 0) setPrevious(head, unit);
        lists[list] = unit;
    }

    private void unlink(int unit, int list) {
        if (list == FULL) return;
        int previous = previous(unit);
        int next = next(unit);
        if (previous >= 0) setNext(previous, next);
        else lists[list] = next;
        if (next >= 0) setPrevious(next, previous);
    }

    private int freeGranules(int unit) {
        return Memory.getInt(budget.unitDescriptor(unit) + FREE);
    }

    private void setFreeGranules(int unit, int bits) {
        Memory.putInt(budget.unitDescriptor(unit) + FREE, bits);
    }

    private int previous(int unit) {
        return Memory.getInt(budget.unitDescriptor(unit) + PREVIOUS);
    }

    private void setPrevious(int unit, int previous) {
        Memory.putInt(budget.unitDescriptor(unit) + PREVIOUS, previous);
    }

    private int next(int unit) {
        return Memory.getInt(budget.unitDescriptor(unit) + NEXT);
    }

    private void setNext(int unit, int next) {
        Memory.putInt(budget.unitDescriptor(unit) + NEXT, next);
    }

    static {
        assert BudgetPlan.GRANULES_PER_UNIT == 1 << (ORDERS - 1);
    }
}
