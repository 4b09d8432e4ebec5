package dev.polder.block;

import dev.polder.block.StagingSlot.State;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Clock;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The loader's few slots, and who reads what into them: at most one reader reads a block, the others wait
/// for it.
///
/// **Why nobody waits for ever.** A slot is LOADING while its reader does one bounded read, verifies and
/// decodes: it waits for the device and the pool's mutex, never for a slot. A slot is HELD while its reader
/// searches one block: by the rule of [BlockRef] such a reader waits for no slot. So every slot that is not
/// free becomes free without anybody else's slot. A reader that breaks the rule is not waited for for ever:
/// when all slots are held and none has moved for [#STUCK_NANOS], waiting ends with an exception that says
/// so.
final class StagingSlots {
    static final int SLOTS_MIN = 1, SLOTS_MAX = 32;
    private static final long STUCK_NANOS = 60_000_000_000L;

    private final Clock clock;
    private final Mutex mutex;
    private final Gate freed;
    private final List<StagingSlot> slots = new ArrayList<>();

    // Under the mutex.
    private long moves;
    private int waiting;
    private long waits;
    private long joined;

    /// Leases what the budget lets staging have, two units a slot.
    StagingSlots(MemoryBudget budget, Seams seams) {
        clock = seams.clock();
        mutex = seams.tasks().mutex("staging slots");
        freed = mutex.gate();
        while (slots.size() < SLOTS_MAX) {
            long address = budget.tryLeaseRun(Owner.STAGING, StagingSlot.UNITS);
            if (address == 0) break;
            slots.add(new StagingSlot(address, mutex.gate()));
        }
        if (slots.size() < SLOTS_MIN)
            throw new IllegalStateException(
                    "no staging: the budget has no " + StagingSlot.UNITS + " units in a row for it");
    }

    int count() {
        return slots.size();
    }

    /// Those that are not free.
    int busy() {
        mutex.lock();
        try {
            int busy = 0;
            for (StagingSlot slot : slots) if (slot.state != State.FREE) busy++;
            return busy;
        } finally {
            mutex.unlock();
        }
    }

    /// How many times a reader had to wait because all slots were taken.
    long waits() {
        mutex.lock();
        try {
            return waits;
        } finally {
            mutex.unlock();
        }
    }

    /// How many reads of a block were not done because somebody else's read of it was under way: who wanted the block
    /// waited for that, or left it out of a batch.
    long joined() {
        mutex.lock();
        try {
            return joined;
        } finally {
            mutex.unlock();
        }
    }

    /// A slot to read the block into; or null, after somebody else's read of the same block has ended: look
    /// again.
    @Nullable
    StagingSlot claim(long id) {
        mutex.lock();
        try {
            while (true) {
                StagingSlot loading = loadingOrNull(id);
                if (loading != null) {
                    joined++;
                    awaitLoaded(loading);
                    return null;
                }
                StagingSlot free = freeOrNull();
                if (free != null) {
                    free.state = State.LOADING;
                    free.id = id;
                    free.batch = null;
                    free.claims++;
                    return free;
                }
                awaitFreed();
            }
        } finally {
            mutex.unlock();
        }
    }

    /// A slot to read a batch into, without the blocks that others are reading just now; or null if there is none to
    /// spare, or nothing left to read. Never waits. The batch belongs to the slots until [#free]: it changes under
    /// their mutex only.
    @Nullable
    StagingSlot tryClaim(BlockBatch batch) {
        return tryClaim(batch, false);
    }

    /// The same for a batch of which somebody needs a block now: he would take any slot for that block alone.
    @Nullable
    StagingSlot tryClaimUrgently(BlockBatch batch) {
        return tryClaim(batch, true);
    }

    private @Nullable StagingSlot tryClaim(BlockBatch batch, boolean urgent) {
        mutex.lock();
        try {
            leaveOutLoading(batch);
            boolean may = urgent || (waiting == 0 && hasSpare());
            return may && batch.count() > 0 ? takeOrNull(batch) : null;
        } finally {
            mutex.unlock();
        }
    }

    /// A slot to read a batch into, without the blocks that others are reading by then; or null if nothing is left to
    /// read. Waits for it as the reader of a single block does, and like him must hold none.
    @Nullable
    StagingSlot claim(BlockBatch batch) {
        mutex.lock();
        try {
            while (true) {
                leaveOutLoading(batch);
                if (batch.count() == 0) return null;
                StagingSlot slot = takeOrNull(batch);
                if (slot != null) return slot;
                awaitFreed();
            }
        } finally {
            mutex.unlock();
        }
    }

