package dev.polder.store;

import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;

/// The memory in which groups are put together before they are logged: it belongs to the engine and is lent per
/// group, so a thousand stores share it. A quarter of it is cut into small buffers for ordinary commits; the rest is
/// one large buffer, whose size is the limit of a group; larger batches are spilled ([Spills]).
///
/// Lent outside of any other lock, given back when the commit has been applied: a holder never waits for another
/// buffer, so a waiter's turn always comes.
public final class LogStaging {
    static final int SMALL_BYTES = 16 << 10;

    /// Room for the group header that the log writes in front of a payload.
    static final int HEADROOM_BYTES = 64;

    /// Replaying a group takes so much more than its payload, because reads are aligned.
    private static final int REPLAY_BYTES = 8 << 10;

    private final Mutex mutex;
    private final Gate returned;
    private final long manifest;
    private final long[] small;
    private final long large;
    private final int largeBytes;
    private int smallFree;
    private boolean largeFree = true;
    private boolean manifestFree = true;
    private boolean closed;

    public LogStaging(MemoryBudget budget, int units, Seams seams) {
        mutex = seams.tasks().mutex("log-staging");
        returned = mutex.gate();
        long area = budget.tryLeaseRun(Owner.LOG, units);
        if (area == 0) throw new IllegalStateException("the floor of LOG does not hold its " + units + " units");
        int bytes = units * MemoryBudget.UNIT_BYTES;
        manifest = area;
        small = new long[bytes / 4 / SMALL_BYTES - 1];
        for (int i = 0; i < small.length; i++) small[i] = area + (long) (i + 1) * SMALL_BYTES;
        smallFree = small.length;
        large = area + (long) (small.length + 1) * SMALL_BYTES;
        largeBytes = bytes - (small.length + 1) * SMALL_BYTES;
    }

    /// The largest payload that one group can have; a larger batch does not come here.
    public int payloadBytesMax() {
        return largeBytes - HEADROOM_BYTES - REPLAY_BYTES;
    }

    /// Lends a buffer for a payload of `bytes`: address of the payload, with [#HEADROOM_BYTES] of room before it.
    public long lend(int bytes) {
        if (bytes > payloadBytesMax()) {
            throw new IllegalArgumentException(
                    "bytes=" + bytes + ": a group has at most " + payloadBytesMax() + " bytes");
        }
        boolean fitsSmall = bytes + HEADROOM_BYTES <= SMALL_BYTES;
        mutex.lock();
        try {
            while (true) {
                if (closed) throw new IllegalStateException("the engine is closed");
                if (fitsSmall && smallFree > 0) return small[--smallFree] + HEADROOM_BYTES;
                if (!fitsSmall && largeFree) {
                    largeFree = false;
                    return large + HEADROOM_BYTES;
                }
                returned.await();
            }
        } finally {
            mutex.unlock();
        }
    }

    public void giveBack(long payloadAddress) {
        long buffer = payloadAddress - HEADROOM_BYTES;
        mutex.lock();
        try {
            if (buffer == large) largeFree = true;
            else small[smallFree++] = buffer;
            returned.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    /// Lends no more, and waits until all is back: a writer of a store that was closed under it is about to find out.
    void close() {
        mutex.lock();
        try {
            closed = true;
            returned.signalAll();
            while (smallFree < small.length || !largeFree || !manifestFree) returned.await();
        } finally {
            mutex.unlock();
        }
    }

    /// The large buffer for replaying a log: 4 KiB aligned, [#largeBytes] long. Give it back with [#giveBackLarge].
    long lendLarge() {
        return lend(payloadBytesMax()) - HEADROOM_BYTES;
    }

    int largeBytes() {
        return largeBytes;
    }

    void giveBackLarge(long address) {
        giveBack(address + HEADROOM_BYTES);
    }

    /// A buffer of [#SMALL_BYTES] that only manifests use: merges must not wait for writers, who wait for merges.
    long lendManifest() {
        mutex.lock();
        try {
            while (!manifestFree) returned.await();
            manifestFree = false;
            return manifest;
        } finally {
            mutex.unlock();
        }
    }

    void giveBackManifest() {
        mutex.lock();
        try {
            manifestFree = true;
            returned.signalAll();
        } finally {
            mutex.unlock();
        }
    }
}
