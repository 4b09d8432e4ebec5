package dev.polder.buffer.eviction;

import dev.polder.memory.PolicyArea;

/// The default: windowed TinyLFU on CLOCK. New blocks pass a FIFO window; one that leaves it stays only if it was
/// used more often than the block under the hand of the main part, a CLOCK.
///
///     new ──▶ window, FIFO ──more frequent──▶ main, CLOCK ──▶ gone
///                  └─── not: gone at once          ▲ its hand proposes whom to compare with
///
/// **Blocks read ahead** come to the window's end before their reader if it reads further ahead than a small window
/// is long. While the oldest one waits for its reader, main gives a frame instead, and the window grows; what it has
/// grown by leaves by the hand of main afterwards, so a scan still passes without driving out what is used.
///
/// Einziger, Friedman, Manes: "TinyLFU" (2017), with CLOCK in place of their lists, so that a hit takes no lock:
/// it raises the frame's count of uses, and the policy adds that to the sketch when it comes by. No fixed window
/// is right everywhere (1 % is best for loops and the worst choice for recency), so [WindowDuel] chooses it.
final class WindowTinyLfuPolicy implements EvictionPolicy {
    /// Counters halve after so many uses per block of the pool.
    private static final int EPOCH_USES_PER_BLOCK = 10, EPOCH_BLOCKS_MIN = 16;

    static final int SKETCH_BLOCKS_PER_UNIT = 4;
    static final PolicyArea AREA =
            new PolicyArea(SKETCH_BLOCKS_PER_UNIT * FrequencySketch.BLOCK_BYTES, WindowDuel.BYTES);

    private static final int WINDOW = 1, MAIN = 2;
    private static final int FRAMES_PER_UNIT = 16;
    /// Blocks that go from the window to main without a contest, at most, when the window has become smaller.
    private static final int FREE_MOVES = 2;
    /// The oldest block is waited for so many evictions; then nobody comes for it.
    private static final int PATIENCE = 100;
    /// And for all such blocks the window grows by this part of the frames at most.
    private static final int GROWN_PART_MAX = 8;

    private final Frames frames;
    private final FrequencySketch sketch;
    private final WindowDuel duel;
    private final NodeList[] window = new NodeList[Frames.CLASSES];
    private final NodeList[] main = new NodeList[Frames.CLASSES];
    /// What the windows have grown by for blocks that are waited for.
    private final int[] grown = new int[Frames.CLASSES];
    private int resident;
    private long admissions;
    private long rejections;

    WindowTinyLfuPolicy(Frames frames, long area) {
        this.frames = frames;
        int blocks = frames.count() / FRAMES_PER_UNIT * SKETCH_BLOCKS_PER_UNIT;
        sketch = new FrequencySketch(area, blocks);
        duel = new WindowDuel(area + (long) blocks * FrequencySketch.BLOCK_BYTES);
        for (int c = 0; c < Frames.CLASSES; c++) {
            window[c] = new NodeList(frames::notes);
            main[c] = new NodeList(frames::notes);
        }
    }

    static int windowMax(int blocks, int percent) {
        return Math.max(1, (int) ((long) blocks * percent / 100));
    }

    static long epochUses(int blocks) {
        return (long) EPOCH_USES_PER_BLOCK * Math.max(EPOCH_BLOCKS_MIN, blocks);
    }

    /// Only sampled blocks are recorded, and only until their count is full: a block used so often is in every
    /// shadow.
    @Override
    public void hit(int frame, int frameClass) {
        duel.use(frames.id(frame), resident, true);
    }

    @Override
    public void admitted(int frame, int frameClass, long id) {
        resident++;
        sketch.add(id, 1, epochUses(resident));
        boolean sampled = duel.samples(id);
        frames.record(frame, sampled);
        if (sampled) duel.use(id, resident, false);
        frames.list(frame, WINDOW);
        frames.counter(frame, 0);
        if (duel.chosen().knownPassBy() && sketch.frequency(id) > 1) window[frameClass].addLast(frame);
        else window[frameClass].addFirst(frame);
        shrink(window[frameClass], frameClass);
    }

    @Override
    public void inherited(long id, long former, int uses) {
        sketch.raise(id, Math.min(FrequencySketch.FREQUENCY_MAX, sketch.frequency(former) + uses));
    }

