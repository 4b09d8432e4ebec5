package dev.polder.buffer.eviction;

/// Which window would have had the most hits: four small shadows, each with another, see a sample of all uses.
///
/// A block is sampled by its hash, so all its uses are seen or none; the shadows are as much smaller than the pool
/// as the sample is than the whole (Waldspurger, Park, Garthwaite, Ahmad: "Efficient MRC construction with
/// SHARDS", 2015). A pool of up to [#BLOCKS_MAX] blocks is sampled whole.
///
/// Hits of old count less and less: halved after some seven rounds of half a pool's uses. Another window is chosen
/// only if it would have hit one use in a hundred more, so that noise does not make it wander.
final class WindowDuel {
    static final int BLOCKS_MAX = 1024;

    /// Windows, in percent.
    private static final int[] PERCENTS = {1, 10, 40, 10};

    /// Everything passes: plain CLOCK behind the window, for traces on which frequency misleads.
    private static final int NO_CONTEST = -FrequencySketch.FREQUENCY_MAX - 1;

    /// By how much more than nothing a block must lead to pass from each window. From the smallest by two: in a
    /// loop the candidate has just had its turn and the block under the hand has not, so it always leads by one
    /// (trace `loop` at 512 frames: 50 % hits instead of 40).
    private static final int[] MARGINS = {1, 0, 0, NO_CONTEST};

    /// The best fixed choice over the published traces, and never the worst.
    private static final int START = 1;

    private static final int SKETCH_BLOCKS = BLOCKS_MAX / 8;
    static final int BYTES =
            PERCENTS.length * BLOCKS_MAX * GhostTable.BYTES + SKETCH_BLOCKS * FrequencySketch.BLOCK_BYTES;

    private static final double KEPT_PER_ROUND = 0.9, GAIN_MIN = 0.01;

    private final FrequencySketch sketch;
    private final ShadowCache[] shadows = new ShadowCache[PERCENTS.length];
    private final double[] hits = new double[PERCENTS.length];
    private double uses;
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
        for (int i = 0; i < PERCENTS.length; i++) {
            shadows[i] = new ShadowCache(new GhostTable(at, BLOCKS_MAX), sketch, PERCENTS[i], MARGINS[i]);
            at += BLOCKS_MAX * GhostTable.BYTES;
        }
    }

    int percent() {
        return PERCENTS[chosen];
    }

    int margin() {
        return MARGINS[chosen];
    }

    /// Whether blocks that leave the window must be the more frequent ones to stay.
    boolean contested() {
        return MARGINS[chosen] != NO_CONTEST;
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
    void use(long id, int resident) {
        fit(resident);
        if (!samples(id)) return;
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
        }
        capacity = Math.max(1, resident >> shift);
    }

    private void choose() {
        uses = uses * KEPT_PER_ROUND + roundUses;
        roundUses = 0;
        int best = chosen;
        for (int i = 0; i < shadows.length; i++) {
            hits[i] = hits[i] * KEPT_PER_ROUND + shadows[i].takeHits();
            if (hits[i] > hits[best]) best = i;
        }
        if (hits[best] - hits[chosen] > uses * GAIN_MIN) {
            chosen = best;
            changes++;
        }
    }
}
