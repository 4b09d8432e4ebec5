package dev.polder.buffer;

import dev.polder.buffer.PoolMetrics.ClassMetrics;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.buffer.eviction.EvictionPolicy;
import dev.polder.buffer.eviction.Frames;
import dev.polder.disk.LatencyHistogram;
import dev.polder.events.Events;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.memory.UnitLender;
import dev.polder.runtime.Clock;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// The one buffer pool: clean, immutable, decoded blocks in frames of 4, 16 and 64 KiB. It does no I/O; the
/// loader above does.
///
///               ┌──────────── abandon ───────────┐
///               ▼                                │
///     NONE ──▶ FREE ──────── allocate ───────▶ LOADING ──── publish ───▶ RESIDENT ◀──▶ pinned
///      ▲        │ ▲                              ▲                       │  │
///      └ unit ──┘ └────── evict: version + 1 ────┼───────────────────────┘  │
///        leaves: version + 1                     └── evict: version + 1 ────┘
///
/// **Who may change what** (layout: [FrameDescriptor]).
/// - *The mutex* guards the page table, the free lists, the policy's order, the units and the counts. Whoever
///   holds it may move a frame between NONE, FREE and LOADING by a plain release store, because nobody else
///   changes a frame in these phases.
/// - *A resident frame's* state is changed by compare-and-set (pin, evict) or an atomic add (unpin) only.
///   Pin: anybody, from RESIDENT, if the version is the one that was found. Evict: the holder of the mutex,
///   from RESIDENT without pins.
/// - *Id, proof and bytes* of a frame are written only by the one loader that allocated it, while it is
///   LOADING.
/// - *The version* goes up by one whenever a frame stops being RESIDENT, and for all 16 granules when a unit
///   leaves its class; it is never reset, whoever owns the memory, so a reader's old stamp can never become
///   right again.
///
/// **What makes it visible.** Taking away: raise the version by compare-and-set, store-store fence, only then
/// write. Publishing: write id, proof and bytes, then store RESIDENT with release. Reading: load the state
/// with acquire, require RESIDENT, id and proof; read the bytes; load-load fence; load the state again. If
/// the version is the same, no byte read was written after the frame was found, because every writer's
/// version would have been seen before its bytes. A unit is handed to another owner through the budget's
/// mutex, which orders our raised versions before the owner's first byte.
///
/// **Hints and slots are guesses**: what they say is believed only after the descriptor has been asked as above. So
/// neither needs an order with anything else, and hints are not kept up when a block leaves.
///
/// **False misses.** [#find] takes no lock and may miss a block that is there (a slot on the move, a frame
/// just published). So a miss counts only after [#findExactly], which looks under the mutex.
///
/// **Always true.** (1) An id is in the page table exactly as long as its frame is RESIDENT, seen with the
/// mutex held.
/// (2) frames = free + loading + resident, in each class. (3) Pinned frames never exceed [#pinnedFramesMax],
/// a quarter of all units: each is counted as if it held a unit alone. (4) Nobody calls the budget while
/// holding the mutex.
///
/// **One thing.** All here moves frames between the phases above under the one mutex, or reads them beside it; what
/// could be told apart is: [PageTable], [FrameHints], [FreeFrames], [UnitRing], [PinLedger], [ClassDemand],
/// [AheadLedger], [HitBatch] and the policies.
///
/// **Bounded.** A search for a frame examines a fixed number of frames and units, then answers [#NO_FRAME];
/// reads go on with a copy in the loader's staging. Reads never throw for want of a frame.
public final class BufferPool implements UnitLender {
    /// No frame could be had.
    public static final int NO_FRAME = -1;

    public static final int PINNED_PERCENT = 25;
    private static final int GRANULES_PER_UNIT = MemoryBudget.UNIT_BYTES / MemoryBudget.GRANULE_BYTES;
    private static final int EVICTIONS_TRIED_MAX = 8;
    /// Units compared before one is given up whole.
    private static final int UNITS_EXAMINED_MAX = 8;
    /// After the budget refused a unit, it is asked again after so many allocations.
    private static final int ALLOCATIONS_BETWEEN_LEASES = 64;

