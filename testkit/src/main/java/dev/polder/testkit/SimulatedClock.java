package dev.polder.testkit;

import dev.polder.runtime.Clock;
import java.util.concurrent.atomic.AtomicLong;

/// Time that passes only when it is told to.
public final class SimulatedClock implements Clock {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicLong epochOffsetMillis = new AtomicLong(1_700_000_000_000L);

    @Override
    public long nanoTime() {
        return nanos.get();
    }

    @Override
    public long epochMillis() {
        return epochOffsetMillis.get() + nanos.get() / 1_000_000;
    }

    public void advance(long byNanos) {
        if (byNanos < 0) throw new IllegalArgumentException("byNanos=" + byNanos + ": this clock never goes back");
        nanos.addAndGet(byNanos);
    }

    /// The wall clock is set, forward or back, as an administrator would.
    public void jumpEpoch(long byMillis) {
        epochOffsetMillis.addAndGet(byMillis);
    }
}
