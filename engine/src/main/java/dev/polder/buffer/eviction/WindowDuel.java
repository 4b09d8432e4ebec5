package dev.polder.buffer.eviction;

import java.util.List;

/// Which way of admitting would have had the most hits: five small shadows, each with its own [Arm], see a sample of
/// all uses.
///
/// A block is sampled by its hash, so all its uses are seen or none; the shadows are as much smaller than the pool
/// as the sample is than the whole (Waldspurger, Park, Garthwaite, Ahmad: "Efficient MRC construction with
/// SHARDS", 2015). A pool of up to [#BLOCKS_MAX] blocks is sampled whole.
///
/// Hits of old count less and less: halved after some seven rounds of half a pool's uses. Another arm is chosen
/// only if it would have hit one use in a hundred more, so that noise does not make it wander; and the more, the
/// more often it was changed of late. What an arm holds is not there when it is chosen: who changes with each turn
/// of a scan gets none of what the shadows promise.
///
/// **A promise that is not kept.** A shadow that began empty may be in a state the pool never comes to. If the pool
/// hits clearly less often than the chosen shadow, round after round, what it lacks is taken from what that arm
/// promises, and given back slowly.
final class WindowDuel {
    static final int BLOCKS_MAX = 1024;

    /// Everything passes: plain CLOCK behind the window, for traces on which frequency misleads.
    private static final int NO_CONTEST = -FrequencySketch.FREQUENCY_MAX - 1;

    /// @param percent     of the blocks are in the window
    /// @param margin      by how much more than nothing a block must lead to pass from it
    /// @param knownPassBy whether blocks that were used before they came do not stay in the window, so that it
    ///                    remembers the new ones for longer
    record Arm(int percent, int margin, boolean knownPassBy) {
        boolean contested() {
            return margin != NO_CONTEST;
        }
    }

    /// At a tie the first: where one scan follows another, a large window and none at all promise the same, but
    /// the window keeps the promise only if the follower hits already.
    ///
    /// From the smallest window a block must lead by two: in a loop the candidate has just had its turn and the
    /// block under the hand has not, so it always leads by one (trace `loop` at 512 frames: 50 % hits instead of
    /// 40). The last is 2Q with the sketch for its ghosts (Johnson, Shasha: "2Q", 1994), for blocks used once more
    /// after a while and never again.
    private static final List<Arm> ARMS = List.of(
            new Arm(10, NO_CONTEST, false),
            new Arm(1, 1, false),
            new Arm(10, 0, false),
            new Arm(40, 0, false),
            new Arm(80, NO_CONTEST, true));

    /// The best fixed choice over the published traces, and never the worst.
    private static final int START = 2;

    private static final int SKETCH_BLOCKS = BLOCKS_MAX / 16 * WindowTinyLfuPolicy.SKETCH_BLOCKS_PER_UNIT;
    static final int BYTES = ARMS.size() * BLOCKS_MAX * GhostTable.BYTES + SKETCH_BLOCKS * FrequencySketch.BLOCK_BYTES;

    private static final double KEPT_PER_ROUND = 0.9, GAIN_MIN = 0.01, CHANGES_KEPT_PER_ROUND = 0.95;
    private static final int PATIENCE_ROUNDS = 8;
    private static final double LACK_MIN = 0.05, DOUBT_KEPT_PER_ROUND = 0.995;

    private final FrequencySketch sketch;
    private final ShadowCache[] shadows = new ShadowCache[ARMS.size()];
    private final double[] hits = new double[ARMS.size()];
    private double uses;
    private double recentChanges;
    /// What an arm lately promised in vain, as a part of all uses.
    private final double[] doubts = new double[ARMS.size()];
    private int poolHits;
    private int roundsInVain;
    private int chosen = START;
    private int sampleShift;
    private int capacity = 1;
    private int roundUses;
    private long changes;

    /// @param area [#BYTES], zeroed
    WindowDuel(long area) {
        long at = area;
        sketch = new FrequencySketch(at, SKETCH_BLOCKS);
        at += SKETCH_BLOCKS * FrequencySketch.BLOCK_BYTES;
        for (int i = 0; i < ARMS.size(); i++) {
            shadows[i] = new ShadowCache(new GhostTable(at, BLOCKS_MAX), sketch, ARMS.get(i));
            at += BLOCKS_MAX * GhostTable.BYTES;
        }
    }

    /// How blocks are to be admitted now.
    Arm chosen() {
        return ARMS.get(chosen);
    }

    long changes() {
        return changes;
    }

    boolean samples(long id) {
        return (Hash.of(id) & ((1L << sampleShift) - 1)) == 0;
    }

    /// One use of a sampled block.
    ///
    /// @param resident blocks in the pool now
    /// @param hit      whether it was there
    void use(long id, int resident, boolean hit) {
        fit(resident);
        if (!samples(id)) return;
        if (hit) poolHits++;
        sketch.add(id, 1, WindowTinyLfuPolicy.epochUses(capacity));
        for (ShadowCache shadow : shadows) shadow.use(id, capacity);
        if (++roundUses >= Math.max(1, capacity / 2)) choose();
    }

    /// Another sample rate makes another sample: then the shadows begin anew, and what was chosen stays.
    private void fit(int resident) {
        int shift = 32 - Integer.numberOfLeadingZeros(Math.max(0, resident - 1) / BLOCKS_MAX);
        if (shift != sampleShift) {
            sampleShift = shift;
            sketch.clear();
            for (ShadowCache shadow : shadows) shadow.clear();
            roundUses = 0;
            poolHits = 0;
        }
        capacity = Math.max(1, resident >> shift);
    }

    private void choose() {
        recentChanges *= CHANGES_KEPT_PER_ROUND;
        uses = uses * KEPT_PER_ROUND + roundUses;
        for (int i = 0; i < shadows.length; i++) {
            int taken = shadows[i].takeHits();
            if (i == chosen) compare(taken);
            hits[i] = hits[i] * KEPT_PER_ROUND + taken;
            doubts[i] *= DOUBT_KEPT_PER_ROUND;
        }
        roundUses = 0;
        poolHits = 0;
        int best = chosen;
        for (int i = 0; i < shadows.length; i++) if (worth(i) > worth(best)) best = i;
        if (worth(best) - worth(chosen) > uses * GAIN_MIN * (1 + recentChanges)) {
            chosen = best;
            recentChanges++;
            roundsInVain = 0;
            changes++;
        }
    }

    private double worth(int arm) {
        return hits[arm] - doubts[arm] * uses;
    }

    private void compare(int promised) {
        int lack = promised - poolHits;
        roundsInVain = lack > roundUses * LACK_MIN ? roundsInVain + 1 : 0;
        if (roundsInVain < PATIENCE_ROUNDS) return;
        doubts[chosen] = Math.max(doubts[chosen], (double) lack / roundUses);
        roundsInVain = 0;
    }
}
