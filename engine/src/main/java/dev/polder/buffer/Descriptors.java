package dev.polder.buffer;

import dev.polder.buffer.eviction.Frames;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;

/// Where the descriptors lie, one per granule: a frame's is that of its first granule, and so is a unit's.
///
/// What is said here of a phase is certain only under the pool's mutex, and its setter is only for frames that are
/// not RESIDENT: nobody else changes those.
final class Descriptors {
    static final int GRANULES_PER_UNIT = MemoryBudget.UNIT_BYTES / MemoryBudget.GRANULE_BYTES;

    private final long base;

    Descriptors(long base) {
        this.base = base;
    }

    long of(int frame) {
        return base + (long) frame * Frames.DESCRIPTOR_BYTES;
    }

    int phase(int frame) {
        return FrameDescriptor.phase(Memory.getLong(of(frame)));
    }

    void phase(int frame, int phase) {
        long descriptor = of(frame);
        Memory.putLongRelease(descriptor, FrameDescriptor.inPhase(Memory.getLong(descriptor), phase));
    }

    /// Makes a granule the first of a FREE frame. Under the mutex.
    void first(int frame) {
        long descriptor = of(frame);
        long state = Memory.getLong(descriptor);
        Memory.putLongRelease(
                descriptor,
                FrameDescriptor.hasVersionZero(state)
                        ? FrameDescriptor.nextVersion(state, FrameDescriptor.FREE)
                        : FrameDescriptor.inPhase(state, FrameDescriptor.FREE));
    }

    /// Whether the frame holds a block that nobody pins.
    boolean evictable(int frame) {
        long state = Memory.getLongAcquire(of(frame));
        return FrameDescriptor.phase(state) == FrameDescriptor.RESIDENT && FrameDescriptor.pins(state) == 0;
    }

    /// The class of a frame.
    int classOf(int frame) {
        return unitClass(frame / GRANULES_PER_UNIT);
    }

    /// The class of the frame whose descriptor this is.
    int classOf(long descriptor) {
        return classOf((int) ((descriptor - base) / Frames.DESCRIPTOR_BYTES));
    }

    /// The class a unit is carved into, or -1.
    int unitClass(int unit) {
        return FrameDescriptor.unitClass(of(unit * GRANULES_PER_UNIT));
    }

    /// @param frameClass a class, or -1 when the unit leaves its class
    void unitClass(int unit, int frameClass) {
        FrameDescriptor.unitClass(of(unit * GRANULES_PER_UNIT), frameClass);
    }
}
