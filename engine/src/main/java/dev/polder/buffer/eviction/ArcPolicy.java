package dev.polder.buffer.eviction;

/// ARC: blocks used once and blocks used again are two LRU lists; ghosts of both tell which should have been
/// longer. (Megiddo, Modha: "ARC: a self-tuning, low overhead replacement cache", FAST 2003, whose names these
/// are.)
///
///     T1 once ──used──▶ T2 again          B1, B2: ghosts of T1 and T2; all four hold at most twice the blocks
///
/// The target of T1 is moved when a ghost is asked for, before a victim is chosen for it.
final class ArcPolicy implements EvictionPolicy {
    private static final int T1 = 1, T2 = 2, B2_MARK = 4;

    private final Frames frames;
    private final GhostTable ghosts;
    private final NodeList[] t1 = new NodeList[Frames.CLASSES];
    private final NodeList[] t2 = new NodeList[Frames.CLASSES];
    private final NodeList[] b1 = new NodeList[Frames.CLASSES];
    private final NodeList[] b2 = new NodeList[Frames.CLASSES];
    private final int[] target = new int[Frames.CLASSES];
    /// The ghost the target was last moved for, so that it is moved once per miss.
    private long movedFor;
    /// T1 alone fills the cache and B1 is empty: its oldest goes without a ghost.
    private int unremembered = -1;
    private long ghostHits;

    ArcPolicy(Frames frames, GhostTable ghosts) {
        this.frames = frames;
        this.ghosts = ghosts;
        for (int c = 0; c < Frames.CLASSES; c++) {
            t1[c] = new NodeList(frames::notes);
            t2[c] = new NodeList(frames::notes);
            b1[c] = new NodeList(ghosts);
            b2[c] = new NodeList(ghosts);
        }
    }

    @Override
    public void hit(int frame, int frameClass) {
        list(frame, frameClass).remove(frame);
        frames.list(frame, T2);
        t2[frameClass].addFirst(frame);
    }

    @Override
    public void admitted(int frame, int frameClass, long id) {
        int ghost = ghosts.find(id);
        if (ghost >= 0) {
            ghostHits++;
            if (movedFor != id) moveTarget(ghost, frameClass);
            forget(ghost);
        }
        movedFor = 0;
        frames.list(frame, ghost >= 0 ? T2 : T1);
        list(frame, frameClass).addFirst(frame);
    }

    @Override
    public void evicted(int frame, int frameClass, long id) {
        boolean once = frames.list(frame) == T1;
        list(frame, frameClass).remove(frame);
        frames.list(frame, 0);
        boolean remember = frame != unremembered;
        unremembered = -1;
        if (remember && ghosts.find(id) < 0 && roomForGhost(frameClass)) {
            int ghost = ghosts.add(id);
            ghosts.list(ghost, once ? frameClass : frameClass | B2_MARK);
            (once ? b1 : b2)[frameClass].addFirst(ghost);
        }
    }

    @Override
    public int victim(int frameClass, long id) {
        int ghost = ghosts.find(id);
        boolean secondGhost = ghost >= 0 && (ghosts.list(ghost) & B2_MARK) != 0;
        int blocks = blocks(frameClass);
        unremembered = -1;
        if (ghost >= 0) {
            if (movedFor != id) moveTarget(ghost, frameClass);
            movedFor = id;
        } else if (t1[frameClass].count() + b1[frameClass].count() >= blocks) {
            if (b1[frameClass].count() == 0) {
                unremembered = LruPolicy.oldest(frames, t1[frameClass]);
                return unremembered;
            }
            forget(b1[frameClass].last());
        } else if (ghostsOf(frameClass) >= blocks && b2[frameClass].count() > 0) {
            forget(b2[frameClass].last());
        }
        int once = t1[frameClass].count();
        boolean fromOnce = once > 0 && (once > target[frameClass] || (secondGhost && once == target[frameClass]));
        int frame = LruPolicy.oldest(frames, fromOnce ? t1[frameClass] : t2[frameClass]);
        return frame >= 0 ? frame : LruPolicy.oldest(frames, fromOnce ? t2[frameClass] : t1[frameClass]);
    }

    @Override
    public boolean wanted(int frame) {
        return frames.list(frame) == T2;
    }

    private void moveTarget(int ghost, int frameClass) {
        int first = Math.max(1, b1[frameClass].count());
        int second = Math.max(1, b2[frameClass].count());
        boolean wasSecond = (ghosts.list(ghost) & B2_MARK) != 0;
        int moved = wasSecond ? -Math.max(1, first / second) : Math.max(1, second / first);
        target[frameClass] = Math.clamp(target[frameClass] + (long) moved, 0, blocks(frameClass));
    }

    /// Keeps (blocks + ghosts) within twice the blocks when blocks came and went otherwise than by a miss.
    private boolean roomForGhost(int frameClass) {
        while (ghostsOf(frameClass) > blocks(frameClass) || ghosts.full()) {
            NodeList list = b1[frameClass].count() > b2[frameClass].count() ? b1[frameClass] : b2[frameClass];
            if (list.count() == 0) return false;
            forget(list.last());
        }
        return true;
    }

    @Override
    public int blocks(int frameClass) {
        return t1[frameClass].count() + t2[frameClass].count();
    }

    private int ghostsOf(int frameClass) {
        return b1[frameClass].count() + b2[frameClass].count();
    }

    private NodeList list(int frame, int frameClass) {
        return frames.list(frame) == T1 ? t1[frameClass] : t2[frameClass];
    }

    private void forget(int ghost) {
        int list = ghosts.list(ghost);
        ((list & B2_MARK) == 0 ? b1 : b2)[list & ~B2_MARK].remove(ghost);
        ghosts.remove(ghost);
    }

    @Override
    public PolicyMetrics metrics() {
        return PolicyMetrics.of(Eviction.ARC, 0, 0, ghostHits);
    }
}
