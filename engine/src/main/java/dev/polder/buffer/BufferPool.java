package dev.polder.buffer;

import dev.polder.buffer.PoolMetrics.ClassMetrics;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.buffer.eviction.EvictionPolicy;
import dev.polder.buffer.eviction.Frames;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.memory.UnitLender;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.util.ArrayList;
import java.util.List;

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
/// neither needs an order with anything else, and hints are not kept up when a block leaves. A sight ([FrameSight]) is
/// a guess as well, but one that names the version: if the frame still has it, it still holds the block of which id and
/// proof were compared when the sight was made.
///
/// **False misses.** [#find] takes no lock and may miss a block that is there (a slot on the move, a frame
/// just published). So a miss counts only after [#findExactly], which looks under the mutex.
///
/// **Always true.** (1) An id is in the page table exactly as long as its frame is RESIDENT, seen with the
/// mutex held. (2) frames = free + loading + resident, in each class. (3) Pinned frames never exceed
/// [#pinnedFramesMax], a quarter of all units by default: each is counted as if it held a unit alone. (4) Nobody calls
/// the budget while holding the mutex.
///
/// **One thing**: the protocol above, for whoever finds and loads. Its parts are beside it. Where a block may be:
/// [FrameHints], [PageTable]. Which are resident, and how one leaves: [Residents]. Where frames come from, and how a
/// unit is given up: [PoolUnits]. Who keeps blocks where they are: [PinLedger]. What the policy is told: [Uses].
///
/// **Bounded.** A search for a frame examines a fixed number of frames and units, then answers [#NO_FRAME];
/// reads go on with a copy in the loader's staging. Reads never throw for want of a frame.
public final class BufferPool implements UnitLender {
    /// No frame could be had.
    public static final int NO_FRAME = -1;

    public static final int PINNED_PERCENT = 25;

    private final MemoryBudget budget;
    private final EvictionPolicy policy;
    private final Uses uses;
    private final int usesMax;
    /// Of frame 0; beside [#descriptors], because a hit has no load to spare.
    private final long descriptorsBase;
    private final long frames;
    private final PageTable table;
    private final FrameHints hints;
    private final int findsPerHint;
    private final Mutex mutex;

    private final Descriptors descriptors;

    // Under the mutex.
    private final Residents residents;
    private final PoolUnits units;
    private final long[] misses = new long[FrameClass.COUNT];

