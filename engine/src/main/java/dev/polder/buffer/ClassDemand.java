package dev.polder.buffer;

import java.util.concurrent.atomic.AtomicLongArray;

/// Which class deserves memory: uses (hits and misses) per byte, by class, of late.
///
/// Moving units from the class with the fewest uses per byte to one with clearly more evens the density out,
/// so that a class that was given one unit long ago is not left with it for ever. Old uses count half after
/// every [#WINDOW_EVICTIONS]. Under the pool's mutex, except [#hits], which readers add to in bulk.
final class ClassDemand {
    /// A class asks for a unit at every so many of its evictions, so a unit moves at most once per 64 misses
    /// of its new class.
    private static final int EVICTIONS_PER_MOVE = 64;
    private static final int WINDOW_EVICTIONS = 4096;
    /// The gaining class must be this many times as dense; otherwise two equal classes would swap units for
    /// ever.
    private static final double GAIN_MIN = 1.25;

    /// Hits ever, by class; added in bulk by the readers' references.
    private final AtomicLongArray hits = new AtomicLongArray(FrameClass.COUNT);

    private final long[] hitsSeen = new long[FrameClass.COUNT];
    private final double[] uses = new double[FrameClass.COUNT];
    private final int[] evictions = new int[FrameClass.COUNT];
    private int windowEvictions;

    void hits(int frameClass, int count) {
        hits.addAndGet(frameClass, count);
    }

    long hits(int frameClass) {
        return hits.get(frameClass);
    }

    void missed(int frameClass) {
        uses[frameClass]++;
    }

    /// The class has no free frame and will evict.
    ///
    /// @return whether it is its turn to ask for a unit of another class first
    boolean evicting(int frameClass) {
        if (++windowEvictions == WINDOW_EVICTIONS) {
            windowEvictions = 0;
            collectHits();
            for (int c = 0; c < FrameClass.COUNT; c++) uses[c] /= 2;
        }
        return ++evictions[frameClass] % EVICTIONS_PER_MOVE == 0;
    }

    /// The class, of those that have units, with the fewest uses per byte, apart from `but`; -1 if there is
    /// none.
    int poorest(int[] unitsOf, int but) {
        collectHits();
        int poorest = -1;
        for (int c = 0; c < FrameClass.COUNT; c++) {
            if (c == but || unitsOf[c] == 0) continue;
            if (poorest < 0 || uses[c] / unitsOf[c] < uses[poorest] / unitsOf[poorest]) poorest = c;
        }
        return poorest;
    }

    /// Whether a unit does clearly more good in the class `to` than in `from`.
    boolean worthMoving(int[] unitsOf, int from, int to) {
        return uses[to] * unitsOf[from] > GAIN_MIN * uses[from] * unitsOf[to];
    }

    private void collectHits() {
        for (int c = 0; c < FrameClass.COUNT; c++) {
            long now = hits.get(c);
            uses[c] += now - hitsSeen[c];
            hitsSeen[c] = now;
        }
    }
}
