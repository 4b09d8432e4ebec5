package dev.polder.memory;

import dev.polder.events.Events;
import dev.polder.runtime.Clock;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One region of memory, and who may use how much of it. Units of 64 KiB are leased and given back; the sum never
/// changes.
///
/// **Always true**, at every moment at which the mutex is free: (1) `free + Σ leased = units`; (2) `leased ≤
/// ceiling` for each owner; (3) `free ≥ Σ max(0, floor − leased)`: an owner below its floor is always served, at
/// once and from free units. The pool is counted in (3) without the units it is being asked for, so that two
/// lessees cannot push it below its floor.
///
/// **Threads.** Any thread. **Lock order**: this mutex is the innermost of the engine; nothing is called while it
/// is held. The lender is called with no lock of this class, so an order *caller's locks → pool's locks → this
/// mutex* is what users keep: the pool may lease and give back under its own locks, but only under the name
/// [Owner#POOL], which never calls the lender.
public final class MemoryBudget implements AutoCloseable {
    public static final int UNIT_BYTES = BudgetPlan.UNIT_BYTES, GRANULE_BYTES = BudgetPlan.GRANULE_BYTES;

    /// A unit descriptor: byte 0 is the owner + 1 (0 = free) and belongs to this class; from here on the 48 bytes
    /// are the lessee's own.
    public static final int UNIT_DESCRIPTOR_LESSEE = 16;

    static final long HUGE_PAGES_KNOWN_NANOS = 10_000_000_000L;

    private static final int POOL = Owner.POOL.number;
    private static final int ASK_LENDER = -2;

    private final RegionSource source;
    private final BudgetPlan plan;
    private final Mutex mutex;
    private final long region;
    private final UnitMap map;
    private final int[] floors = new int[Owner.COUNT];
    private final int[] ceilings = new int[Owner.COUNT];

    // guarded by the mutex, all in units
    private final int[] leased = new int[Owner.COUNT];
    private final int[] peaks = new int[Owner.COUNT];
    private final int[] asked = new int[Owner.COUNT]; // leases waiting for the lender: counted towards the ceiling
    private final int[] homes = new int[Owner.COUNT]; // the stretch each owner leases from
    private int surrendering; // units the lender is being asked for
    private int free;
    private boolean closed;

    private final Clock clock;
    private volatile @Nullable HugePages hugePages;
    private volatile @Nullable UnitLender lender;

    private MemoryBudget(RegionSource source, BudgetPlan plan, Seams seams) {
        this.source = source;
        this.plan = plan;
        this.clock = seams.clock();
        this.mutex = seams.tasks().mutex("memory budget");
        this.region = source.acquire(plan.budgetBytes());
        Memory.fill(region + plan.unitBytes(), plan.metadataBytes(), (byte) 0);
        this.map = new UnitMap(region + plan.bitmapOffset(), plan.units());
        this.free = plan.units();
        for (Owner owner : Owner.values()) {
            floors[owner.number] = plan.floorUnits(owner);
            ceilings[owner.number] = plan.ceilingUnits(owner);
            homes[owner.number] = -1;
        }
        checkSums();
    }

    /// Draws the whole budget from `source`, once.
    public static MemoryBudget open(RegionSource source, BudgetPlan plan, Seams seams) {
        return new MemoryBudget(source, plan, seams);
    }

    public BudgetPlan plan() {
        return plan;
    }

    public int units() {
        return plan.units();
    }

    public long unitAddress(int unit) {
        return region + (long) unit * UNIT_BYTES;
    }

    /// The unit this address lies in.
    public int unitOf(long address) {
        return (int) ((address - region) / UNIT_BYTES);
    }

    /// The descriptor of granule 0; that of granule `g` is at `+ 64 × g`. Zeroed at open, never reset afterwards.
    public long descriptors() {
        return region + plan.descriptorsOffset();
    }

    /// The area of the pool's hash: zeroed slots of 8 bytes, two per granule.
    public long pageTable() {
        return region + plan.pageTableOffset();
    }

