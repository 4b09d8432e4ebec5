package dev.polder.disk;

import dev.polder.metrics.Latency;
import dev.polder.metrics.OperationMetrics;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// What is counted of the transfers of one kind on one lane.
final class OperationCounters {
    final LongAdder count = new LongAdder();
    final LongAdder bytes = new LongAdder();
    final LatencyHistogram device = new LatencyHistogram();
    /// Made for the first that has to wait: on most lanes nobody ever does.
    private final AtomicReference<@Nullable LatencyHistogram> queued = new AtomicReference<>();

    LatencyHistogram queued() {
        LatencyHistogram there = queued.get();
        if (there != null) return there;
        queued.compareAndSet(null, new LatencyHistogram());
        return Objects.requireNonNull(queued.get());
    }

    void succeeded(long moved) {
        count.increment();
        bytes.add(moved);
    }

    OperationMetrics metrics() {
        LatencyHistogram waits = queued.get();
        return new OperationMetrics(
                count.sum(), bytes.sum(), device.latency(), waits == null ? Latency.NONE : waits.latency());
    }
}