    private void leaveOutLoading(BlockBatch batch) {
        for (int i = batch.count() - 1; i >= 0; i--) {
            if (loadingOrNull(batch.id(i)) == null) continue;
            joined++;
            batch.leaveOut(i);
        }
    }

    private @Nullable StagingSlot takeOrNull(BlockBatch batch) {
        StagingSlot free = freeOrNull();
        if (free == null) return null;
        free.state = State.LOADING;
        free.batch = batch;
        free.claims++;
        return free;
    }

    /// Moves the ids of those blocks to the front that are being loaded, and returns how many they are.
    ///
    /// @param awaitFirst waits until the loading of the first of them has ended; for who holds no slot
    int stillLoading(long[] ids, int count, boolean awaitFirst) {
        mutex.lock();
        try {
            StagingSlot first = awaitFirst ? loadingOrNull(ids[0]) : null;
            if (first != null) awaitLoaded(first);
            int loading = 0;
            for (int i = 0; i < count; i++) {
                if (loadingOrNull(ids[i]) == null) continue;
                long id = ids[i];
                ids[i] = ids[loading];
                ids[loading++] = id;
            }
            return loading;
        } finally {
            mutex.unlock();
        }
    }

    /// Whether [#tryClaim] would find one now.
    boolean hasSpareNow() {
        mutex.lock();
        try {
            return waiting == 0 && hasSpare();
        } finally {
            mutex.unlock();
        }
    }

    /// Leaves a block out of a batch that a slot was claimed for.
    void leaveOut(BlockBatch batch, int index) {
        mutex.lock();
        try {
            batch.leaveOut(index);
        } finally {
            mutex.unlock();
        }
    }

    /// Gives the blocks of a batch their places in its slot; those without one are left out.
    void layOut(BlockBatch batch) {
        mutex.lock();
        try {
            batch.layOut();
        } finally {
            mutex.unlock();
        }
    }

    /// Batches leave a quarter of the slots, and at least one, to those who wait for a single block.
    private boolean hasSpare() {
        int free = 0;
        for (int i = 0; i < slots.size(); i++) if (slots.get(i).state == State.FREE) free++;
        return free > Math.max(1, slots.size() / 4);
    }

    /// The block stays in the slot until [#free].
    void hold(StagingSlot slot) {
        end(slot, State.HELD);
    }

    void free(StagingSlot slot) {
        end(slot, State.FREE);
    }

    private void end(StagingSlot slot, State next) {
        mutex.lock();
        try {
            State before = slot.state;
            slot.state = next;
            slot.batch = null;
            moves++;
            if (before == State.LOADING) slot.loaded.signalAll();
            if (next == State.FREE && waiting > 0) freed.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    private void awaitLoaded(StagingSlot slot) {
        long claim = slot.claims;
        while (slot.state == State.LOADING && slot.claims == claim) slot.loaded.await();
    }

    private void awaitFreed() {
        waits++;
        waiting++;
        try {
            long movesBefore = moves;
            long end = clock.nanoTime() + STUCK_NANOS;
            while (freeOrNull() == null) {
                long left = end - clock.nanoTime();
                if (left > 0) {
                    freed.await(left);
                } else if (moves == movesBefore && allHeld()) {
                    throw new IllegalStateException("all " + slots.size()
                            + " staging slots are held by readers, and none"
                            + " has moved for " + STUCK_NANOS / 1_000_000_000 + " s: a reader locates a second block"
                            + " while it holds one, or never releases it");
                } else {
                    movesBefore = moves;
                    end = clock.nanoTime() + STUCK_NANOS;
                }
            }
        } finally {
            waiting--;
        }
    }

    private @Nullable StagingSlot loadingOrNull(long id) {
        for (int i = 0; i < slots.size(); i++) {
            StagingSlot slot = slots.get(i);
            if (slot.state == State.LOADING && slot.isFor(id)) return slot;
        }
        return null;
    }

    private @Nullable StagingSlot freeOrNull() {
        for (int i = 0; i < slots.size(); i++) if (slots.get(i).state == State.FREE) return slots.get(i);
        return null;
    }

    private boolean allHeld() {
        for (int i = 0; i < slots.size(); i++) if (slots.get(i).state != State.HELD) return false;
        return true;
    }
}
