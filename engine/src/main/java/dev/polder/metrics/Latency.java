package dev.polder.metrics;

/// How long something took, so far, in nanoseconds. A percentile is at most 3.2 % too much; the maximum is exact.
///
/// @param count how many times it was measured; 0 makes all others 0
/// @param p50   half of them took at most so long
/// @param p99   99 of 100
/// @param p999  999 of 1,000
/// @param max   the longest
public record Latency(long count, long p50, long p99, long p999, long max) {
    public static final Latency NONE = new Latency(0, 0, 0, 0, 0);
}