    /// A window that is too large gives blocks to main: one that has grown, to the place under the hand; one that is
    /// to be smaller, to the other end.
    private void shrink(NodeList recent, int frameClass) {
        for (int moves = 0; moves < FREE_MOVES && recent.count() > windowMax(frameClass); moves++) {
            int oldest = recent.last();
            if (grown[frameClass] == 0) {
                moveToMain(oldest, frameClass);
            } else if (frames.ahead(oldest) && frames.counter(oldest) < PATIENCE) {
                return;
            } else {
                recent.remove(oldest);
                frames.list(oldest, MAIN);
                frames.counter(oldest, 0);
                main[frameClass].addLast(oldest);
                grown[frameClass]--;
            }
        }
        if (recent.count() <= windowMax(frameClass)) grown[frameClass] = 0;
    }

    /// Whether the oldest block of the window is to be let alone for the sake of who reads ahead.
    private boolean isWaitedFor(int frame, int frameClass) {
        if (!frames.ahead(frame) || main[frameClass].count() == 0) return false;
        if (grown[frameClass] >= blocks(frameClass) / GROWN_PART_MAX) return false;
        int passed = frames.counter(frame);
        if (passed >= PATIENCE) return false;
        frames.counter(frame, passed + 1);
        grown[frameClass]++;
        return true;
    }

    @Override
    public void evicted(int frame, int frameClass, long id) {
        resident--;
        count(frame, id);
        (frames.list(frame) == WINDOW ? window : main)[frameClass].remove(frame);
        frames.list(frame, 0);
    }

    @Override
    public int victim(int frameClass, long id) {
        NodeList recent = window[frameClass];
        if (recent.count() >= windowMax(frameClass) || main[frameClass].count() == 0) {
            int candidate = LruPolicy.oldest(frames, recent);
            if (candidate >= 0 && !isWaitedFor(candidate, frameClass)) return contest(candidate, frameClass);
        }
        int frame = underHand(frameClass);
        return frame >= 0 ? frame : LruPolicy.oldest(frames, recent);
    }

    private int contest(int candidate, int frameClass) {
        int victim = underHand(frameClass);
        if (victim < 0) return candidate;
        if (frequency(candidate) <= frequency(victim) + duel.chosen().margin()) {
            rejections++;
            return candidate;
        }
        admissions++;
        moveToMain(candidate, frameClass);
        return victim;
    }

    /// The frame of main under the hand, that was not used since it came by, or the least used of those it looked
    /// at.
    private int underHand(int frameClass) {
        NodeList round = main[frameClass];
        int spared = -1;
        int sparedUses = Integer.MAX_VALUE;
        int examined = Math.min((ClockPolicy.USES_MAX + 1) * round.count(), FRAMES_EXAMINED_MAX);
        for (; examined > 0; examined--) {
            int frame = round.last();
            if (frames.evictable(frame) && !isPassedOver(frame)) {
                int uses = Math.min(ClockPolicy.USES_MAX, frames.counter(frame) + count(frame, frames.id(frame)));
                if (uses <= 0) return frame;
                frames.counter(frame, uses - 1);
                if (uses < sparedUses) {
                    spared = frame;
                    sparedUses = uses;
                }
            }
            round.moveFirst(frame);
        }
        return spared;
    }

    /// A block that is waited for, and came to main when the window became smaller. It counts below zero how often
    /// the hand has passed it, so that it is no better than others once it was read.
    private boolean isPassedOver(int frame) {
        int counter = frames.counter(frame);
        if (!frames.ahead(frame) || counter <= -PATIENCE) return false;
        frames.counter(frame, counter - 1);
        return true;
    }

    /// Adds the frame's uses to the sketch; returns how many they were.
    private int count(int frame, long id) {
        int uses = frames.takeUses(frame);
        if (uses > 0) sketch.add(id, uses, epochUses(resident));
        return uses;
    }

    private int frequency(int frame) {
        long id = frames.id(frame);
        count(frame, id);
        return sketch.frequency(id);
    }

    private int windowMax(int frameClass) {
        return windowMax(blocks(frameClass), duel.chosen().percent());
    }

    private void moveToMain(int frame, int frameClass) {
        window[frameClass].remove(frame);
        frames.list(frame, MAIN);
        frames.counter(frame, 0);
        main[frameClass].addFirst(frame);
    }

    @Override
    public boolean wanted(int frame) {
        return frames.uses(frame) > 0 || frames.counter(frame) > 0;
    }

    /// Its coming counted once.
    @Override
    public boolean used(int frame) {
        return wanted(frame) || sketch.frequency(frames.id(frame)) > 1;
    }

    @Override
    public int blocks(int frameClass) {
        return window[frameClass].count() + main[frameClass].count();
    }

    @Override
    public PolicyMetrics metrics() {
        return new PolicyMetrics(
                Eviction.WINDOW_TINY_LFU,
                admissions,
                rejections,
                0,
                duel.chosen().percent(),
                duel.chosen().contested(),
                duel.changes());
    }
}