    private final MemoryBudget budget;
    private final EvictionPolicy policy;
    private final int usesMax;
    private final boolean recordsHits;
    /// What a proof looks like whose frame's uses need no counting any more.
    private final long usesFull;
    private final long descriptors;
    private final long frames;
    private final PageTable table;
    private final FrameHints hints;
    private final int findsPerHint;
    private final Mutex mutex;

    // Under the mutex.
    private final FreeFrames[] free = new FreeFrames[FrameClass.COUNT];
    private final UnitRing ring;
    private final int[] units = new int[FrameClass.COUNT];
    private final int[] resident = new int[FrameClass.COUNT];
    private final long[] misses = new long[FrameClass.COUNT];
    private final long[] evictions = new long[FrameClass.COUNT];
    private int unitsMax = Integer.MAX_VALUE;
    private int leasePause;
    private long failedEvictions;
    private long unitsMoved;
    private long unitsSurrendered;
    private long hitsRecorded;
    private final LongAdder hitsDropped = new LongAdder();

    private final ClassDemand demand = new ClassDemand();
    private final AheadLedger ahead = new AheadLedger();
    private final Clock clock;
    private final LatencyHistogram evictionTimes = new LatencyHistogram();
    private final PinLedger pins;

    /// A pool that lends its units to the budget's other owners.
    ///
    /// @param budget made with the policy's [Eviction#area]
    public static BufferPool open(MemoryBudget budget, Eviction eviction, Seams seams) {
        return open(budget, eviction, PINNED_PERCENT, seams, true);
    }

    /// @param pinnedPercent how many frames may be pinned at once, as a part of the units
    /// @param hinted        whether to look where a block was last; `false` to measure what that is worth
    public static BufferPool open(
            MemoryBudget budget, Eviction eviction, int pinnedPercent, Seams seams, boolean hinted) {
        if (!budget.plan().policy().equals(eviction.area()))
            throw new IllegalArgumentException("the budget was not planned for " + eviction);
        BufferPool pool = new BufferPool(budget, eviction, pinnedPercent, seams, hinted);
        budget.lender(pool);
        return pool;
    }

    private BufferPool(MemoryBudget budget, Eviction eviction, int pinnedPercent, Seams seams, boolean hinted) {
        this.budget = budget;
        this.descriptors = budget.descriptors();
        this.frames = budget.unitAddress(0);
        int granules = Math.multiplyExact(budget.units(), GRANULES_PER_UNIT);
        this.policy = eviction.open(new Frames(descriptors, granules, this::evictable), budget.policy());
        this.usesMax = policy.usesMax();
        this.recordsHits = policy.recordsHits();
        this.usesFull = FrameDescriptor.usesInProof(recordsHits ? FrameDescriptor.USES_NEVER : usesMax);
        this.table = new PageTable(budget.pageTable(), budget.pageTableBytes(), descriptors);
        this.hints = new FrameHints(budget.hints(), hinted ? budget.hintBytes() : FrameHints.NEARLY_NONE);
        this.findsPerHint = hinted ? FrameHints.FINDS_PER_HINT : Integer.MAX_VALUE;
        this.ring = new UnitRing(budget);
        this.clock = seams.clock();
        this.mutex = seams.tasks().mutex("buffer pool");
        this.pins = new PinLedger(
                Math.max(1, (int) ((long) budget.units() * pinnedPercent / 100)),
                seams.tasks().mutex("pin owners"),
                clock);
        for (int c = 0; c < FrameClass.COUNT; c++) free[c] = new FreeFrames(descriptors);
    }

    // ------------------------------------------------------------------------------------------------ reading

