package dev.polder.log;

/// How a log spends space on the device. Most users set nothing.
///
/// @param segmentBytesMin  size of the first segment after an open: small, so that a thousand idle stores cost little
/// @param segmentBytesMax  segments double up to this size; a larger group gets a larger segment of its own
/// @param spareSegmentsMax segments kept to be used again, 0 to 2: written blocks sync half as fast again as new ones
public record LogConfig(int segmentBytesMin, int segmentBytesMax, int spareSegmentsMax) {
    public static final LogConfig DEFAULT = new LogConfig(64 << 10, 8 << 20, 2);

    public LogConfig {
        require(
                segmentBytesMin >= 8 << 10 && segmentBytesMin % SegmentFormat.BLOCK_BYTES == 0,
                "segmentBytesMin=%d: use a multiple of 4096 from 8192",
                segmentBytesMin);
        require(
                segmentBytesMax >= segmentBytesMin
                        && segmentBytesMax <= 1 << 30
                        && segmentBytesMax % SegmentFormat.BLOCK_BYTES == 0,
                "segmentBytesMax=%d: use a multiple of 4096 from segmentBytesMin to 1 GiB",
                segmentBytesMax);
        require(spareSegmentsMax >= 0 && spareSegmentsMax <= 2, "spareSegmentsMax=%d: 0 to 2", spareSegmentsMax);
    }

    /// The same with segments of at most so many bytes, if that is not less than the first one has.
    public LogConfig withSegmentsAtMost(long bytes) {
        long most = Math.clamp(bytes & -SegmentFormat.BLOCK_BYTES, segmentBytesMin, segmentBytesMax);
        return new LogConfig(segmentBytesMin, (int) most, spareSegmentsMax);
    }

    private static void require(boolean holds, String message, int value) {
        if (!holds) throw new IllegalArgumentException(message.formatted(value));
    }
}
