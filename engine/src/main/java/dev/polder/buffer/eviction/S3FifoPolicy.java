package dev.polder.buffer.eviction;

/// S3-FIFO: new blocks pass a small queue; only those used while in it, or remembered from before, reach the main
/// one. (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction", SOSP 2023.)
///
///     new ──▶ small, a tenth ──used──▶ main, a CLOCK ──▶ gone
///      │            └─not used──▶ ghosts, as many as main may have
///      └──── remembered ────────────────▲
///
/// One use is enough to pass: what the paper's author advises for blocks of storage, where one scan touches a
/// block once.
final class S3FifoPolicy implements EvictionPolicy {
    private static final int SMALL = 1, MAIN = 2;
    private static final int SMALL_PART = 10;

    private final Frames frames;
    private final GhostQueues ghosts;
    private final NodeList[] small = new NodeList[Frames.CLASSES];
    private final NodeList[] main = new NodeList[Frames.CLASSES];
    private long admissions;
    private long rejections;

    S3FifoPolicy(Frames frames, GhostTable ghosts) {
        this.frames = frames;
        this.ghosts = new GhostQueues(ghosts);
        for (int c = 0; c < Frames.CLASSES; c++) {
            small[c] = new NodeList(frames::notes);
            main[c] = new NodeList(frames::notes);
        }
    }

    @Override
    public void hit(int frame, int frameClass) {}

    @Override
    public void admitted(int frame, int frameClass, long id) {
        enter(frame, ghosts.returns(id) ? MAIN : SMALL, frameClass);
    }

    @Override
    public void evicted(int frame, int frameClass, long id) {
        boolean wasSmall = frames.list(frame) == SMALL;
        list(frame, frameClass).remove(frame);
        frames.list(frame, 0);
        int blocks = blocks(frameClass);
        if (wasSmall) ghosts.remember(frameClass, id, Math.max(1, blocks - blocks / SMALL_PART));
    }

    /// Blocks that leave the small queue by use do so here, when their turn comes.
    @Override
    public int victim(int frameClass, long id) {
        NodeList queue = small[frameClass];
        int blocks = blocks(frameClass);
        int examined = Math.min(blocks, FRAMES_EXAMINED_MAX);
        for (; examined > 0 && (queue.count() * SMALL_PART >= blocks || main[frameClass].count() == 0); examined--) {
            int frame = queue.last();
            if (frame < 0) break;
            if (!frames.evictable(frame)) {
                queue.moveFirst(frame);
            } else if (frames.takeUses(frame) > 0) {
                admissions++;
                queue.remove(frame);
                enter(frame, MAIN, frameClass);
            } else {
                rejections++;
                return frame;
            }
        }
        int frame = ClockPolicy.turn(frames, main[frameClass]);
        return frame >= 0 ? frame : ClockPolicy.turn(frames, queue);
    }

    @Override
    public boolean wanted(int frame) {
        return frames.uses(frame) > 0;
    }

    private void enter(int frame, int list, int frameClass) {
        frames.list(frame, list);
        list(frame, frameClass).addFirst(frame);
    }

    private NodeList list(int frame, int frameClass) {
        return frames.list(frame) == SMALL ? small[frameClass] : main[frameClass];
    }

    @Override
    public int blocks(int frameClass) {
        return small[frameClass].count() + main[frameClass].count();
    }

    @Override
    public PolicyMetrics metrics() {
        return PolicyMetrics.of(Eviction.S3_FIFO, admissions, rejections, ghosts.returned());
    }
}