    private final ClassDemand demand = new ClassDemand();
    private final AheadLedger ahead = new AheadLedger();
    private final Pressure pressure = new Pressure();
    private final PinLedger pins;
    /// Whether the limit was lowered and not everything beyond it has gone yet. Written under the mutex.
    private volatile boolean aboveLimit;

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
        this.descriptorsBase = budget.descriptors();
        this.descriptors = new Descriptors(descriptorsBase);
        this.frames = budget.unitAddress(0);
        this.usesMax = eviction.usesMax();
        int granules = Math.multiplyExact(budget.units(), Descriptors.GRANULES_PER_UNIT);
        this.policy =
                eviction.open(new Frames(descriptorsBase, granules, usesMax, descriptors::evictable), budget.policy());
        this.mutex = seams.tasks().mutex("buffer pool");
        this.uses = new Uses(descriptors, policy, ahead, mutex);
        this.table = new PageTable(budget.pageTable(), budget.pageTableBytes(), descriptorsBase);
        this.residents = new Residents(descriptors, table, policy, usesMax, ahead, pressure, seams.clock());
        this.units = new PoolUnits(budget, descriptors, residents, policy, demand, pressure, seams.clock());
        this.hints = new FrameHints(budget.hints(), hinted ? budget.hintBytes() : FrameHints.NEARLY_NONE);
        this.findsPerHint = hinted ? FrameHints.FINDS_PER_HINT : Integer.MAX_VALUE;
        this.pins = new PinLedger(
                descriptors,
                Math.max(1, (int) ((long) budget.units() * pinnedPercent / 100)),
                seams.tasks().mutex("pin owners"),
                seams.clock());
    }

    // ------------------------------------------------------------------------------------------------ reading

    /// Looks for a block that is used much, where its hint says; what it does not find [#find] may.
    ///
    /// How many instructions a hit takes decides how many hits the processor overlaps. So this is short
    /// enough to be compiled into its callers, straight on, and calls nothing where it succeeds: the
    /// compiler makes a way it has rarely seen taken a slow one for ever, and it compiles this while the
    /// pool is still cold. Of a block whose count of uses is full, proof and count are compared at once.
    public boolean findHinted(FrameRef ref, long id, long proof) {
        int position = FrameHints.position(id);
        int hint = hints.at(position);
        if (!hints.means(hint, position)) return false;
        long frame = Integer.toUnsignedLong(hints.frame(hint));
        long descriptor = Memory.aligned(descriptorsBase + frame * FrameDescriptor.BYTES);
        long address = Memory.aligned(frames + frame * MemoryBudget.GRANULE_BYTES);
        long state = Memory.getLongAcquire(descriptor);
        long difference = ((state & FrameDescriptor.PHASE_MASK) ^ FrameDescriptor.RESIDENT)
                | (Memory.getLong(descriptor + FrameDescriptor.ID) ^ id)
                | (Memory.getLong(descriptor + FrameDescriptor.PROOF) ^ proof);
        if (difference != 0) return false;
        ref.descriptor = descriptor;
        ref.stamp = state;
        ref.address = address;
        return true;
    }

    /// Finds a block again that is used much, where it was seen; what it does not find [#find] may. The version says
    /// that the frame still holds it, so nothing else is compared but the count of uses: the policy learns of a use
    /// by the longer way, and like [#findHinted] this is only for blocks that have been used often enough.
    ///
    /// @param sight from [#sight]
    public boolean findSeen(FrameRef ref, long sight) {
        long frame = FrameSight.frame(sight);
        long descriptor = Memory.aligned(descriptorsBase + frame * FrameDescriptor.BYTES);
        long state = Memory.getLongAcquire(descriptor);
        if (!FrameSight.holds(sight, state) || FrameDescriptor.usesLeft(descriptor) != 0) return false;
        ref.descriptor = descriptor;
        ref.stamp = state;
        ref.address = Memory.aligned(frames + frame * MemoryBudget.GRANULE_BYTES);
        return true;
    }

    /// Where the reference points, to find its block again by [#findSeen]: while it is in the pool, by whoever
    /// holds its handle. [FrameSight#NONE] of a copy.
    public long sight(FrameRef ref) {
        if (ref.pointsAtCopy()) return FrameSight.NONE;
        return FrameSight.of((ref.descriptor - descriptorsBase) / FrameDescriptor.BYTES, ref.stamp);
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

    /// Whether the block is there, and was used since it came.
    public boolean isUsed(long id, long proof) {
        if (!holds(id, proof)) return false;
        mutex.lock();
        try {
            int frame = table.findExactly(id);
            return frame >= 0 && policy.used(frame);
        } finally {
            mutex.unlock();
        }
    }

    /// As [#holds], and for certain.
    public boolean holdsExactly(long id, long proof) {
        mutex.lock();
        try {
            return table.findExactly(id) >= 0 && holds(id, proof);
        } finally {
            mutex.unlock();
        }
    }

    /// The block `id`, which may come to the pool later, takes the place of `former`: it is as much wanted.
    public void inherit(long id, long former) {
        mutex.lock();
        try {
            residents.inherit(id, former);
        } finally {
            mutex.unlock();
        }
    }

    /// How many blocks may be asked for at once ahead of their use: less when many leave the pool unused, or wait in
    /// it.
    public int aheadWindow() {
        return ahead.window(units.frames());
    }

    /// How many blocks may wait for their readers.
    public int aheadBlocksMax() {
        return AheadLedger.blocksMax(units.frames());
    }

    /// Looks again, under the mutex: `false` is certain, and counted as a miss.
    public boolean findExactly(FrameRef ref, long id, long proof) {
        mutex.lock();
        try {
            uses.tell(ref);
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
        uses.used(ref, descriptor, frame, state);
        return true;
    }

    // ------------------------------------------------------------------------------------------------ pinning

    /// Pins the frame that was found, so that its bytes stay. `false` if the block has left it, or pins hold
    /// all they may.
    public boolean pin(FrameRef ref, PinOwner owner) {
        return pins.pin(ref, owner);
    }

    public void unpin(FrameRef ref, PinOwner owner) {
        pins.unpin(ref, owner);
        if (aboveLimit) comeDown();
    }

    /// Makes a pin somebody else's.
    public void handOver(FrameRef ref, PinOwner from, PinOwner to) {
        pins.handOver(ref, from, to);
    }

    /// The owner of that name, made at its first use. One per long-lived holder, not one per pin, who drops it at his
    /// end.
    public PinOwner pinOwner(String name) {
        return pins.owner(name);
    }

    /// The owner pins nothing more; it is forgotten when what it has pinned is unpinned.
    public void drop(PinOwner owner) {
        pins.drop(owner);
    }

    /// Everybody who holds pins now, by name.
    public List<PinOwner> pinHolders() {
        return pins.holders();
    }

    public int pinnedFramesMax() {
        return pins.framesMax();
    }

    // ------------------------------------------------------------------------------------------------ loading

    /// A frame for the block `id` of so many bytes, to be filled by the caller alone and then published or
    /// abandoned; or [#NO_FRAME].
    public int allocate(long id, int blockBytes) {
        int frameClass = FrameClass.of(blockBytes);
        mutex.lock();
        try {
            int frame = units.takeFree(frameClass);
            if (frame >= 0) return loading(frame);
            if (!units.shouldLease()) return loading(units.evictOne(frameClass, id));
        } finally {
            mutex.unlock();
        }
        return allocateFromLease(frameClass, id, true);
    }

    /// A frame that costs nobody a block: a free one, or one of a free unit; or [#NO_FRAME].
    public int allocateFree(int blockBytes) {
        int frameClass = FrameClass.of(blockBytes);
        mutex.lock();
        try {
            int frame = units.takeFree(frameClass);
            if (frame >= 0) return loading(frame);
            if (!units.shouldLease()) return NO_FRAME;
        } finally {
            mutex.unlock();
        }
        return allocateFromLease(frameClass, 0, false);
    }

    /// Asks the budget for a unit first: without the mutex, because it may be asking us for one at the same
    /// moment.
    private int allocateFromLease(int frameClass, long id, boolean mayEvict) {
        int unit = budget.tryLease(Owner.POOL);
        int tooMany = -1;
        mutex.lock();
        try {
            if (unit < 0) units.leaseRefused();
            else if (units.mayHold()) units.carve(unit, frameClass);
            else tooMany = unit; // the limit was lowered meanwhile, or others were faster
            int frame = units.takeFree(frameClass);
            return loading(frame >= 0 || !mayEvict ? frame : units.evictOne(frameClass, id));
        } finally {
            mutex.unlock();
            if (tooMany >= 0) budget.giveBack(Owner.POOL, tooMany);
        }
    }

    /// A frame that is FREE and in no list becomes its loader's; none stays none.
    private int loading(int frame) {
        if (frame < 0) return NO_FRAME;
        descriptors.phase(frame, FrameDescriptor.LOADING);
        return frame;
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
        return publish(ref, frame, id, proof, 0, false);
    }

    /// The same for a block that takes the place of another, under a new name: it is as much wanted.
    ///
    /// @param former its id; 0 if there is none
    public boolean publishHeir(FrameRef ref, int frame, long id, long proof, long former) {
        return publish(ref, frame, id, proof, former, false);
    }

    /// The same for a block that nobody has asked for yet.
    public boolean publishAhead(FrameRef ref, int frame, long id, long proof) {
        return publish(ref, frame, id, proof, 0, true);
    }

    private boolean publish(FrameRef ref, int frame, long id, long proof, long former, boolean isAhead) {
        if (id == 0) throw new IllegalArgumentException("block id 0: open numbers of files start at 1");
        long descriptor = descriptor(frame);
        Memory.putLong(descriptor + FrameDescriptor.ID, id);
        Memory.putLong(descriptor + FrameDescriptor.PROOF, FrameDescriptor.described(proof, usesMax));
        mutex.lock();
        try {
            uses.tell(ref);
            int other = table.findExactly(id);
            if (other >= 0) {
                if (!residents.evict(other)) return false;
                units.addFree(other);
            }
            long state = residents.enter(frame, id, former, isAhead);
            hints.set(id, frame);
            ref.descriptor = descriptor;
            ref.stamp = state;
            ref.address = address(frame);
        } finally {
            mutex.unlock();
        }
        if (aboveLimit) comeDown();
        return true;
    }

    /// Gives an allocated frame back, because its block could not be loaded.
    public void abandon(int frame) {
        mutex.lock();
        try {
            descriptors.phase(frame, FrameDescriptor.FREE);
            units.addFree(frame);
        } finally {
            mutex.unlock();
        }
        if (aboveLimit) comeDown();
    }

    // ------------------------------------------------------------------------------------------------ giving up

    /// Frees the frame of a block that hardly anybody will ask for again, unless it is pinned or not there.
    public void forget(long id) {
        mutex.lock();
        try {
            int frame = table.findExactly(id);
            if (frame >= 0) units.forget(frame);
        } finally {
            mutex.unlock();
        }
    }

    /// Frees the frames of files that nobody reads any more; a frame that is pinned, or published later, goes when
    /// its turn comes. Walks over all descriptors, so it is for the background; the mutex is held for one unit at a
    /// time.
    ///
    /// @param openNumbers upper halves of the ids, sorted
    public void forget(long[] openNumbers) {
        for (int unit = 0; unit < budget.units(); unit++) {
            if (!residents.anyOf(openNumbers, unit)) continue; // a guess, without the mutex
            mutex.lock();
            try {
                units.forget(openNumbers, unit);
            } finally {
                mutex.unlock();
            }
        }
    }

    /// Others have given memory back: the next allocation that needs a unit asks for one.
    public void memoryFreed() {
        mutex.lock();
        try {
            units.leaseSoon();
        } finally {
            mutex.unlock();
        }
    }

    /// Called by the budget when another owner needs memory: gives a whole unit up, see [PoolUnits].
    @Override
    public int surrenderUnit() {
        mutex.lock();
        try {
            return units.surrender();
        } finally {
            mutex.unlock();
        }
    }

    /// How many units the pool may hold from now on, whatever the budget would let it have. Gives back what it
    /// holds beyond. A unit that is pinned, or being loaded into, stays as long as it is: whoever ends that gives
    /// back what is still beyond.
    ///
    /// @return whether it holds no more than that
    public boolean resize(int unitsMax) {
        mutex.lock();
        try {
            units.limit(unitsMax);
            aboveLimit = true; // before the first look at a pin, so that who unpins afterwards sees it
        } finally {
            mutex.unlock();
        }
        return comeDown();
    }

    private boolean comeDown() {
        while (true) {
            int unit;
            mutex.lock();
            try {
                if (!units.beyondLimit()) {
                    aboveLimit = false;
                    return true;
                }
                unit = units.takeAny();
            } finally {
                mutex.unlock();
            }
            if (unit < 0) return false;
            budget.giveBack(Owner.POOL, unit);
        }
    }

    // ------------------------------------------------------------------------------------------------ metrics

    public PoolMetrics metrics() {
        mutex.lock();
        try {
            List<ClassMetrics> classes = new ArrayList<>(FrameClass.COUNT);
            for (int c = 0; c < FrameClass.COUNT; c++) {
                classes.add(new ClassMetrics(
                        FrameClass.bytes(c),
                        units.held(c),
                        units.held(c) * FrameClass.framesPerUnit(c),
                        residents.frames(c),
                        units.free(c),
                        pins.framesOf(c),
                        demand.hits(c),
                        misses[c],
                        residents.evictions(c),
                        pressure.share(c),
                        pressure.ageNanos(c)));
            }
            return new PoolMetrics(
                    List.copyOf(classes),
                    pins.framesMax(),
                    pins.owners(),
                    pressure.share(Pressure.ALL),
                    pressure.ageNanos(Pressure.ALL),
                    units.failedEvictions(),
                    units.moved(),
                    units.surrendered(),
                    units.forgotten(),
                    units.evictionTimes(),
                    ahead.blocks(),
                    ahead.usedBlocks(),
                    ahead.wastedBlocks(),
                    ahead.window(units.frames()),
                    uses.recorded(),
                    uses.dropped(),
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
            for (int frame = 0; frame < budget.units() * Descriptors.GRANULES_PER_UNIT; frame++) {
                int frameClass = descriptors.classOf(frame);
                int phase = descriptors.phase(frame);
                boolean head =
                        frameClass >= 0 && frame % Descriptors.GRANULES_PER_UNIT % FrameClass.granules(frameClass) == 0;
                check(head == (phase != FrameDescriptor.NONE), "phase of a granule that is no frame");
                if (phase == FrameDescriptor.FREE) free[frameClass]++;
                if (phase != FrameDescriptor.RESIDENT) continue;
                resident[frameClass]++;
                residents.check(frame);
            }
            for (int c = 0; c < FrameClass.COUNT; c++) {
                check(free[c] == units.free(c), "(2) free frames");
                residents.check(c, resident[c]);
            }
        } finally {
            mutex.unlock();
        }
    }

    static void check(boolean holds, String invariant) {
        if (!holds) throw new IllegalStateException("broken invariant of the buffer pool: " + invariant);
    }

    private long descriptor(int frame) {
        return descriptorsBase + (long) frame * FrameDescriptor.BYTES;
    }
}
