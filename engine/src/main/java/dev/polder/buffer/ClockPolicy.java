package dev.polder.buffer;

import dev.polder.memory.Memory;

/// CLOCK: a hand goes round the frames of a class; one used since the last visit is spared once.
///
/// The units of a class form a ring, linked through the descriptors of their first granules. The hand takes
/// away the mark of what was used, and proposes what has none. A newly loaded block starts unmarked, just
/// behind the hand.
///
/// **Bounded.** A search looks at no more than [#FRAMES_EXAMINED_MAX] frames, under the pool's mutex. If all
/// of them were used it gives up the first one that nobody pins: when nearly everything is used the mark says
/// little anyway.
final class ClockPolicy implements EvictionPolicy {
    /// A cold descriptor costs about 0.1 µs, so a search holds the mutex for 13 µs at most.
    static final int FRAMES_EXAMINED_MAX = 128;
    /// Units compared before one is given up whole.
    static final int UNITS_EXAMINED_MAX = 8;

    private static final int NEXT_UNIT = FrameDescriptor.POLICY, PREVIOUS_UNIT = FrameDescriptor.POLICY + 4;
    private static final int GRANULES_PER_UNIT = 16;

    private final long descriptors;
    /// By class: units in the ring, the unit under the hand, the frame under the hand (counted within its
    /// unit).
    private final int[] units = new int[FrameClass.COUNT];
    private final int[] handUnit = new int[FrameClass.COUNT];
    private final int[] handFrame = new int[FrameClass.COUNT];

    /// @param descriptors address of the descriptor of granule 0
    ClockPolicy(long descriptors) {
        this.descriptors = descriptors;
    }

    @Override
    public void touched(int frame) {}

    @Override
    public void admitted(int frame) {}

    @Override
    public void unitAdded(int unit, int frameClass) {
        if (units[frameClass]++ == 0) {
            join(unit, unit);
            handUnit[frameClass] = unit;
            handFrame[frameClass] = 0;
            return;
        }
        int hand = handUnit[frameClass];
        int before = previous(hand);
        join(before, unit);
        join(unit, hand);
    }

    @Override
    public void unitRemoved(int unit, int frameClass) {
        units[frameClass]--;
        int next = next(unit);
        join(previous(unit), next);
        if (handUnit[frameClass] == unit) {
            handUnit[frameClass] = next;
            handFrame[frameClass] = 0;
        }
    }

    @Override
    public int victim(int frameClass) {
        if (units[frameClass] == 0) return -1;
        int frames = units[frameClass] * FrameClass.framesPerUnit(frameClass);
        int spared = -1;
        for (int examined = Math.min(2 * frames, FRAMES_EXAMINED_MAX); examined > 0; examined--) {
            int frame = turnHand(frameClass);
            long descriptor = descriptor(frame);
            if (!evictable(Memory.getLongAcquire(descriptor))) continue;
            if (!FrameDescriptor.touched(descriptor)) return frame;
            FrameDescriptor.touched(descriptor, false);
            if (spared < 0) spared = frame;
        }
        return spared;
    }

    /// Of the next few units the one with the fewest referenced blocks. The hand passes over those that were
    /// looked at.
    @Override
    public int victimUnit(int frameClass) {
        int best = -1;
        int bestReferenced = Integer.MAX_VALUE;
        for (int examined = Math.min(units[frameClass], UNITS_EXAMINED_MAX); examined > 0; examined--) {
            int unit = handUnit[frameClass];
            handUnit[frameClass] = next(unit);
            handFrame[frameClass] = 0;
            int referenced = referencedOrBusy(unit, frameClass);
            if (referenced < bestReferenced) {
                bestReferenced = referenced;
                best = unit;
            }
        }
        return best;
    }

    /// How many blocks of the unit were used of late; `MAX_VALUE` if one is pinned or being loaded.
    private int referencedOrBusy(int unit, int frameClass) {
        int referenced = 0;
        for (int granule = 0; granule < GRANULES_PER_UNIT; granule += FrameClass.granules(frameClass)) {
            long descriptor = descriptor(unit * GRANULES_PER_UNIT + granule);
            long state = Memory.getLongAcquire(descriptor);
            if (FrameDescriptor.phase(state) == FrameDescriptor.FREE) continue;
            if (!evictable(state)) return Integer.MAX_VALUE;
            if (FrameDescriptor.touched(descriptor)) referenced++;
        }
        return referenced;
    }

    private int turnHand(int frameClass) {
        int unit = handUnit[frameClass];
        int frame = handFrame[frameClass];
        if (frame + 1 == FrameClass.framesPerUnit(frameClass)) {
            handUnit[frameClass] = next(unit);
            handFrame[frameClass] = 0;
        } else {
            handFrame[frameClass] = frame + 1;
        }
        return unit * GRANULES_PER_UNIT + frame * FrameClass.granules(frameClass);
    }

    private static boolean evictable(long state) {
        return FrameDescriptor.phase(state) == FrameDescriptor.RESIDENT && FrameDescriptor.pins(state) == 0;
    }

    private int next(int unit) {
        return Memory.getInt(descriptor(unit * GRANULES_PER_UNIT) + NEXT_UNIT);
    }

    private int previous(int unit) {
        return Memory.getInt(descriptor(unit * GRANULES_PER_UNIT) + PREVIOUS_UNIT);
    }

    private void join(int unit, int next) {
        Memory.putInt(descriptor(unit * GRANULES_PER_UNIT) + NEXT_UNIT, next);
        Memory.putInt(descriptor(next * GRANULES_PER_UNIT) + PREVIOUS_UNIT, unit);
    }

    private long descriptor(int frame) {
        return descriptors + (long) frame * FrameDescriptor.BYTES;
    }
}
