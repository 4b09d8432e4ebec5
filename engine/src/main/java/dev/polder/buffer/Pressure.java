package dev.polder.buffer;

/// How hard it has become to find a frame, by class and for all: of the frames given to loaders lately, the share for
/// which a block or a unit had to be given up; and how long the blocks that left lately had been in the pool.
///
/// The one without the other says little. A pool that is full has a share of 1 for ever, and is well if blocks stay for
/// an hour; it is too small when they leave before they are used again. Means of the last [#RECENT], more or less: an
/// older one counts less. Under the pool's mutex, and not part of a hit.
final class Pressure {
    private static final int RECENT = 256;
    /// Of all classes together.
    static final int ALL = FrameClass.COUNT;

    private final Mean[] evicting = new Mean[FrameClass.COUNT + 1];
    private final Mean[] ages = new Mean[FrameClass.COUNT + 1];

    Pressure() {
        for (int c = 0; c <= ALL; c++) {
            evicting[c] = new Mean();
            ages[c] = new Mean();
        }
    }

    /// A loader was given a frame, or refused one.
    void allocated(int frameClass, boolean evicting) {
        this.evicting[frameClass].add(evicting ? 1 : 0);
        this.evicting[ALL].add(evicting ? 1 : 0);
    }

    /// A block left its frame.
    void left(int frameClass, long ageNanos) {
        ages[frameClass].add((double) ageNanos);
        ages[ALL].add((double) ageNanos);
    }

    /// 0 to 1.
    double share(int frameClass) {
        return evicting[frameClass].mean;
    }

    /// 0 if none has left.
    long ageNanos(int frameClass) {
        return (long) ages[frameClass].mean;
    }

    private static final class Mean {
        private int count;
        private double mean;

        private void add(double value) {
            if (count < RECENT) count++;
            mean += (value - mean) / count;
        }
    }
}