    /// Looks for a block that is used much, where its hint says; what it does not find [#find] may.
    ///
    /// How many instructions a hit takes decides how many hits the processor overlaps. So this is short
    /// enough to be compiled into its callers, straight on, and calls nothing where it succeeds: the
    /// compiler makes a way it has rarely seen taken a slow one for ever, and it compiles this while the
    /// pool is still cold. Of a block whose count of uses is full, proof and count are compared at once.
    public boolean findHinted(FrameRef ref, long id, long proof) {
        int frame = hints.frame(id);
        if (frame < 0) return false;
        long descriptor = descriptor(frame);
        long address = address(frame);
        long state = Memory.getLongAcquire(descriptor);
        long identified = Memory.getLong(descriptor + FrameDescriptor.ID);
        long described = Memory.getLong(descriptor + FrameDescriptor.PROOF);
        long difference = (state & FrameDescriptor.PHASE_MASK) ^ FrameDescriptor.RESIDENT;
        difference |= identified ^ id;
        difference |= described ^ (proof | usesFull);
        if (difference != 0) return false;
        ref.descriptor = descriptor;
        ref.stamp = state;
        ref.address = address;
        return true;
    }

    /// Looks for a block: where its hint says, else where the page table says. No lock, no compare-and-set, no
    /// allocation; may miss one that is there.
    ///
    /// @param id {open number of the file, offset / 8}; never 0
    /// @param proof from [#proof]; a frame of the same id with another proof is not the block
    public boolean find(FrameRef ref, long id, long proof) {
        int frame = hints.frame(id);
        if (frame >= 0 && pointAt(ref, frame, id, proof)) return true;
        frame = inTable(ref, id);
        return frame >= 0 && pointAt(ref, frame, id, proof);
    }

    /// What the table says; noted as a hint now and then, unchecked like any hint.
    private int inTable(FrameRef ref, long id) {
        int frame = table.find(id);
        if (frame >= 0 && ++ref.tabled % findsPerHint == 0) hints.set(id, frame);
        return frame;
    }

    /// Whether the block is there; unlike [#find] it is no use of it. May miss one that is.
    public boolean holds(long id, long proof) {
        int frame = table.find(id);
        if (frame < 0) return false;
        long descriptor = descriptor(frame);
        return FrameDescriptor.phase(Memory.getLongAcquire(descriptor)) == FrameDescriptor.RESIDENT
                && Memory.getLong(descriptor + FrameDescriptor.ID) == id
                && FrameDescriptor.withoutUses(Memory.getLong(descriptor + FrameDescriptor.PROOF)) == proof;
    }

    /// How many blocks may be asked for at once ahead of their use: less when many leave the pool unused.
    public int aheadWindow() {
        return ahead.window();
    }

    /// Looks again, under the mutex: `false` is certain, and counted as a miss.
    public boolean findExactly(FrameRef ref, long id, long proof) {
        mutex.lock();
        try {
            tell(ref);
            int frame = table.findExactly(id);
            if (frame >= 0 && pointAt(ref, frame, id, proof)) return true;
            int frameClass = FrameClass.of((int) (proof >>> 32));
            misses[frameClass]++;
            demand.missed(frameClass);
            return false;
        } finally {
            mutex.unlock();
        }
    }

    /// What must agree beside the id: the checksum in the block's handle, and its decoded length.
    public static long proof(int crc, int rawBytes) {
        return FrameDescriptor.proof(crc, rawBytes);
    }

    /// Adds to the count of hits, in bulk: readers count for themselves, so that a hit writes no shared line.
    public void hits(int frameClass, int count) {
        demand.hits(frameClass, count);
    }

    /// Whether the frame holds this block; then the reference points at it.
    private boolean pointAt(FrameRef ref, int frame, long id, long proof) {
        long descriptor = descriptor(frame);
        long state = Memory.getLongAcquire(descriptor);
        long described = Memory.getLong(descriptor + FrameDescriptor.PROOF);
        if (FrameDescriptor.phase(state) != FrameDescriptor.RESIDENT
                || Memory.getLong(descriptor + FrameDescriptor.ID) != id
                || !FrameDescriptor.provesTheSame(described, proof)) return false;
        ref.descriptor = descriptor;
        ref.stamp = state;
        ref.address = address(frame);
        used(ref, descriptor, frame, state);
        return true;
    }

