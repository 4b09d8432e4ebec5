package dev.polder.log;

/// A byte position in the log, in one `long`: the number of the segment above, the offset in its file below. Numbers
/// never go back, so positions compare as numbers. Offset 0 stands before everything in a segment; groups end at
/// multiples of 8.
public final class Lsn {
    /// Segment numbers end here: at 8 MiB a segment that is 16 PiB of log.
    public static final long SEGMENT_MAX = Integer.MAX_VALUE;

    static final long OFFSET_MAX = 0xffff_ffffL;

    private Lsn() {}

    public static long of(long segment, long offset) {
        if (segment < 0 || segment > SEGMENT_MAX || offset < 0 || offset > OFFSET_MAX) {
            throw new IllegalArgumentException("segment=" + segment + " offset=" + offset + ": out of range");
        }
        return segment << 32 | offset;
    }

    public static long segment(long lsn) {
        return lsn >>> 32;
    }

    public static long offset(long lsn) {
        return lsn & OFFSET_MAX;
    }

    public static String toString(long lsn) {
        return segment(lsn) + ":" + offset(lsn);
    }
}
