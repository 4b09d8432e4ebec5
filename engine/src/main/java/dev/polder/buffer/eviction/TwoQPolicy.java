package dev.polder.buffer.eviction;

/// 2Q: new blocks queue up in a quarter of the frames; only those asked for again after they left it are kept by
/// recency. (Johnson, Shasha: "2Q: a low overhead high performance buffer management replacement algorithm", VLDB
/// 1994; the full version, with its proposed quarter and half.)
final class TwoQPolicy implements EvictionPolicy {
    private static final int IN = 1, RECENT = 2;

    private final Frames frames;
    private final GhostQueues ghosts;
    private final NodeList[] in = new NodeList[Frames.CLASSES];
    private final NodeList[] recent = new NodeList[Frames.CLASSES];

    TwoQPolicy(Frames frames, GhostTable ghosts) {
        this.frames = frames;
        this.ghosts = new GhostQueues(ghosts);
        for (int c = 0; c < Frames.CLASSES; c++) {
            in[c] = new NodeList(frames::notes);
            recent[c] = new NodeList(frames::notes);
        }
    }

    @Override
    public void hit(int frame, int frameClass) {
        if (frames.list(frame) == RECENT) recent[frameClass].moveFirst(frame);
    }

    @Override
    public void admitted(int frame, int frameClass, long id) {
        frames.list(frame, ghosts.returns(id) ? RECENT : IN);
        list(frame, frameClass).addFirst(frame);
    }

    @Override
    public void evicted(int frame, int frameClass, long id) {
        boolean remember = frames.list(frame) == IN;
        list(frame, frameClass).remove(frame);
        frames.list(frame, 0);
        if (remember) ghosts.remember(frameClass, id, Math.max(1, blocks(frameClass) / 2));
    }

    @Override
    public int victim(int frameClass, long id) {
        boolean fromIn = in[frameClass].count() > Math.max(1, blocks(frameClass) / 4);
        int frame = LruPolicy.oldest(frames, fromIn ? in[frameClass] : recent[frameClass]);
        return frame >= 0 ? frame : LruPolicy.oldest(frames, fromIn ? recent[frameClass] : in[frameClass]);
    }

    @Override
    public boolean wanted(int frame) {
        return frames.list(frame) == RECENT;
    }

    @Override
    public int blocks(int frameClass) {
        return in[frameClass].count() + recent[frameClass].count();
    }

    private NodeList list(int frame, int frameClass) {
        return frames.list(frame) == IN ? in[frameClass] : recent[frameClass];
    }

    @Override
    public PolicyMetrics metrics() {
        return PolicyMetrics.of(Eviction.TWO_Q, 0, 0, ghosts.returned());
    }
}
