package dev.polder.buffer;

import dev.polder.memory.MemoryBudget;

/// Where a block was seen: a word that whoever holds the block's handle may keep, to find it again without its id.
///
///     63 ────────── version 35–0 ────────── 28 27 ── frame ── 0        [#NONE]: ones and zeros
///
/// It is made from a reference whose id and proof were right. A frame's version goes up whenever a block leaves it, so
/// while the version is the same the frame holds the same block: neither id nor proof need be compared, which is
/// what makes a sight cheaper than a hint of [FrameHints]. Like a hint it is a guess until its frame's state has been
/// loaded, so it may be kept, copied, lost and read by anybody without an order.
///
/// **36 bits** of the version are here, and two of their values no frame ever has, so a holder would have to keep a
/// sight over exactly 2^36 − 2 changes of one frame, or a multiple, to be deceived. The pool changes a frame in 600 ns
/// at best, so it must do nothing else for 11 hours, with blocks that come from memory, and as many times longer as it
/// has frames: with 3,000 of them, which is little, 4 years.
/// **28 bits** of frames are a pool of 1 TiB; of a larger one the frames beyond have no sights. That there is **no
/// sight** needs no question of its own: [#NONE] names a version that no frame ever has.
public final class FrameSight {
    /// No sight.
    public static final long NONE = -1L << 28;

    private static final int FRAME_BITS = 28;
    private static final long FRAMES_MAX = 1L << FRAME_BITS;
    private static final long FRAME_MASK = FRAMES_MAX - 1;

    /// From where a version is in a state to where it is in a sight.
    private static final int SHIFT = FRAME_BITS - FrameDescriptor.VERSION_SHIFT;

    static {
        BufferPool.check(
                Long.SIZE - FRAME_BITS == FrameDescriptor.LOW_VERSION_BITS && frame(NONE) == 0,
                "no version is that of NONE, or 0, in a sight");
        BufferPool.check(MemoryBudget.GRANULE_BYTES == 4096, "a frame of 28 bits is 1 TiB");
    }

    private FrameSight() {}

    /// @param state of the frame while it held the block
    static long of(long frame, long state) {
        if (frame >= FRAMES_MAX) return NONE;
        return ((state << SHIFT) & ~FRAME_MASK) | frame;
    }

    static long frame(long sight) {
        return sight & FRAME_MASK;
    }

    /// Whether the frame of this state still holds what was seen.
    static boolean holds(long sight, long state) {
        return Long.compareUnsigned((state << SHIFT) ^ sight, FRAMES_MAX) < 0;
    }
}