    /// Counts a use, unless the policy has enough of them, or the reader scans. Loading a block is its first use, so
    /// that of one loaded ahead is not counted when it comes.
    private void used(FrameRef ref, long descriptor, int frame, long state) {
        if (FrameDescriptor.ahead(descriptor)) {
            FrameDescriptor.ahead(descriptor, false);
            ahead.used();
            return;
        }
        if (ref.scans) return;
        int uses = FrameDescriptor.uses(descriptor);
        boolean counts = uses < usesMax;
        if (counts) FrameDescriptor.uses(descriptor, uses + 1);
        if (recordsHits || (counts && FrameDescriptor.recorded(descriptor))) record(ref, frame, state);
    }

    private void record(FrameRef ref, int frame, long state) {
        HitBatch hits = ref.hitBatch();
        if (hits.full()) tellIfFree(ref, hits);
        hits.add(frame, FrameDescriptor.versionBits(state));
    }

    private void tellIfFree(FrameRef ref, HitBatch hits) {
        if (mutex.tryLock()) {
            try {
                tell(ref);
            } finally {
                mutex.unlock();
            }
        } else {
            hitsDropped.add(hits.count());
            hits.clear();
        }
    }

    /// Tells the policy what the reader recorded, if the block is still in its frame.
    private void tell(FrameRef ref) {
        HitBatch hits = ref.hits;
        if (hits == null) return;
        for (int i = 0; i < hits.count(); i++) {
            int frame = hits.frame(i);
            long state = Memory.getLong(descriptor(frame));
            if (FrameDescriptor.phase(state) != FrameDescriptor.RESIDENT
                    || FrameDescriptor.versionBits(state) != hits.version(i)) continue;
            hitsRecorded++;
            policy.hit(frame, classOf(frame));
        }
        hits.clear();
    }

    // ------------------------------------------------------------------------------------------------ pinning

    /// Pins the frame that was found, so that its bytes stay. `false` if the block has left it, or pins hold
    /// all they may.
    public boolean pin(FrameRef ref, PinOwner owner) {
        while (true) {
            long state = Memory.getLongAcquire(ref.descriptor);
            int pinned = FrameDescriptor.pins(state);
            if (!FrameDescriptor.sameVersion(state, ref.stamp) || pinned == FrameDescriptor.PINS_MAX) return false;
            if (pinned == 0 && !pins.reserve()) return false;
            if (Memory.compareAndSetLong(ref.descriptor, state, state + FrameDescriptor.PIN)) {
                if (pinned == 0) pins.pinned(classOf(ref));
                owner.pinned();
                return true;
            }
            if (pinned == 0) pins.cancel(); // Somebody else pinned, unpinned or evicted it: look again.
        }
    }

    public void unpin(FrameRef ref, PinOwner owner) {
        int frameClass = classOf(ref);
        long before = Memory.getAndAddLong(ref.descriptor, -FrameDescriptor.PIN);
        int pinned = FrameDescriptor.pins(before);
        if (pinned == 0) throw new IllegalStateException("unpinned a frame that was not pinned; owner " + owner.name());
        if (pinned == 1) pins.unpinned(frameClass);
        owner.unpinned();
    }

    /// The owner of that name, made at its first use. One per long-lived holder, not one per pin.
    public PinOwner pinOwner(String name) {
        return pins.owner(name);
    }

    /// Everybody who holds pins now, by name.
    public List<PinOwner> pinHolders() {
        return pins.holders();
    }

    public int pinnedFramesMax() {
        return pins.framesMax();
    }

    private int classOf(FrameRef ref) {
        return FrameDescriptor.unitClass(unitDescriptor(unitOf(ref.descriptor)));
    }

