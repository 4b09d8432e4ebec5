package dev.polder.store;

import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The memory that merges and compactions read and write through, leased once and lent in stretches.
///
/// The merger has a stretch of its own, so that turning generations into runs never waits for a compaction: writers
/// wait for it. Compactions, checks and spilled batches share the rest, and are served in the order in which they came.
/// Whoever holds a stretch waits for nobody who waits for one.
final class MergeMemory {
    private static final long GIVE_UP_NANOS = 10_000_000;

    private final Mutex mutex;
    private final Gate returned;
    private final Stretch forMerger;
    private final Stretch[] forCompactions;
    private final boolean[] lent;
    private final ArrayDeque<Long> waiting = new ArrayDeque<>(); // numbers of those who wait
    private long nextNumber;
    private boolean mergerLent;

    /// Contiguous memory, 64 KiB aligned.
    record Stretch(long address, int bytes) {
        Stretch part(int from, int length) {
            return new Stretch(address + from, length);
        }
    }

    MergeMemory(MemoryBudget budget, int compactions, Seams seams) {
        mutex = seams.tasks().mutex("merge-memory");
        returned = mutex.gate();
        int units = budget.plan().floorUnits(Owner.MERGE);
        long area = budget.tryLeaseRun(Owner.MERGE, units);
        if (area == 0) throw new IllegalStateException("the floor of MERGE does not hold its " + units + " units");
        int mergerUnits = Math.max(8, units / 4);
        forMerger = new Stretch(area, mergerUnits * MemoryBudget.UNIT_BYTES);
        int each = (units - mergerUnits) / compactions;
        forCompactions = new Stretch[compactions];
        for (int i = 0; i < compactions; i++) {
            long address = area + (long) (mergerUnits + i * each) * MemoryBudget.UNIT_BYTES;
            forCompactions[i] = new Stretch(address, each * MemoryBudget.UNIT_BYTES);
        }
        lent = new boolean[compactions];
    }

    /// The merger's own. It is lent like the others, because the merging task is not the only one that merges: a store
    /// does so by itself while it opens or closes.
    Stretch lendForMerger() {
        mutex.lock();
        try {
            while (mergerLent) returned.await();
            mergerLent = true;
            return forMerger;
        } finally {
            mutex.unlock();
        }
    }

    int compactionBytes() {
        return forCompactions[0].bytes();
    }

    /// @param giveUp looked at now and then while it waits: throws when there is no use in waiting any longer
    Stretch lend(Runnable giveUp) {
        mutex.lock();
        long number = nextNumber++;
        try {
            waiting.add(number);
            while (true) {
                @Nullable Stretch free = waiting.element() == number ? freeOrNull() : null;
                if (free != null) return free;
                giveUp.run();
                boolean _ = returned.await(GIVE_UP_NANOS);
            }
        } finally {
            waiting.remove(Long.valueOf(number));
            returned.signalAll(); // the next one may be first now
            mutex.unlock();
        }
    }

    private @Nullable Stretch freeOrNull() {
        for (int i = 0; i < lent.length; i++) {
            if (lent[i]) continue;
            lent[i] = true;
            return forCompactions[i];
        }
        return null;
    }

    void giveBack(Stretch stretch) {
        mutex.lock();
        try {
            if (stretch.address() == forMerger.address()) mergerLent = false;
            for (int i = 0; i < lent.length; i++) {
                if (forCompactions[i].address() == stretch.address()) lent[i] = false;
            }
            returned.signalAll();
        } finally {
            mutex.unlock();
        }
    }
}
