package dev.polder.buffer;

import dev.polder.runtime.Clock;
import dev.polder.runtime.Leaks;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/// Somebody who pins blocks, by name: a leak must be found, and a refusal must say who holds the memory. One
/// per long-lived holder (a key-value space, the loader's retries), from [BufferPool#pinOwner].
///
/// Each pin notes when it began, in one of [#NOTES] places, so that the oldest is known. A pin that finds all of them
/// taken goes without: then so many others are as good a hint.
public final class PinOwner {
    static final int NOTES = 64;
    private static final int NO_NOTE = -1;

    private final String name;
    private final Clock clock;
    private final AtomicInteger pins = new AtomicInteger();
    /// Whether nobody pins in its name any more. Written under the ledger's mutex.
    volatile boolean dropped;

    /// When the pin of each place began; 0: free. Never 0 for a time: that loses a nanosecond.
    private final AtomicLongArray begun = new AtomicLongArray(NOTES);

    private final @Nullable AtomicReferenceArray<Throwable> traces =
            Leaks.CHOSEN.traced() ? new AtomicReferenceArray<>(NOTES) : null;

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

    /// How long it has held its oldest pin; 0 if it holds none.
    public long heldNanos() {
        int oldest = oldest();
        return oldest < 0 ? 0 : Math.max(0, clock.nanoTime() - begun.get(oldest));
    }

    /// Where its oldest pin was asked for, if that is traced ([Leaks]).
    public @Nullable Throwable heldFrom() {
        int oldest = oldest();
        return traces == null || oldest < 0 ? null : traces.get(oldest);
    }

    private int oldest() {
        int oldest = -1;
        for (int note = 0; note < NOTES; note++) {
            long time = begun.get(note);
            if (time != 0 && (oldest < 0 || time - begun.get(oldest) < 0)) oldest = note;
        }
        return oldest;
    }

    /// Returns what [#unpinned] wants back.
    int pinned() {
        int first = pins.getAndIncrement();
        long now = clock.nanoTime() | 1;
        for (int i = 0; i < NOTES; i++) {
            int note = (first + i) & (NOTES - 1);
            if (begun.get(note) == 0 && begun.compareAndSet(note, 0, now)) {
                if (traces != null) traces.set(note, new Throwable("pinned here"));
                return note;
            }
        }
        return NO_NOTE;
    }

    void unpinned(int note) {
        if (note != NO_NOTE) begun.set(note, 0);
        if (pins.decrementAndGet() < 0) throw new IllegalStateException(name + " unpinned more often than it pinned");
    }

    @Override
    public String toString() {
        return name + ": " + pins + " pins";
    }
}
