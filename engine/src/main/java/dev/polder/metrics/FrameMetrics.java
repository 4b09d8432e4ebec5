package dev.polder.metrics;

/// The pool's frames of one size.
///
/// @param frameBytes size of a frame
/// @param units      units of 64 KiB that are divided into such frames now
/// @param frames     all of them now: used, free, and those being loaded
/// @param used       frames that hold a block now
/// @param free       frames that wait for one now
/// @param pinned     used frames that somebody holds now
/// @param hits       blocks of that size that were found
/// @param misses     blocks of that size that were not
/// @param evictions  blocks that left such a frame for another
/// @param pressure   share of the last few hundred such frames that were needed, for which a block had to leave: 0 to 1
/// @param evictedAge how long the last few hundred blocks that left had been there, as a mean in nanoseconds
public record FrameMetrics(
        int frameBytes,
        int units,
        int frames,
        int used,
        int free,
        int pinned,
        long hits,
        long misses,
        long evictions,
        double pressure,
        long evictedAge) {
    /// Share of the blocks looked for that were found, 0 to 1; 0 if none was looked for.
    public double hitRate() {
        return hits == 0 ? 0 : (double) hits / (hits + misses);
    }
}
