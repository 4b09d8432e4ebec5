package dev.polder.buffer.eviction;

/// Blocks that were sent away after a short stay, remembered for a while: a queue of ghosts for each class, which
/// forgets the oldest first.
final class GhostQueues {
    private final GhostTable ghosts;
    private final NodeList[] queues = new NodeList[Frames.CLASSES];
    private long returned;

    GhostQueues(GhostTable ghosts) {
        this.ghosts = ghosts;
        for (int c = 0; c < Frames.CLASSES; c++) queues[c] = new NodeList(ghosts);
    }

    /// Whether a block that comes is remembered; it is not any more.
    boolean returns(long id) {
        int ghost = ghosts.find(id);
        if (ghost < 0) return false;
        returned++;
        forget(ghost);
        return true;
    }

    /// @param most how many of the class are remembered at most
    void remember(int frameClass, long id, int most) {
        if (ghosts.find(id) >= 0) return;
        NodeList queue = queues[frameClass];
        while (queue.count() > 0 && (queue.count() >= most || ghosts.full())) forget(queue.last());
        if (ghosts.full()) return;
        int ghost = ghosts.add(id);
        ghosts.list(ghost, frameClass);
        queue.addFirst(ghost);
    }

    /// How many came back while they were remembered.
    long returned() {
        return returned;
    }

    private void forget(int ghost) {
        queues[ghosts.list(ghost)].remove(ghost);
        ghosts.remove(ghost);
    }
}
