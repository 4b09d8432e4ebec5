package dev.polder.buffer;

import dev.polder.buffer.eviction.EvictionPolicy;
import dev.polder.events.Events;
import dev.polder.memory.Memory;
import dev.polder.runtime.Clock;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// The blocks that are resident: how one becomes so, and how it is made to leave. Page table, policy and counts
/// change together here, under the pool's mutex; readers, who take none, see only the state word.
///
///     LOADING ── enter: notes, then the state with release, then the table ──▶ RESIDENT
///     RESIDENT ── evict: version + 1 by compare-and-set, fence, then table and policy ──▶ FREE, in no list
///
/// **Always true.** (1) An id is in the table exactly as long as its frame is RESIDENT. (2) The policy knows exactly
/// the resident frames.
final class Residents {
    private final Descriptors descriptors;
    private final PageTable table;
    private final EvictionPolicy policy;
    private final int usesMax;
    private final AheadLedger ahead;
    private final Pressure pressure;
    private final Clock clock;
    private final int[] frames = new int[FrameClass.COUNT];
    private final long[] evictions = new long[FrameClass.COUNT];

    Residents(
            Descriptors descriptors,
            PageTable table,
            EvictionPolicy policy,
            int usesMax,
            AheadLedger ahead,
            Pressure pressure,
            Clock clock) {
        this.descriptors = descriptors;
        this.table = table;
        this.policy = policy;
        this.usesMax = usesMax;
        this.ahead = ahead;
        this.pressure = pressure;
        this.clock = clock;
    }

    /// The block whose id and proof the loading frame has is resident from now on; returns the state it is in.
    ///
    /// @param former the block whose uses it takes over, or 0
    long enter(int frame, long id, long former, boolean isAhead) {
        long descriptor = descriptors.of(frame);
        long state = Memory.getLong(descriptor);
        BufferPool.check(
                FrameDescriptor.phase(state) == FrameDescriptor.LOADING, "published a frame that was not being loaded");
        state = FrameDescriptor.inPhase(state, FrameDescriptor.RESIDENT);
        int frameClass = descriptors.classOf(frame);
        policy.admitted(frame, frameClass, id);
        if (former != 0) FrameDescriptor.usesLeft(descriptor, inherit(id, former));
        FrameDescriptor.ahead(descriptor, isAhead);
        FrameDescriptor.entered(descriptor, clock.nanoTime());
        if (isAhead) ahead.loaded();
        Memory.putLongRelease(descriptor, state);
        table.put(id, frame);
        frames[frameClass]++;
        return state;
    }

    /// The block `id`, which is here or will come, is as much wanted as `former` is; returns how many of that one's
    /// uses are left to count.
    int inherit(long id, long former) {
        int other = table.findExactly(former);
        int left = other < 0 ? usesMax : FrameDescriptor.usesLeft(descriptors.of(other));
        policy.inherited(id, former, usesMax - left);
        return left;
    }

    /// Makes the block leave its frame, which is FREE then, and the caller's; `false` if it is pinned, or not there.
    boolean evict(int frame) {
        if (!leave(frame)) return false;
        int frameClass = descriptors.classOf(frame);
        evictions[frameClass]++;
        long descriptor = descriptors.of(frame);
        long age = FrameDescriptor.ageNanos(descriptor, clock.nanoTime());
        pressure.left(frameClass, age);
        Events.eviction(Memory.getLong(descriptor + FrameDescriptor.ID), FrameClass.bytes(frameClass), age);
        return true;
    }

    /// The same for a block that nobody will ask for again, which is no eviction.
    boolean leave(int frame) {
        long descriptor = descriptors.of(frame);
        long state = Memory.getLongAcquire(descriptor);
        if (FrameDescriptor.phase(state) != FrameDescriptor.RESIDENT || FrameDescriptor.pins(state) != 0) return false;
        long next = FrameDescriptor.nextVersion(state, FrameDescriptor.FREE);
        if (!Memory.compareAndSetLong(descriptor, state, next)) return false;
        VarHandle.storeStoreFence();
        long id = Memory.getLong(descriptor + FrameDescriptor.ID);
        table.remove(id, frame);
        int frameClass = descriptors.classOf(frame);
        policy.evicted(frame, frameClass, id);
        frames[frameClass]--;
        if (FrameDescriptor.endAhead(descriptor)) ahead.wasted();
        return true;
    }

    /// Whether a block in the unit is of one of these files (upper halves of ids, sorted).
    boolean anyOf(long[] openNumbers, int unit) {
        int end = (unit + 1) * Descriptors.GRANULES_PER_UNIT;
        for (int frame = unit * Descriptors.GRANULES_PER_UNIT; frame < end; frame++)
            if (isOf(openNumbers, frame)) return true;
        return false;
    }

    boolean isOf(long[] openNumbers, int frame) {
        return descriptors.phase(frame) == FrameDescriptor.RESIDENT
                && Arrays.binarySearch(openNumbers, Memory.getLong(descriptors.of(frame) + FrameDescriptor.ID) >>> 32)
                        >= 0;
    }

    int frames(int frameClass) {
        return frames[frameClass];
    }

    long evictions(int frameClass) {
        return evictions[frameClass];
    }

    /// In tests: one resident frame.
    void check(int frame) {
        long id = Memory.getLong(descriptors.of(frame) + FrameDescriptor.ID);
        BufferPool.check(table.findExactly(id) == frame, "(1) a resident frame is in the page table");
    }

    /// In tests: all of a class, of which so many were counted.
    void check(int frameClass, int counted) {
        BufferPool.check(counted == frames[frameClass], "(2) resident frames");
        BufferPool.check(counted == policy.blocks(frameClass), "the policy knows the resident frames");
    }
}
