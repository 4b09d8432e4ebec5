package dev.polder.bench.kv;

import org.HdrHistogram.Histogram;

/// What one thread, or all threads of a run together, did and how long it took.
///
/// @param operations       records written, records looked up or scans done
/// @param found            records found by look-ups, entries seen by scans
/// @param checked          values compared with what was written, byte by byte
/// @param writerOperations writes of the thread that writes beside the readers
/// @param latencies        nanoseconds of the operations that were timed
record Measured(long operations, long found, long checked, long writerOperations, double seconds, Histogram latencies) {
    private static final long LONGEST_NANOS = 600_000_000_000L;

    static Histogram emptyHistogram() {
        Histogram histogram = new Histogram(LONGEST_NANOS, 3);
        histogram.setAutoResize(true);
        return histogram;
    }

    static Measured none() {
        return new Measured(0, 0, 0, 0, 0, emptyHistogram());
    }

    /// Two threads' work beside each other.
    Measured beside(Measured other) {
        Histogram both = latencies.copy();
        both.add(other.latencies);
        return new Measured(
                operations + other.operations,
                found + other.found,
                checked + other.checked,
                writerOperations + other.writerOperations,
                Math.max(seconds, other.seconds),
                both);
    }

    Measured lasting(double wallSeconds) {
        return new Measured(operations, found, checked, writerOperations, wallSeconds, latencies);
    }
}
