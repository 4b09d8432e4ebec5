package dev.polder.buffer;

import dev.polder.memory.MemoryBudget;

/// Where a block was seen: a word that whoever holds the block's handle may keep, to find it again without its id.
///
///     63 ── frame 27–20 ── 56 55 ────── not (version 35–0) ────── 20 19 ── frame 19–0 ── 0        0: [#NONE]
///
/// It is made from a reference whose id and proof were right. A frame's version goes up whenever a block leaves it, so
/// while the version is the same the frame holds the same block: neither id nor proof need be compared, which is
/// what makes a sight cheaper than a hint of [FrameHints]. Like a hint it is a guess until its frame's state has been
/// loaded, so it may be kept, copied, lost and read by anybody without an order.
///
/// **36 bits** of the version are here, so a holder would have to keep a sight over exactly 2^36 changes of one frame
/// to be deceived. The pool changes a frame in 600 ns at best, so it must do nothing else for 11 hours, with blocks
/// that come from memory, and as many times longer as it has frames: with 3,000 of them, which is little, 4 years.
/// **28 bits** of frames are a pool of 1 TiB; of a larger one the frames beyond have no sights.
public final class FrameSight {
    /// No sight. Versions stand inverted in a sight, so that frame 0 has sights from its first version on.
    public static final long NONE = 0;

    private static final int FRAMES_MAX = 1 << 28;
    private static final long FRAME_MASK = FRAMES_MAX - 1;
    private static final int LOW_BITS = 20, HIGH_SHIFT = 56, TURN = 8;
    private static final long VERSION_MASK = (1L << HIGH_SHIFT) - FrameDescriptor.VERSION;

    static {
        BufferPool.check(FrameDescriptor.VERSION == 1L << LOW_BITS, "the version begins where the low bits end");
        BufferPool.check(MemoryBudget.GRANULE_BYTES == 4096, "a frame of 28 bits is 1 TiB");
    }

    private FrameSight() {}

    /// @param state of the frame while it held the block
    static long of(long frame, long state) {
        if (frame >= FRAMES_MAX) return NONE;
        return (~state & VERSION_MASK) | (turned(frame) & ~VERSION_MASK);
    }

    private static long turned(long frame) {
        return Long.rotateRight(frame, TURN);
    }

    static long frame(long sight) {
        return Long.rotateLeft(sight, TURN) & FRAME_MASK;
    }

    /// Whether the frame of this state still holds what was seen.
    static boolean holds(long sight, long state) {
        return ((sight ^ state) | ~VERSION_MASK) == -1;
    }
}