    // ------------------------------------------------------------------------------------------------ loading

    /// A frame for the block `id` of so many bytes, to be filled by the caller alone and then published or
    /// abandoned; or [#NO_FRAME].
    public int allocate(long id, int blockBytes) {
        int frameClass = FrameClass.of(blockBytes);
        mutex.lock();
        try {
            int frame = free[frameClass].take();
            boolean leaseFirst = frame < 0 && unitsHeld() < unitsMax && --leasePause < 0;
            if (frame >= 0) return loading(emptied(frame));
            if (!leaseFirst) {
                frame = evictOne(frameClass, id);
                return frame < 0 ? NO_FRAME : loading(frame);
            }
        } finally {
            mutex.unlock();
        }
        return allocateFromLease(frameClass, id);
    }

    /// Asks the budget for a unit first: without the mutex, because it may be asking us for one at the same
    /// moment.
    private int allocateFromLease(int frameClass, long id) {
        int unit = budget.tryLease(Owner.POOL);
        int tooMany = -1;
        mutex.lock();
        try {
            if (unit < 0) leasePause = ALLOCATIONS_BETWEEN_LEASES;
            else if (unitsHeld() < unitsMax) carve(unit, frameClass);
            else tooMany = unit; // the limit was lowered meanwhile, or others were faster
            int frame = free[frameClass].take();
            if (frame >= 0) return loading(emptied(frame));
            frame = evictOne(frameClass, id);
            return frame < 0 ? NO_FRAME : loading(frame);
        } finally {
            mutex.unlock();
            if (tooMany >= 0) budget.giveBack(Owner.POOL, tooMany);
        }
    }

    /// Which block an allocated frame held until then, while the caller has not written to it: its bytes are still
    /// there, and [#formerProof] belongs to it. 0 if none.
    public long formerId(int frame) {
        return Memory.getLong(descriptor(frame) + FrameDescriptor.ID);
    }

    public long formerProof(int frame) {
        return FrameDescriptor.withoutUses(Memory.getLong(descriptor(frame) + FrameDescriptor.PROOF));
    }

    /// The decoded length that is part of a [#proof].
    public static int rawBytes(long proof) {
        return (int) (proof >>> 32);
    }

    /// Where the frame's bytes are.
    public long address(int frame) {
        return frames + (long) frame * MemoryBudget.GRANULE_BYTES;
    }

    /// Makes the block in an allocated frame known under its id, and points `ref` at it.
    ///
    /// @return `false` if the id's old block is pinned and cannot be replaced; the frame is still the
    ///   caller's
    public boolean publish(FrameRef ref, int frame, long id, long proof) {
        return publish(ref, frame, id, proof, false);
    }

    /// The same for a block that nobody has asked for yet.
    public boolean publishAhead(FrameRef ref, int frame, long id, long proof) {
        return publish(ref, frame, id, proof, true);
    }

    private boolean publish(FrameRef ref, int frame, long id, long proof, boolean isAhead) {
        if (id == 0) throw new IllegalArgumentException("block id 0: open numbers of files start at 1");
        long descriptor = descriptor(frame);
        Memory.putLong(descriptor + FrameDescriptor.ID, id);
        Memory.putLong(descriptor + FrameDescriptor.PROOF, proof);
        mutex.lock();
        try {
            tell(ref);
            int other = table.findExactly(id);
            if (other >= 0) {
                if (!evict(other)) return false;
                free[classOf(other)].add(other);
            }
            long state = Memory.getLong(descriptor);
            check(
                    FrameDescriptor.phase(state) == FrameDescriptor.LOADING,
                    "published a frame that was not being loaded");
            state = FrameDescriptor.inPhase(state, FrameDescriptor.RESIDENT);
            policy.admitted(frame, classOf(frame), id);
            FrameDescriptor.ahead(descriptor, isAhead);
            if (isAhead) ahead.loaded();
            Memory.putLongRelease(descriptor, state);
            table.put(id, frame);
            hints.set(id, frame);
            resident[classOf(frame)]++;
            ref.descriptor = descriptor;
            ref.stamp = state;
            ref.address = address(frame);
            return true;
        } finally {
            mutex.unlock();
        }
    }