    public long pageTableBytes() {
        return plan.pageTableBytes();
    }

    /// The area of the pool's frame hints: zeroed words of 4 bytes, a power of two, at least two per granule.
    public long hints() {
        return region + plan.hintsOffset();
    }

    public long hintBytes() {
        return plan.hintBytes();
    }

    /// The area of the pool's eviction policy, of [BudgetPlan#policyBytes]; zeroed at open.
    public long policy() {
        return region + plan.policyOffset();
    }

    /// 64 bytes per unit; the lessee of the unit may use those from [#UNIT_DESCRIPTOR_LESSEE] on, zeroed when it
    /// is leased.
    public long unitDescriptor(int unit) {
        return region + plan.unitDescriptorsOffset() + (long) unit * BudgetPlan.UNIT_DESCRIPTOR_BYTES;
    }

    /// Who gives units back when an owner needs them; set once, before the first lease that may need it.
    public void lender(UnitLender lender) {
        this.lender = lender;
    }

    /// A unit, or -1. Takes a free one if the owner may have one (below its ceiling, the others' floors kept),
    /// else asks the lender for one of the pool's. Contents are arbitrary. Never waits.
    public int tryLease(Owner owner) {
        UnitLender pool = lender;
        int unit = tryLeaseFree(owner.number, pool != null);
        boolean ask = unit == ASK_LENDER;
        if (ask && pool != null) unit = leaseFrom(pool, owner.number);
        if (unit < 0) Events.memoryRefused(owner.name());
        else Events.memoryLent(owner.name(), ask);
        return unit;
    }

    /// A free unit, -1, or [#ASK_LENDER]: then the lease is noted as asked for.
    private int tryLeaseFree(int name, boolean mayAsk) {
        mutex.lock();
        try {
            if (closed || leased[name] + asked[name] >= ceilings[name]) return -1;
            if (mayTakeFree(name)) return take(name);
            if (!mayAsk || name == POOL || leased[POOL] - surrendering <= floors[POOL]) return -1;
            asked[name]++;
            surrendering++;
            return ASK_LENDER;
        } finally {
            mutex.unlock();
        }
    }

    private int leaseFrom(UnitLender pool, int name) {
        int unit = -1;
        try {
            unit = pool.surrenderUnit();
        } finally {
            unit = settle(name, unit);
        }
        return unit;
    }

    /// `units` units in a row (for areas that are fixed at open), as an address, or 0. Does not ask the lender.
    public long tryLeaseRun(Owner owner, int units) {
        int name = owner.number;
        mutex.lock();
        try {
            if (closed || leased[name] + asked[name] + units > ceilings[name]) return 0;
            int belowFloor = Math.max(0, Math.min(units, floors[name] - leased[name]));
            if (free - unmetFloors() < units - belowFloor) return 0;
            int first = map.freeRun(units);
            if (first < 0) return 0;
            for (int unit = first; unit < first + units; unit++) assign(name, unit);
            checkSums();
            return unitAddress(first);
        } finally {
            mutex.unlock();
        }
    }

    public void giveBack(Owner owner, int unit) {
        int name = owner.number;
        mutex.lock();
        try {
            checkOwner(name, unit);
            Memory.putByte(unitDescriptor(unit), (byte) 0);
            map.setFree(unit);
            leased[name]--;
            free++;
            checkSums();
        } finally {
            mutex.unlock();
        }
    }

    public long leasedBytes(Owner owner) {
        mutex.lock();
        try {
            return bytes(leased[owner.number]);
        } finally {
            mutex.unlock();
        }
    }

    public List<OwnerUsage> usage() {
        mutex.lock();
        try {
            var lines = new ArrayList<OwnerUsage>(Owner.COUNT);
            for (Owner owner : Owner.values()) {
                int name = owner.number;
                lines.add(new OwnerUsage(
                        owner, bytes(floors[name]), bytes(ceilings[name]), bytes(leased[name]), bytes(peaks[name])));
            }
            return lines;
        } finally {
            mutex.unlock();
        }
    }

