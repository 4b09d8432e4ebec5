package dev.polder.buffer;

import dev.polder.runtime.Clock;
import dev.polder.runtime.Mutex;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// How many frames are pinned, at most how many may be, and by whom.
///
/// A frame counts from before its first pin until after its last unpin, so the count is never less than the
/// frames pinned, and the limit is never passed. Counted without the mutex; owners are registered under it.
final class PinLedger {
    private final int framesMax;
    private final AtomicInteger frames = new AtomicInteger();
    private final AtomicIntegerArray framesOf = new AtomicIntegerArray(FrameClass.COUNT);
    private final Clock clock;
    private final Mutex mutex;
    private final TreeMap<String, PinOwner> owners = new TreeMap<>();

    PinLedger(int framesMax, Mutex mutex, Clock clock) {
        this.clock = clock;
        this.framesMax = framesMax;
        this.mutex = mutex;
    }

    int framesMax() {
        return framesMax;
    }

    int framesOf(int frameClass) {
        return framesOf.get(frameClass);
    }

    /// Room for one more pinned frame; to be followed by [#pinned] or [#cancel].
    boolean reserve() {
        if (frames.incrementAndGet() <= framesMax) return true;
        frames.decrementAndGet();
        return false;
    }

    void cancel() {
        frames.decrementAndGet();
    }

    void pinned(int frameClass) {
        framesOf.incrementAndGet(frameClass);
    }

    void unpinned(int frameClass) {
        framesOf.decrementAndGet(frameClass);
        frames.decrementAndGet();
    }

    PinOwner owner(String name) {
        mutex.lock();
        try {
            return owners.computeIfAbsent(name, unknown -> new PinOwner(unknown, clock));
        } finally {
            mutex.unlock();
        }
    }

    List<PinOwner> holders() {
        mutex.lock();
        try {
            return owners.values().stream().filter(owner -> owner.pins() > 0).toList();
        } finally {
            mutex.unlock();
        }
    }
}
