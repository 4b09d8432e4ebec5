package dev.polder.store;

import dev.polder.runtime.Mutex;
import java.util.ArrayDeque;

/// What was unlinked from the current version and waits for its last readers to leave: merged generations, whose
/// chunks go back, and files, which are deleted. In order of retirement; bounded by what merges and compactions
/// unlink while one read lasts.
final class Retirement {
    private record Item(long epoch, Runnable release) {}

    private final ReadSlots slots;
    private final Mutex mutex;
    private final ArrayDeque<Item> memory = new ArrayDeque<>();
    private final ArrayDeque<Item> files = new ArrayDeque<>();

    Retirement(ReadSlots slots, Mutex mutex) {
        this.slots = slots;
        this.mutex = mutex;
    }

    /// @param needsIo whether `release` touches files; such items are released by background work only
    void add(boolean needsIo, Runnable release) {
        Item item = new Item(slots.advance(), release);
        mutex.lock();
        try {
            (needsIo ? files : memory).add(item);
        } finally {
            mutex.unlock();
        }
    }

    /// Releases what no reader can see any more; returns whether anything was released.
    boolean release(boolean withFiles) {
        boolean memoryCame = releaseFrom(memory);
        boolean filesWent = withFiles && releaseFrom(files);
        return memoryCame || filesWent;
    }

    private boolean releaseFrom(ArrayDeque<Item> queue) {
        boolean any = false;
        while (true) {
            Item item;
            mutex.lock();
            try {
                item = queue.peek();
                if (item == null || !slots.passed(item.epoch)) return any;
                queue.remove();
            } finally {
                mutex.unlock();
            }
            item.release.run();
            any = true;
        }
    }

    boolean isEmpty() {
        return !isWaiting(false) && !isWaiting(true);
    }

    /// Whether files, or memory, wait for their last readers.
    boolean isWaiting(boolean forFiles) {
        mutex.lock();
        try {
            return !(forFiles ? files : memory).isEmpty();
        } finally {
            mutex.unlock();
        }
    }
}