    /// How much of the region the system has given as huge pages so far; -1 if that is not known. Asking the system
    /// takes milliseconds, so the answer may be [#HUGE_PAGES_KNOWN_NANOS] old.
    public long hugePageBytes() {
        HugePages known = hugePages;
        long now = clock.nanoTime();
        if (known == null || now - known.nanos() > HUGE_PAGES_KNOWN_NANOS)
            hugePages = known = new HugePages(now, source.hugePageBytes(region, plan.budgetBytes()));
        return known.bytes();
    }

    private record HugePages(long nanos, long bytes) {}

    /// On which memory nodes of the machine the region lies.
    public String placement() {
        return source.placement();
    }

    /// The region goes back to where it came from; whoever still holds a unit must not touch it again.
    @Override
    public void close() {
        mutex.lock();
        try {
            if (closed) return;
            closed = true;
        } finally {
            mutex.unlock();
        }
        source.release(region, plan.budgetBytes());
    }

    /// The lender has answered: the unit changes its name; if there was none, one may have become free meanwhile.
    private int settle(int name, int unit) {
        mutex.lock();
        try {
            asked[name]--;
            surrendering--;
            if (unit >= 0) {
                checkOwner(POOL, unit);
                leased[POOL]--;
                free++;
                assign(name, unit);
                checkSums();
                return unit;
            }
            return !closed && leased[name] + asked[name] < ceilings[name] && mayTakeFree(name) ? take(name) : -1;
        } finally {
            mutex.unlock();
        }
    }

    private boolean mayTakeFree(int name) {
        return leased[name] < floors[name] || free > unmetFloors();
    }

    private int unmetFloors() {
        int unmet = 0;
        for (int name = 0; name < Owner.COUNT; name++) {
            int held = name == POOL ? leased[name] - surrendering : leased[name];
            unmet += Math.max(0, floors[name] - held);
        }
        return unmet;
    }

    private int take(int name) {
        int unit = homes[name] < 0 ? -1 : map.freeIn(homes[name]);
        if (unit < 0) unit = map.freeAnywhere();
        if (unit < 0) throw broken("(1): free=" + free + " but the map has none");
        homes[name] = unit / BudgetPlan.UNITS_PER_STRETCH;
        assign(name, unit);
        checkSums();
        return unit;
    }

    private void assign(int name, int unit) {
        map.setTaken(unit);
        long descriptor = unitDescriptor(unit);
        Memory.fill(descriptor, BudgetPlan.UNIT_DESCRIPTOR_BYTES, (byte) 0);
        Memory.putByte(descriptor, (byte) (name + 1));
        leased[name]++;
        peaks[name] = Math.max(peaks[name], leased[name]);
        free--;
    }

    private void checkOwner(int name, int unit) {
        if (unit < 0 || unit >= plan.units()) throw broken("unit=" + unit + " of " + plan.units());
        int found = Memory.getByte(unitDescriptor(unit)) - 1;
        if (found != name)
            throw broken("unit=" + unit + " given back by " + Owner.of(name) + " but leased by "
                    + (found < 0 ? "nobody" : Owner.of(found)));
    }

    private void checkSums() {
        int sum = free;
        for (int name = 0; name < Owner.COUNT; name++) {
            sum += leased[name];
            if (leased[name] > ceilings[name]) throw broken("(2): " + Owner.of(name) + " leased=" + leased[name]);
        }
        if (sum != plan.units()) throw broken("(1): sum=" + sum + " units=" + plan.units());
        if (free < unmetFloors()) throw broken("(3): free=" + free + " unmet floors=" + unmetFloors());
    }

    private static long bytes(int units) {
        return (long) units * UNIT_BYTES;
    }

    private static IllegalStateException broken(String invariant) {
        return new IllegalStateException("memory budget broken " + invariant);
    }
}
