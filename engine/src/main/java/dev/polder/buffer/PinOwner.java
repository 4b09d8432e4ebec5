package dev.polder.buffer;

import java.util.concurrent.atomic.AtomicInteger;

/// Somebody who pins blocks, by name: a leak must be found, and a refusal must say who holds the memory. One
/// per long-lived holder (a key-value space, the loader's retries), from [BufferPool#pinOwner].
public final class PinOwner {
    private final String name;
    private final AtomicInteger pins = new AtomicInteger();

    PinOwner(String name) {
        this.name = name;
    }

    public String name() {
        return name;
    }

    /// How many pins it holds now.
    public int pins() {
        return pins.get();
    }

    void pinned() {
        pins.incrementAndGet();
    }

    void unpinned() {
        if (pins.decrementAndGet() < 0) throw new IllegalStateException(name + " unpinned more often than it pinned");
    }

    @Override
    public String toString() {
        return name + ": " + pins + " pins";
    }
}
