package dev.polder.buffer;

import dev.polder.runtime.Clock;
import java.util.concurrent.atomic.AtomicInteger;

/// Somebody who pins blocks, by name: a leak must be found, and a refusal must say who holds the memory. One
/// per long-lived holder (a key-value space, the loader's retries), from [BufferPool#pinOwner].
public final class PinOwner {
    private final String name;
    private final Clock clock;
    private final AtomicInteger pins = new AtomicInteger();

    /// When it last began to hold pins; plain times beside an atomic count: a metric.
    private volatile long heldSince;

    PinOwner(String name, Clock clock) {
        this.name = name;
        this.clock = clock;
    }

    public String name() {
        return name;
    }

    /// How many pins it holds now.
    public int pins() {
        return pins.get();
    }

    /// How long it has held pins without a moment without; 0 if it holds none.
    public long heldNanos() {
        return pins.get() == 0 ? 0 : Math.max(0, clock.nanoTime() - heldSince);
    }

    void pinned() {
        if (pins.getAndIncrement() == 0) heldSince = clock.nanoTime();
    }

    void unpinned() {
        if (pins.decrementAndGet() < 0) throw new IllegalStateException(name + " unpinned more often than it pinned");
    }

    @Override
    public String toString() {
        return name + ": " + pins + " pins";
    }
}
