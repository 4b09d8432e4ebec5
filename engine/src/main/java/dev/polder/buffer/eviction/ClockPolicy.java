package dev.polder.buffer.eviction;

/// CLOCK with counters of two bits: a hand goes round the frames of a class and takes one use away from each; one
/// that has none left goes. (Corbató, "A Paging Experiment with the Multics System", 1968; with counters: Smith,
/// 1978.)
///
/// The round is a list whose oldest end lies under the hand, so a new block is visited last.
///
/// **Bounded.** If all frames that a search looks at were used, the least used of them goes: when nearly
/// everything is used, the count says little anyway.
final class ClockPolicy implements EvictionPolicy {
    static final int USES_MAX = 3;

    private final Frames frames;
    private final NodeList[] rounds = new NodeList[Frames.CLASSES];

    ClockPolicy(Frames frames) {
        this.frames = frames;
        for (int c = 0; c < Frames.CLASSES; c++) rounds[c] = new NodeList(frames::notes);
    }

    @Override
    public void hit(int frame, int frameClass) {}

    @Override
    public void admitted(int frame, int frameClass, long id) {
        rounds[frameClass].addFirst(frame);
    }

    @Override
    public void evicted(int frame, int frameClass, long id) {
        rounds[frameClass].remove(frame);
    }

    @Override
    public int victim(int frameClass, long id) {
        return turn(frames, rounds[frameClass]);
    }

    /// Turns the hand until it comes to a frame that nobody used or pins; -1 if there is none with bounded effort.
    static int turn(Frames frames, NodeList round) {
        int spared = -1;
        int sparedUses = USES_MAX + 1;
        int examined = Math.min((USES_MAX + 1) * round.count(), FRAMES_EXAMINED_MAX);
        for (; examined > 0; examined--) {
            int frame = round.last();
            if (frames.evictable(frame)) {
                int uses = frames.uses(frame);
                if (uses == 0) return frame;
                frames.uses(frame, uses - 1);
                if (uses < sparedUses) {
                    spared = frame;
                    sparedUses = uses;
                }
            }
            round.moveFirst(frame);
        }
        return spared;
    }

    @Override
    public boolean wanted(int frame) {
        return frames.uses(frame) > 0;
    }

    @Override
    public int blocks(int frameClass) {
        return rounds[frameClass].count();
    }

    @Override
    public PolicyMetrics metrics() {
        return PolicyMetrics.of(Eviction.CLOCK);
    }
}