    /// Gives an allocated frame back, because its block could not be loaded.
    public void abandon(int frame) {
        mutex.lock();
        try {
            setPhase(frame, FrameDescriptor.FREE);
            free[classOf(frame)].add(frame);
        } finally {
            mutex.unlock();
        }
    }

    /// A frame from a free list: what its id says may be long gone.
    private int emptied(int frame) {
        Memory.putLong(descriptor(frame) + FrameDescriptor.ID, 0);
        return frame;
    }

    private int loading(int frame) {
        setPhase(frame, FrameDescriptor.LOADING);
        return frame;
    }

    // ------------------------------------------------------------------------------------------------ evicting

    /// A frame of the class, FREE and in no list; or -1.
    private int evictOne(int frameClass, long id) {
        long begin = clock.nanoTime();
        int frame = findAndEvict(frameClass, id);
        evictionTimes.record(clock.nanoTime() - begin);
        return frame;
    }

    private int findAndEvict(int frameClass, long id) {
        if (demand.evicting(frameClass)) {
            int donor = demand.poorest(units, frameClass);
            if (donor >= 0 && demand.worthMoving(units, donor, frameClass) && moveUnit(donor, frameClass))
                return emptied(free[frameClass].take());
        }
        for (int tried = 0; tried < EVICTIONS_TRIED_MAX; tried++) {
            int frame = policy.victim(frameClass, id);
            if (frame < 0) break;
            if (evict(frame)) return frame;
        }
        int donor = demand.poorest(units, frameClass);
        if (donor >= 0 && moveUnit(donor, frameClass)) return emptied(free[frameClass].take());
        // The poorest class may have every unit pinned: the remaining one is asked before giving up.
        int other = FrameClass.COUNT - frameClass - donor;
        if (donor >= 0 && units[other] > 0 && moveUnit(other, frameClass)) return emptied(free[frameClass].take());
        failedEvictions++;
        Events.frameRefused(FrameClass.bytes(frameClass));
        return -1;
    }

    private boolean evictable(int frame) {
        long state = Memory.getLongAcquire(descriptor(frame));
        return FrameDescriptor.phase(state) == FrameDescriptor.RESIDENT && FrameDescriptor.pins(state) == 0;
    }

    private boolean evict(int frame) {
        long descriptor = descriptor(frame);
        long state = Memory.getLongAcquire(descriptor);
        if (FrameDescriptor.phase(state) != FrameDescriptor.RESIDENT || FrameDescriptor.pins(state) != 0) return false;
        long next = FrameDescriptor.nextVersion(state, FrameDescriptor.FREE);
        if (!Memory.compareAndSetLong(descriptor, state, next)) return false;
        VarHandle.storeStoreFence();
        long id = Memory.getLong(descriptor + FrameDescriptor.ID);
        table.remove(id, frame);
        int frameClass = classOf(frame);
        policy.evicted(frame, frameClass, id);
        resident[frameClass]--;
        evictions[frameClass]++;
        if (FrameDescriptor.ahead(descriptor)) ahead.wasted();
        Events.eviction(id, FrameClass.bytes(frameClass));
        return true;
    }

    // ------------------------------------------------------------------------------------------------ units

    /// Called by the budget when another owner needs memory: evicts a whole unit, of the class with the
    /// fewest uses per byte that has one to give.
    @Override
    public int surrenderUnit() {
        mutex.lock();
        try {
            int unit = takeAnyUnit();
            if (unit < 0) return -1;
            leasePause = ALLOCATIONS_BETWEEN_LEASES;
            unitsSurrendered++;
            return unit;
        } finally {
            mutex.unlock();
        }
    }

