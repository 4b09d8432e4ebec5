package dev.polder.buffer;

/// Hits one reader has not told the policy yet: frame and version, in their order.
///
/// The batch belongs to a [FrameRef], so recording takes no lock and writes no shared line. It is told when it is
/// full, if the pool's mutex is free then, and else dropped and counted; and whenever the reader holds the mutex
/// anyway. So a lone reader's hits all arrive before its next miss is decided.
final class HitBatch {
    static final int HITS_MAX = 16;

    private final int[] frames = new int[HITS_MAX];
    private final int[] versions = new int[HITS_MAX];
    private int count;

    boolean full() {
        return count == HITS_MAX;
    }

    int count() {
        return count;
    }

    void add(int frame, int version) {
        frames[count] = frame;
        versions[count++] = version;
    }

    int frame(int hit) {
        return frames[hit];
    }

    int version(int hit) {
        return versions[hit];
    }

    void clear() {
        count = 0;
    }
}
