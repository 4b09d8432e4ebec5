package dev.polder.buffer.eviction;

/// LRU: the block not used for the longest time goes. Hits are recorded; a pinned block counts as just used.
final class LruPolicy implements EvictionPolicy {
    private final Frames frames;
    private final NodeList[] recent = new NodeList[Frames.CLASSES];

    LruPolicy(Frames frames) {
        this.frames = frames;
        for (int c = 0; c < Frames.CLASSES; c++) recent[c] = new NodeList(frames::notes);
    }

    @Override
    public void hit(int frame, int frameClass) {
        recent[frameClass].moveFirst(frame);
    }

    @Override
    public void admitted(int frame, int frameClass, long id) {
        recent[frameClass].addFirst(frame);
    }

    @Override
    public void evicted(int frame, int frameClass, long id) {
        recent[frameClass].remove(frame);
    }

    @Override
    public int victim(int frameClass, long id) {
        return oldest(frames, recent[frameClass]);
    }

    /// The oldest frame of a list that nobody pins. Those that are pinned, and stand in the way, become the
    /// youngest.
    static int oldest(Frames frames, NodeList list) {
        for (int examined = Math.min(list.count(), FRAMES_EXAMINED_MAX); examined > 0; examined--) {
            int frame = list.last();
            if (frames.evictable(frame)) return frame;
            list.moveFirst(frame);
        }
        return -1;
    }

    /// Without an opinion: units are given up in turn.
    @Override
    public boolean wanted(int frame) {
        return false;
    }

    @Override
    public int blocks(int frameClass) {
        return recent[frameClass].count();
    }

    @Override
    public PolicyMetrics metrics() {
        return PolicyMetrics.of(Eviction.LRU);
    }
}
