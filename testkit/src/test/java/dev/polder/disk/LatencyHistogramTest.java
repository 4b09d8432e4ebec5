package dev.polder.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.metrics.Latency;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
    /// Against the sorted list of what was recorded: never too little, at most a thirty-second too much.
    @Test
    void percentilesAreThoseOfTheSortedList() {
        for (long seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            long[] all = new long[1 + random.nextInt(5000)];
            var histogram = new LatencyHistogram();
            for (int i = 0; i < all.length; i++) {
                all[i] = random.nextLong(1L << (1 + random.nextInt(37)));
                histogram.record(all[i]);
            }
            Arrays.sort(all);
            Latency latency = histogram.latency();
            assertThat(latency.count()).isEqualTo(all.length);
            assertThat(latency.max()).isEqualTo(all[all.length - 1]);
            long[][] pairs = {
                {latency.p50(), 500}, {latency.p99(), 990}, {latency.p999(), 999},
            };
            for (long[] pair : pairs) {
                long exact = all[(int) Math.ceilDiv(all.length * pair[1], 1000) - 1];
                assertThat(pair[0]).as("seed %d, %d of 1000", seed, pair[1]).isBetween(exact, exact + exact / 32);
            }
        }
    }

    @Test
    void everyLengthHasACounterAndItsUpperEndIsNear() {
        for (int bits = 0; bits < 38; bits++) {
            for (long nanos : new long[] {1L << bits, (3L << bits) >> 1, (2L << bits) - 1}) {
                int counter = LatencyHistogram.counter(nanos);
                assertThat(LatencyHistogram.upperEnd(counter)).isBetween(nanos, nanos + nanos / 32);
                assertThat(LatencyHistogram.counter(LatencyHistogram.upperEnd(counter) + 1))
                        .isEqualTo(Math.min(counter + 1, LatencyHistogram.counter(Long.MAX_VALUE)));
            }
        }
    }

    @Test
    void whatIsBeyondTheLastCounterIsToldByTheMaximum() {
        var histogram = new LatencyHistogram();
        assertThat(histogram.latency()).isEqualTo(Latency.NONE);
        histogram.record(Long.MAX_VALUE);
        histogram.record(-5);
        assertThat(histogram.latency()).isEqualTo(new Latency(2, 0, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
    }
}
