package dev.polder.buffer.eviction;

/// LIRS: blocks whose last two uses were close together (LIR) hold 99 of 100 frames; the others (HIR) pass through
/// the rest, and become LIR if used again while their last use is more recent than that of the coldest LIR block.
/// (Jiang, Zhang: "LIRS: an efficient low inter-reference recency set replacement policy", SIGMETRICS 2002.)
///
///     stack, by recency: LIR blocks, HIR blocks, ghosts of HIR blocks; its oldest end is LIR
///     queue: all HIR blocks; its oldest goes
///
/// **Bounded.** Ghosts are at most [#GHOSTS_PER_FRAME] times the blocks, a capped form of the paper's stack; one
/// operation prunes at most [#PRUNED_MAX] nodes and leaves the rest to the next.
final class LirsPolicy implements EvictionPolicy {
    static final int GHOSTS_PER_FRAME = 2;
    static final int PRUNED_MAX = 256;

    private static final int LIR = 1, HIR = 2;
    private static final int HIR_PART = 100;

    private final Frames frames;
    private final GhostTable ghosts;
    private final NodeList[] stack = new NodeList[Frames.CLASSES];
    private final NodeList[] queue = new NodeList[Frames.CLASSES];
    private final int[] lirs = new int[Frames.CLASSES];
    private long ghostHits;

    LirsPolicy(Frames frames, GhostTable ghosts) {
        this.frames = frames;
        this.ghosts = ghosts;
        for (int c = 0; c < Frames.CLASSES; c++) {
            stack[c] = new NodeList(this::notes);
            queue[c] = new NodeList(frames::notes, NodeList.SECOND_LINKS);
        }
    }

    /// Frames and ghosts share the stack: nodes from the number of frames on are ghosts.
    private long notes(int node) {
        return node < frames.count() ? frames.notes(node) : ghosts.notes(node - frames.count());
    }

    @Override
    public void hit(int frame, int frameClass) {
        boolean inStack = inStack(frame);
        if (inStack) stack[frameClass].moveFirst(frame);
        else push(frame, frameClass);
        if (frames.list(frame) == HIR) {
            queue[frameClass].remove(frame);
            if (inStack) becomeLir(frame, frameClass);
            else queue[frameClass].addFirst(frame);
        }
        prune(frameClass);
    }

    @Override
    public void admitted(int frame, int frameClass, long id) {
        int ghost = ghosts.find(id);
        if (ghost >= 0) {
            ghostHits++;
            forget(ghost);
        }
        push(frame, frameClass);
        if (ghost >= 0 || lirs[frameClass] < lirsMax(frameClass, 1)) {
            becomeLir(frame, frameClass);
        } else {
            frames.list(frame, HIR);
            queue[frameClass].addFirst(frame);
        }
        prune(frameClass);
    }

    /// A HIR block leaves a ghost at its place in the stack.
    @Override
    public void evicted(int frame, int frameClass, long id) {
        boolean leavesGhost = frames.list(frame) == HIR && inStack(frame) && ghosts.find(id) < 0;
        if (frames.list(frame) == HIR) queue[frameClass].remove(frame);
        else lirs[frameClass]--;
        frames.list(frame, 0);
        if (leavesGhost) {
            int ghostsMax = GHOSTS_PER_FRAME * (lirs[frameClass] + queue[frameClass].count());
            if (ghosts.full() || ghosts.count() >= ghostsMax) forget(ghosts.turn());
            int ghost = ghosts.add(id);
            ghosts.list(ghost, frameClass);
            stack[frameClass].replace(frame, ghost + frames.count());
            frames.counter(frame, 0);
        } else if (inStack(frame)) {
            stack[frameClass].remove(frame);
            frames.counter(frame, 0);
        }
        prune(frameClass);
    }

    @Override
    public int victim(int frameClass, long id) {
        for (int demoted = 0; queue[frameClass].count() == 0 && demoted < PRUNED_MAX; demoted++) demote(frameClass);
        int frame = LruPolicy.oldest(frames, queue[frameClass]);
        for (int demoted = 0; frame < 0 && lirs[frameClass] > 0 && demoted < 8; demoted++) {
            demote(frameClass);
            frame = LruPolicy.oldest(frames, queue[frameClass]);
        }
        return frame;
    }

    @Override
    public boolean wanted(int frame) {
        return frames.list(frame) == LIR;
    }

    private void becomeLir(int frame, int frameClass) {
        frames.list(frame, LIR);
        lirs[frameClass]++;
        if (lirs[frameClass] > lirsMax(frameClass, 0)) demote(frameClass);
    }

    /// The coldest LIR block becomes the youngest HIR block, if it is at the end of the stack, as it nearly always
    /// is.
    private void demote(int frameClass) {
        prune(frameClass);
        int node = stack[frameClass].last();
        if (!isLir(node)) return;
        stack[frameClass].remove(node);
        frames.counter(node, 0);
        frames.list(node, HIR);
        lirs[frameClass]--;
        queue[frameClass].addFirst(node);
        prune(frameClass);
    }

    /// Takes what is not LIR off the old end of the stack.
    private void prune(int frameClass) {
        NodeList nodes = stack[frameClass];
        for (int pruned = 0; pruned < PRUNED_MAX; pruned++) {
            int node = nodes.last();
            if (node < 0 || isLir(node)) return;
            if (node < frames.count()) {
                nodes.remove(node);
                frames.counter(node, 0);
            } else {
                forget(node - frames.count());
            }
        }
    }

    private boolean isLir(int node) {
        return node >= 0 && node < frames.count() && frames.list(node) == LIR;
    }

    private int lirsMax(int frameClass, int coming) {
        int blocks = lirs[frameClass] + queue[frameClass].count() + coming;
        return Math.max(1, blocks - Math.max(1, blocks / HIR_PART));
    }

    private boolean inStack(int frame) {
        return frames.counter(frame) != 0;
    }

    private void push(int frame, int frameClass) {
        stack[frameClass].addFirst(frame);
        frames.counter(frame, 1);
    }

    private void forget(int ghost) {
        stack[ghosts.list(ghost)].remove(ghost + frames.count());
        ghosts.remove(ghost);
    }

    @Override
    public int blocks(int frameClass) {
        return lirs[frameClass] + queue[frameClass].count();
    }

    @Override
    public PolicyMetrics metrics() {
        return PolicyMetrics.of(Eviction.LIRS, 0, 0, ghostHits);
    }
}