    private int takeAnyUnit() {
        int first = demand.poorest(units, -1);
        for (int i = 0; i < FrameClass.COUNT && first >= 0; i++) {
            int frameClass = (first + i) % FrameClass.COUNT;
            int unit = units[frameClass] == 0 ? -1 : takeUnit(frameClass);
            if (unit >= 0) return unit;
        }
        return -1;
    }

    /// How many units the pool may hold from now on, whatever the budget would let it have. Gives back what it
    /// holds beyond; a unit that is pinned, or being loaded into, stays.
    ///
    /// @return whether it holds no more than that
    public boolean resize(int units) {
        mutex.lock();
        try {
            unitsMax = units;
            leasePause = 0;
        } finally {
            mutex.unlock();
        }
        while (true) {
            int unit;
            mutex.lock();
            try {
                if (unitsHeld() <= units) return true;
                unit = takeAnyUnit();
            } finally {
                mutex.unlock();
            }
            if (unit < 0) return false;
            budget.giveBack(Owner.POOL, unit);
        }
    }

    private int unitsHeld() {
        return units[0] + units[1] + units[2];
    }

    private boolean moveUnit(int from, int to) {
        int unit = takeUnit(from);
        if (unit < 0) return false;
        carve(unit, to);
        unitsMoved++;
        return true;
    }

    /// Takes a unit out of its class, empty and with all its versions raised; -1 if none could be emptied.
    private int takeUnit(int frameClass) {
        for (int tried = 0; tried < EVICTIONS_TRIED_MAX; tried++) {
            int unit = victimUnit(frameClass);
            if (unit < 0 || !emptyUnit(unit, frameClass)) continue;
            retire(unit, frameClass);
            return unit;
        }
        return -1;
    }

    /// Of the next few units the one with the fewest blocks the policy wants; -1 if all have busy ones.
    private int victimUnit(int frameClass) {
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
        int end = (unit + 1) * GRANULES_PER_UNIT;
        for (int frame = unit * GRANULES_PER_UNIT; frame < end; frame += FrameClass.granules(frameClass)) {
            if (phase(frame) == FrameDescriptor.FREE) continue;
            if (!evictable(frame)) return Integer.MAX_VALUE;
            if (policy.wanted(frame)) wanted++;
        }
        return wanted;
    }

    /// Evicts all blocks of the unit; those that went before a pinned one was met stay free.
    private boolean emptyUnit(int unit, int frameClass) {
        int end = (unit + 1) * GRANULES_PER_UNIT;
        for (int frame = unit * GRANULES_PER_UNIT; frame < end; frame += FrameClass.granules(frameClass)) {
            if (FrameDescriptor.phase(Memory.getLongAcquire(descriptor(frame))) == FrameDescriptor.FREE) continue;
            if (!evict(frame)) return false;
            free[frameClass].add(frame);
        }
        return true;
    }

    private void retire(int unit, int frameClass) {
        int first = unit * GRANULES_PER_UNIT;
        for (int frame = first; frame < first + GRANULES_PER_UNIT; frame += FrameClass.granules(frameClass))
            free[frameClass].remove(frame);
        for (int granule = first; granule < first + GRANULES_PER_UNIT; granule++) {
            long descriptor = descriptor(granule);
            long state = Memory.getLong(descriptor);
            Memory.putLongVolatile(descriptor, FrameDescriptor.nextVersion(state, FrameDescriptor.NONE));
        }
        VarHandle.storeStoreFence();
        ring.remove(unit, frameClass);
        units[frameClass]--;
        FrameDescriptor.unitClass(unitDescriptor(unit), -1);
    }

    /// Makes a leased unit into free frames of a class.
    private void carve(int unit, int frameClass) {
        FrameDescriptor.unitClass(unitDescriptor(unit), frameClass);
        int first = unit * GRANULES_PER_UNIT;
        int step = FrameClass.granules(frameClass);
        for (int frame = first + GRANULES_PER_UNIT - step; frame >= first; frame -= step) {
            check(phase(frame) == FrameDescriptor.NONE, "leased a unit whose frames are in use");
            setPhase(frame, FrameDescriptor.FREE);
            free[frameClass].add(frame);
        }
        units[frameClass]++;
        ring.add(unit, frameClass);
    }

