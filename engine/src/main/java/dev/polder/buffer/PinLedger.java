package dev.polder.buffer;

import dev.polder.memory.Memory;
import dev.polder.runtime.Clock;
import dev.polder.runtime.Mutex;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/// Who keeps blocks in their frames: the pins in the frames' state words, how many frames have any, at most how many
/// may, and whose pins they are.
///
/// A frame counts from before its first pin until after its last unpin, so the count is never less than the
/// frames pinned, and the limit is never passed. Counted without the mutex; owners are registered under it.
///
/// **Owners** are registered from their first use until they are dropped, and then until their last pin has gone, so
/// there are as many as holders that are open or have left pins. Whoever drops one marks it and then looks for pins;
/// whoever unpins takes the pin away and then looks for the mark: one of them sees both, and removes it, under the
/// mutex, unless it was asked for again meanwhile.
final class PinLedger {
    private final Descriptors descriptors;
    private final int framesMax;
    private final AtomicInteger frames = new AtomicInteger();
    private final AtomicIntegerArray framesOf = new AtomicIntegerArray(FrameClass.COUNT);
    private final Clock clock;
    private final Mutex mutex;
    private final TreeMap<String, PinOwner> owners = new TreeMap<>();

    PinLedger(Descriptors descriptors, int framesMax, Mutex mutex, Clock clock) {
        this.descriptors = descriptors;
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

    /// Pins the frame that was found, by any thread, if it still holds what was found.
    boolean pin(FrameRef ref, PinOwner owner) {
        while (true) {
            long state = Memory.getLongAcquire(ref.descriptor);
            int pinned = FrameDescriptor.pins(state);
            if (!FrameDescriptor.sameVersion(state, ref.stamp) || pinned == FrameDescriptor.PINS_MAX) return false;
            if (pinned == 0 && !reserve()) return false;
            if (Memory.compareAndSetLong(ref.descriptor, state, state + FrameDescriptor.PIN)) {
                if (pinned == 0) framesOf.incrementAndGet(descriptors.classOf(ref.descriptor));
                ref.note = owner.pinned();
                return true;
            }
            if (pinned == 0) frames.decrementAndGet(); // Somebody else pinned, unpinned or evicted it: look again.
        }
    }

    void unpin(FrameRef ref, PinOwner owner) {
        int frameClass = descriptors.classOf(ref.descriptor);
        long before = Memory.getAndAddLong(ref.descriptor, -FrameDescriptor.PIN);
        int pinned = FrameDescriptor.pins(before);
        if (pinned == 0) throw new IllegalStateException("unpinned a frame that was not pinned; owner " + owner.name());
        if (pinned == 1) {
            framesOf.decrementAndGet(frameClass);
            frames.decrementAndGet();
        }
        owner.unpinned(ref.note);
        if (owner.dropped) removeIfIdle(owner);
    }

    /// The pin is somebody else's from now on.
    void handOver(FrameRef ref, PinOwner from, PinOwner to) {
        from.unpinned(ref.note);
        ref.note = to.pinned();
        if (from.dropped) removeIfIdle(from);
    }

    /// Room for one more pinned frame.
    private boolean reserve() {
        if (frames.incrementAndGet() <= framesMax) return true;
        frames.decrementAndGet();
        return false;
    }

    PinOwner owner(String name) {
        mutex.lock();
        try {
            PinOwner owner = owners.computeIfAbsent(name, unknown -> new PinOwner(unknown, clock));
            owner.dropped = false;
            return owner;
        } finally {
            mutex.unlock();
        }
    }

    /// The owner pins nothing more.
    void drop(PinOwner owner) {
        mutex.lock();
        try {
            owner.dropped = true;
        } finally {
            mutex.unlock();
        }
        removeIfIdle(owner);
    }

    private void removeIfIdle(PinOwner owner) {
        mutex.lock();
        try {
            if (owner.dropped && owner.pins() == 0) owners.remove(owner.name());
        } finally {
            mutex.unlock();
        }
    }

    int owners() {
        mutex.lock();
        try {
            return owners.size();
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
