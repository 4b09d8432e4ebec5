package dev.polder.buffer;

import dev.polder.buffer.eviction.EvictionPolicy;
import dev.polder.disk.LatencyHistogram;
import dev.polder.events.Events;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.metrics.Latency;
import dev.polder.runtime.Clock;
import java.lang.invoke.VarHandle;

/// The units the pool holds, each carved into frames of one class: where frames come from, and where units go. All
/// under the pool's mutex.
///
///     budget ──carve──▶ [ frames of a class: FREE, LOADING, RESIDENT ] ──take──▶ another class, or the budget
///
/// **How a unit is given up**, by [#take], so that whoever gets it may write into it at once:
/// 1. *Choose*: of the next few units of the class the one with the fewest blocks the policy wants, without any that
///    is pinned or being loaded.
/// 2. *Empty*: evict its blocks, one after the other. Each version is raised by compare-and-set, so a pin that came
///    first wins: the unit stays then, and what was evicted until there stays free.
/// 3. *Retire*: take its frames, all FREE now, out of the free list; raise the versions of all 16 granules, whatever
///    frames they were, to NONE; fence. No stamp that a reader holds of this unit becomes right again.
/// 4. *Forget*: out of the ring and the counts. Only then is it carved anew, under the same mutex, or handed to the
///    budget, whose mutex orders the raised versions before the next owner's first byte.
///
/// **Bounded.** Whatever is looked for, a fixed number of frames and units is looked at; finding none is an answer.
final class PoolUnits {
    private static final int EVICTIONS_TRIED_MAX = 8;
    /// Units compared before one is given up whole.
    private static final int UNITS_EXAMINED_MAX = 8;
    /// After the budget refused a unit, or took one, it is asked again after so many allocations.
    private static final int ALLOCATIONS_BETWEEN_LEASES = 64;

    private static final int GRANULES = Descriptors.GRANULES_PER_UNIT;

    private final Descriptors descriptors;
    private final Residents residents;
    private final EvictionPolicy policy;
    private final ClassDemand demand;
    private final Pressure pressure;
    private final UnitRing ring;
    private final FreeFrames[] free = new FreeFrames[FrameClass.COUNT];
    private final int[] units = new int[FrameClass.COUNT];
    private int unitsMax = Integer.MAX_VALUE;
    private int leasePause;
    private long moved;
    private long surrendered;
    private long forgotten;
    private long failedEvictions;
    private final Clock clock;
    private final LatencyHistogram evictionTimes = new LatencyHistogram();

    PoolUnits(
            MemoryBudget budget,
            Descriptors descriptors,
            Residents residents,
            EvictionPolicy policy,
            ClassDemand demand,
            Pressure pressure,
            Clock clock) {
        this.descriptors = descriptors;
        this.residents = residents;
        this.policy = policy;
        this.demand = demand;
        this.pressure = pressure;
        this.ring = new UnitRing(budget);
        this.clock = clock;
        for (int c = 0; c < FrameClass.COUNT; c++) free[c] = new FreeFrames(budget.descriptors());
    }

    // ------------------------------------------------------------------------------------------------ frames

    /// A frame that is FREE and in no list from now on, or -1.
    int takeFree(int frameClass) {
        int frame = emptyFrame(frameClass);
        if (frame >= 0) pressure.allocated(frameClass, false);
        return frame;
    }

    /// What the frame's descriptor says of a block may be long gone, so it is told to say nothing.
    private int emptyFrame(int frameClass) {
        int frame = free[frameClass].take();
        if (frame >= 0) Memory.putLong(descriptors.of(frame) + FrameDescriptor.ID, 0);
        return frame;
    }

    /// The same, of a frame that a block, or a unit, is made to leave.
    int evictOne(int frameClass, long id) {
        pressure.allocated(frameClass, true);
        long begin = clock.nanoTime();
        int frame = findAndEvict(frameClass, id);
        evictionTimes.record(clock.nanoTime() - begin);
        return frame;
    }

