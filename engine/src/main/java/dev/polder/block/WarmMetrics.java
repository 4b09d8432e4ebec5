package dev.polder.block;

/// What the warm share holds and has done.
///
/// @param bytes      the share
/// @param images     compressed blocks in it
/// @param imageBytes their bytes
/// @param rawBytes   what they decode to
/// @param hits       blocks that were decoded into a frame instead of being read
/// @param kept       blocks compressed
/// @param returned   blocks that came back while their image was still there
/// @param noted      blocks that left the pool for the first time and were only noted
/// @param refused    blocks that did not become smaller by a quarter
/// @param dropped    images that had to make room
public record WarmMetrics(
        long bytes,
        long images,
        long imageBytes,
        long rawBytes,
        long hits,
        long kept,
        long returned,
        long noted,
        long refused,
        long dropped) {
    /// No share at all.
    public static final WarmMetrics NONE = new WarmMetrics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// Sums over the shards.
    static final class Sums {
        private final long[] sums = new long[9];

        void add(long... counts) {
            for (int i = 0; i < sums.length; i++) sums[i] += counts[i];
        }

        WarmMetrics over(long bytes) {
            return new WarmMetrics(
                    bytes, sums[2], sums[0], sums[1], sums[3], sums[4], sums[5], sums[6], sums[7], sums[8]);
        }
    }
}
