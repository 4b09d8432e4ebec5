package dev.polder.io;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// Places where a native call leaves its error number: lent for one call each. Not one per thread, because virtual
/// threads are many and each would keep its own. A thread tries the place of its number first, which is nearly always
/// free.
final class ErrnoSlots {
    private static final int SLOTS = 64;
    private static final int APART = 32; // references: two threads do not share a cache line
    private static final MemoryLayout LAYOUT = Linker.Option.captureStateLayout();
    private static final AtomicReferenceArray<MemorySegment> FREE = new AtomicReferenceArray<>(SLOTS * APART);

    static {
        for (int i = 0; i < SLOTS; i++) FREE.set(i * APART, Arena.global().allocate(64, 64));
    }

    private ErrnoSlots() {}

    static MemorySegment take() {
        int start = start();
        for (int i = 0; i < SLOTS; i++) {
            MemorySegment slot = FREE.getAndSet(place(start + i), null);
            if (slot != null) return slot;
        }
        return Arena.ofAuto().allocate(LAYOUT); // more calls at once than places
    }

    static void give(MemorySegment slot) {
        int start = start();
        for (int i = 0; i < SLOTS; i++) if (FREE.compareAndSet(place(start + i), null, slot)) return;
    }

    private static int start() {
        return (int) Thread.currentThread().threadId();
    }

    private static int place(int slot) {
        return (slot & (SLOTS - 1)) * APART;
    }
}