    private int findAndEvict(int frameClass, long id) {
        if (demand.evicting(frameClass) && moveIfWorth(frameClass)) return emptyFrame(frameClass);
        for (int tried = 0; tried < EVICTIONS_TRIED_MAX; tried++) {
            int frame = policy.victim(frameClass, id);
            if (frame < 0) break;
            if (residents.evict(frame)) return frame;
        }
        if (moveAny(frameClass)) return emptyFrame(frameClass);
        failedEvictions++;
        Events.frameRefused(FrameClass.bytes(frameClass));
        return -1;
    }

    /// Frees the frames of a unit that hold blocks of these files, unless they are pinned.
    void forget(long[] openNumbers, int unit) {
        int frameClass = descriptors.unitClass(unit);
        if (frameClass < 0) return;
        int end = (unit + 1) * GRANULES;
        for (int frame = unit * GRANULES; frame < end; frame += FrameClass.granules(frameClass)) {
            if (residents.isOf(openNumbers, frame)) forget(frame);
        }
    }

    /// Frees the frame of a resident block, unless it is pinned.
    void forget(int frame) {
        if (!residents.leave(frame)) return;
        addFree(frame);
        forgotten++;
    }

    /// @param frame FREE, and in no list
    void addFree(int frame) {
        free[descriptors.classOf(frame)].add(frame);
    }

    int free(int frameClass) {
        return free[frameClass].count();
    }

    // ------------------------------------------------------------------------------------------------ in

    /// Whether the pool may have another unit, and it is time to ask the budget for it. An allocation asks this once.
    boolean shouldLease() {
        return mayHold() && --leasePause < 0;
    }

    boolean mayHold() {
        return held() < unitsMax;
    }

    boolean beyondLimit() {
        return held() > unitsMax;
    }

    /// The budget had none.
    void leaseRefused() {
        leasePause = ALLOCATIONS_BETWEEN_LEASES;
    }

    void leaseSoon() {
        leasePause = 0;
    }

    /// Makes a leased unit into free frames of a class. None begins in version 0: who looks at a region that an engine
    /// has given back finds zeros, and must not take them for a frame that has not changed.
    void carve(int unit, int frameClass) {
        descriptors.unitClass(unit, frameClass);
        int first = unit * GRANULES;
        int step = FrameClass.granules(frameClass);
        for (int frame = first + GRANULES - step; frame >= first; frame -= step) {
            BufferPool.check(descriptors.phase(frame) == FrameDescriptor.NONE, "leased a unit whose frames are in use");
            descriptors.first(frame);
            free[frameClass].add(frame);
        }
        units[frameClass]++;
        ring.add(unit, frameClass);
    }

    // ------------------------------------------------------------------------------------------------ out

    /// A unit for another owner, of the class with the fewest uses per byte that has one to give; or -1.
    int surrender() {
        int unit = takeAny();
        if (unit < 0) return -1;
        leasePause = ALLOCATIONS_BETWEEN_LEASES;
        surrendered++;
        return unit;
    }

    int takeAny() {
        int first = demand.poorest(units, -1);
        for (int i = 0; i < FrameClass.COUNT && first >= 0; i++) {
            int frameClass = (first + i) % FrameClass.COUNT;
            int unit = units[frameClass] == 0 ? -1 : take(frameClass);
            if (unit >= 0) return unit;
        }
        return -1;
    }

    /// How many units the pool may hold from now on.
    void limit(int units) {
        unitsMax = units;
        leasePause = 0;
    }

    /// Gives a class a unit of another, if that is worth more there. The class has asked for one by evicting.
    private boolean moveIfWorth(int to) {
        int donor = demand.poorest(units, to);
        return donor >= 0 && demand.worthMoving(units, donor, to) && move(donor, to);
    }