    // ------------------------------------------------------------------------------------------------ metrics

    public PoolMetrics metrics() {
        mutex.lock();
        try {
            List<ClassMetrics> classes = new ArrayList<>(FrameClass.COUNT);
            for (int c = 0; c < FrameClass.COUNT; c++) {
                classes.add(new ClassMetrics(
                        FrameClass.bytes(c),
                        units[c],
                        units[c] * FrameClass.framesPerUnit(c),
                        resident[c],
                        free[c].count(),
                        pins.framesOf(c),
                        demand.hits(c),
                        misses[c],
                        evictions[c]));
            }
            return new PoolMetrics(
                    List.copyOf(classes),
                    pins.framesMax(),
                    failedEvictions,
                    unitsMoved,
                    unitsSurrendered,
                    evictionTimes.latency(),
                    ahead.blocks(),
                    ahead.usedBlocks(),
                    ahead.wastedBlocks(),
                    ahead.window(),
                    hitsRecorded,
                    hitsDropped.sum(),
                    policy.metrics());
        } finally {
            mutex.unlock();
        }
    }

    /// In tests: walks all frames and throws if (1) or (2) is broken. Nobody may be loading meanwhile.
    void checkEverything() {
        mutex.lock();
        try {
            int[] free = new int[FrameClass.COUNT];
            int[] resident = new int[FrameClass.COUNT];
            for (int unit = 0; unit < budget.units(); unit++) {
                int frameClass = FrameDescriptor.unitClass(unitDescriptor(unit));
                for (int granule = 0; granule < GRANULES_PER_UNIT; granule++) {
                    int frame = unit * GRANULES_PER_UNIT + granule;
                    int phase = phase(frame);
                    boolean head = frameClass >= 0 && granule % FrameClass.granules(frameClass) == 0;
                    check(head == (phase != FrameDescriptor.NONE), "phase of a granule that is no frame");
                    if (phase == FrameDescriptor.FREE) free[frameClass]++;
                    if (phase != FrameDescriptor.RESIDENT) continue;
                    resident[frameClass]++;
                    long id = Memory.getLong(descriptor(frame) + FrameDescriptor.ID);
                    check(table.findExactly(id) == frame, "(1) a resident frame is in the page table");
                }
            }
            for (int c = 0; c < FrameClass.COUNT; c++) {
                check(free[c] == this.free[c].count(), "(2) free frames");
                check(resident[c] == this.resident[c], "(2) resident frames");
                check(resident[c] == policy.blocks(c), "the policy knows the resident frames");
            }
        } finally {
            mutex.unlock();
        }
    }

    private static void check(boolean holds, String invariant) {
        if (!holds) throw new IllegalStateException("broken invariant of the buffer pool: " + invariant);
    }

    private int phase(int frame) {
        return FrameDescriptor.phase(Memory.getLong(descriptor(frame)));
    }

    /// Only for frames that are not resident: nobody else changes those.
    private void setPhase(int frame, int phase) {
        long descriptor = descriptor(frame);
        Memory.putLongRelease(descriptor, FrameDescriptor.inPhase(Memory.getLong(descriptor), phase));
    }

    private int classOf(int frame) {
        return FrameDescriptor.unitClass(unitDescriptor(frame / GRANULES_PER_UNIT));
    }

    private int unitOf(long descriptor) {
        return (int) ((descriptor - descriptors) / ((long) FrameDescriptor.BYTES * GRANULES_PER_UNIT));
    }

    private long unitDescriptor(int unit) {
        return descriptor(unit * GRANULES_PER_UNIT);
    }

    private long descriptor(int frame) {
        return descriptors + (long) frame * FrameDescriptor.BYTES;
    }
}
