package dev.polder.buffer;

import java.util.concurrent.atomic.LongAdder;

/// What became of the blocks that were loaded ahead of their use, and how many more may be asked for at once.
///
/// A block loaded ahead is marked in its descriptor until it is used. One that leaves the pool with its mark was
/// loaded in vain. When that happens to more than a quarter of [#ROUND_BLOCKS], the window for read-ahead halves, for
/// all of the engine; after a round with few it doubles again.
///
/// **Always true**, while nobody is at it: loaded = used + wasted + those marked. The mark is ended by one reader, or
/// by whoever takes the block away ([FrameDescriptor#endAhead]), and that one counts it.
///
/// Under the pool's mutex, except [#used] and the getters of metrics.
final class AheadLedger {
    static final int WINDOW_MAX = 64;
    private static final int ROUND_BLOCKS = 64;

    /// Of the frames, one in so many may hold a block that still waits. Policies keep about as many for their readers.
    private static final int WAITING_PART_MAX = 8;

    private static final int WINDOW_FEW = 4;

    private final LongAdder used = new LongAdder();
    private volatile long loaded;
    private volatile long wasted;
    private long wastedBefore;
    private volatile int window = WINDOW_MAX;

    void loaded() {
        long blocks = loaded + 1;
        loaded = blocks;
        if (blocks % ROUND_BLOCKS != 0) return;
        boolean many = wasted - wastedBefore > ROUND_BLOCKS / 4;
        wastedBefore = wasted;
        window = many ? Math.max(1, window / 2) : Math.min(WINDOW_MAX, window * 2);
    }

    /// By the reader who ended the block's wait.
    void used() {
        used.increment();
    }

    void wasted() {
        long blocks = wasted + 1;
        wasted = blocks;
    }

    int window() {
        return window;
    }

    /// The same in a pool of so many frames: blocks that wait for their readers have an eighth of it, and who asks for
    /// few is never refused, since what nobody comes for leaves only when others come.
    int window(int frames) {
        long waiting = Math.max(0, loaded - used.sum() - wasted);
        long room = blocksMax(frames) - waiting;
        return (int) Math.min(window, Math.max(WINDOW_FEW, room));
    }

    static int blocksMax(int frames) {
        return frames / WAITING_PART_MAX;
    }

    long blocks() {
        return loaded;
    }

    long usedBlocks() {
        return used.sum();
    }

    long wastedBlocks() {
        return wasted;
    }
}
