package dev.polder.disk;

import dev.polder.metrics.Latency;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// How long something took: counts by length, in fixed memory (8.5 KiB), without locks.
///
///     nanoseconds   0 … 63 │ 64 … 127 │ 128 … 255 │ …   the last octave ends at 2^38 (274 s)
///     counters      one each   32 of 2    32 of 4   …
///
/// Each octave is cut into 32 (as in HdrHistogram), so a length is known to 1/32 of itself. What takes longer than
/// the last counter is counted there; the maximum is exact. Percentiles are upper ends of their counter: never too
/// little, at most 3.2 % too much.
public final class LatencyHistogram {
    private static final int CUT_BITS = 5, CUTS = 1 << CUT_BITS;
    private static final int BITS_MAX = 38;
    private static final int COUNTERS = (BITS_MAX - CUT_BITS + 1) * CUTS;

    private final AtomicLongArray counts = new AtomicLongArray(COUNTERS);
    private final AtomicLong max = new AtomicLong();

    public void record(long nanos) {
        counts.getAndIncrement(counter(Math.max(0, nanos)));
        if (nanos > max.get()) max.accumulateAndGet(nanos, Math::max);
    }

    public Latency latency() {
        long[] seen = new long[COUNTERS];
        long count = 0;
        for (int i = 0; i < COUNTERS; i++) {
            seen[i] = counts.get(i);
            count += seen[i];
        }
        if (count == 0) return Latency.NONE;
        long longest = max.get();
        return new Latency(
                count,
                percentile(seen, count, 500, longest),
                percentile(seen, count, 990, longest),
                percentile(seen, count, 999, longest),
                longest);
    }

    /// The smallest length that so many of a thousand do not exceed.
    private static long percentile(long[] seen, long count, int thousandths, long longest) {
        long wanted = Math.ceilDiv(count * thousandths, 1000);
        int i = 0;
        for (long reached = seen[0]; reached < wanted; reached += seen[i]) i++;
        return i == COUNTERS - 1 ? longest : Math.min(longest, upperEnd(i));
    }

    static int counter(long nanos) {
        int bits = Math.max(CUT_BITS + 1, Long.SIZE - Long.numberOfLeadingZeros(nanos));
        if (bits > BITS_MAX) return COUNTERS - 1;
        int shift = bits - CUT_BITS - 1;
        return shift * CUTS + (int) (nanos >>> shift);
    }

    static long upperEnd(int counter) {
        if (counter < 2 * CUTS) return counter;
        int shift = counter / CUTS - 1;
        return ((counter - shift * CUTS + 1L) << shift) - 1;
    }
}
