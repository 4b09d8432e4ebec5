package dev.polder.store;

import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/// Read epochs: how generations and files are taken away from under readers without a lock and without a shared
/// counter.
///
/// **Protocol.** A reader claims a free slot by compare-and-set of the current epoch into the slot's own padded line
/// (its first guess depends on its thread, so the line is seldom shared), reads, and stores 0 when it leaves. Whoever
/// takes something away first unlinks it from what readers start from (the store's current version), then calls
/// [#advance], which returns the epoch `e` from which on readers cannot see it; it may be reused once [#passed]`(e)`.
/// Why that holds: a reader whose slot was seen empty claims it later, and its claim (a full fence) comes before its
/// read of the version, which is the new one by then; a reader whose slot holds an epoch `≥ e` claimed it after the
/// unlink.
///
/// A slot also owns its reader's scratch memory (a copy of the key, and the keys of run look-ups), so a read
/// allocates nothing. Readers beyond the number of slots wait for one: the number of reads at work is bounded.
public final class ReadSlots {
    /// Epoch words per slot: 128 bytes apart, because neighbouring lines are fetched in pairs.
    private static final int STRIDE = 16;

    private static final long WAIT_NANOS = 20_000;

    private final AtomicLongArray words;
    private final ReadSlot[] slots;
    private final int mask;
    private final AtomicLong epoch = new AtomicLong(1);
    private final AtomicLong waits = new AtomicLong();
    private final Seams seams;

    /// @param count number of slots, a power of two
    public ReadSlots(int count, MemoryBudget budget, Seams seams) {
        if (Integer.bitCount(count) != 1) throw new IllegalArgumentException("count=" + count + ": use a power of two");
        this.seams = seams;
        this.mask = count - 1;
        this.words = new AtomicLongArray((count + 1) * STRIDE);
        this.slots = new ReadSlot[count];
        int units =
                (int) (((long) count * ReadSlot.SCRATCH_BYTES + MemoryBudget.UNIT_BYTES - 1) / MemoryBudget.UNIT_BYTES);
        long memory = budget.tryLeaseRun(Owner.QUERY, units);
        if (memory == 0) throw new IllegalStateException("the floor of QUERY does not hold " + count + " read slots");
        for (int i = 0; i < count; i++) slots[i] = new ReadSlot(i, memory + (long) i * ReadSlot.SCRATCH_BYTES);
    }

    /// Enters: until [#exit], nothing that the current version reaches goes away.
    public ReadSlot enter() {
        int start = (int) ((Thread.currentThread().threadId() * 0x9E3779B9L) >>> 7);
        while (true) {
            for (int i = 0; i <= mask; i++) {
                int index = (start + i) & mask;
                int word = (index + 1) * STRIDE;
                if (words.getPlain(word) == 0 && words.compareAndSet(word, 0, epoch.get())) return slots[index];
            }
            waits.incrementAndGet();
            seams.tasks().sleep(WAIT_NANOS);
        }
    }

    public void exit(ReadSlot slot) {
        words.setRelease((slot.index + 1) * STRIDE, 0);
    }

    /// Called after something was unlinked; returns the epoch to wait for with [#passed].
    long advance() {
        return epoch.incrementAndGet();
    }

    /// Whether every reader that was inside before `epoch` began has left.
    boolean passed(long waitedFor) {
        for (int i = 0; i <= mask; i++) {
            long at = words.get((i + 1) * STRIDE);
            if (at != 0 && at < waitedFor) return false;
        }
        return true;
    }

    /// How often a reader found no free slot.
    public long waits() {
        return waits.get();
    }
}