    /// Gives a class a unit of another, whatever it is worth there.
    private boolean moveAny(int to) {
        int donor = demand.poorest(units, to);
        if (donor < 0) return false;
        if (move(donor, to)) return true;
        // The poorest class may have every unit pinned: the remaining one is asked before giving up.
        int other = FrameClass.COUNT - to - donor;
        return units[other] > 0 && move(other, to);
    }

    private boolean move(int from, int to) {
        int unit = take(from);
        if (unit < 0) return false;
        carve(unit, to);
        moved++;
        return true;
    }

    /// Takes a unit out of its class, empty and with all its versions raised; -1 if none could be emptied.
    private int take(int frameClass) {
        for (int tried = 0; tried < EVICTIONS_TRIED_MAX; tried++) {
            int unit = choose(frameClass);
            if (unit < 0 || !empty(unit, frameClass)) continue;
            retire(unit, frameClass);
            return unit;
        }
        return -1;
    }

    /// Of the next few units the one with the fewest blocks the policy wants; -1 if all have busy ones.
    private int choose(int frameClass) {
        int best = -1;
        int bestWanted = Integer.MAX_VALUE;
        for (int examined = Math.min(ring.units(frameClass), UNITS_EXAMINED_MAX); examined > 0; examined--) {
            int unit = ring.turn(frameClass);
            int wanted = wantedOrBusy(unit, frameClass);
            if (wanted < bestWanted) {
                bestWanted = wanted;
                best = unit;
            }
        }
        return best;
    }

    /// How many blocks of the unit the policy wants; `MAX_VALUE` if one is pinned or being loaded.
    private int wantedOrBusy(int unit, int frameClass) {
        int wanted = 0;
        int end = (unit + 1) * GRANULES;
        for (int frame = unit * GRANULES; frame < end; frame += FrameClass.granules(frameClass)) {
            if (descriptors.phase(frame) == FrameDescriptor.FREE) continue;
            if (!descriptors.evictable(frame)) return Integer.MAX_VALUE;
            if (policy.wanted(frame) || FrameDescriptor.ahead(descriptors.of(frame))) wanted++;
        }
        return wanted;
    }

    /// Evicts all blocks of the unit; those that went before a pinned one was met stay free.
    private boolean empty(int unit, int frameClass) {
        int end = (unit + 1) * GRANULES;
        for (int frame = unit * GRANULES; frame < end; frame += FrameClass.granules(frameClass)) {
            if (descriptors.phase(frame) == FrameDescriptor.FREE) continue;
            if (!residents.evict(frame)) return false;
            free[frameClass].add(frame);
        }
        return true;
    }

    private void retire(int unit, int frameClass) {
        int first = unit * GRANULES;
        for (int frame = first; frame < first + GRANULES; frame += FrameClass.granules(frameClass))
            free[frameClass].remove(frame);
        for (int granule = first; granule < first + GRANULES; granule++) {
            long descriptor = descriptors.of(granule);
            long state = Memory.getLong(descriptor);
            Memory.putLongVolatile(descriptor, FrameDescriptor.nextVersion(state, FrameDescriptor.NONE));
        }
        VarHandle.storeStoreFence();
        ring.remove(unit, frameClass);
        units[frameClass]--;
        descriptors.unitClass(unit, -1);
    }

    // ------------------------------------------------------------------------------------------------ counts

    int held() {
        return units[0] + units[1] + units[2];
    }

    /// Frames of all classes; to be asked by anybody, who may see one unit in two classes or in none.
    int frames() {
        int frames = 0;
        for (int c = 0; c < FrameClass.COUNT; c++) frames += units[c] * FrameClass.framesPerUnit(c);
        return frames;
    }

    int held(int frameClass) {
        return units[frameClass];
    }

    long moved() {
        return moved;
    }

    long surrendered() {
        return surrendered;
    }

    long forgotten() {
        return forgotten;
    }

    long failedEvictions() {
        return failedEvictions;
    }

    Latency evictionTimes() {
        return evictionTimes.latency();
    }
}
