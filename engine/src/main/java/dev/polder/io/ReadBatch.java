package dev.polder.io;

import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Reads that are under way at once: the one way to keep a device busy from one thread.
///
///     read(0, …)  read(1, …)  read(2, …)      each in a slot of its own, in any order, of any files of this engine
///     next() ▶ 1   result(1)   read(1, …)     they end in any order; a slot whose result was taken is free again
///     next() ▶ 0   …
///     next() ▶ −1                             nothing is under way
///
/// Each read is one [IoFile#read]: it may be short, disturbed ([Errno#isTransient]), or fail, alone. Misuse is an
/// exception at once, or at the latest from [#result]. The memory of a read belongs to the batch until `next` or
/// `poll` has named its slot; [#close] waits for those still under way, and forgets them.
///
/// A read may have parts: one stretch of the file that goes to several places in memory.
///
/// **Threads.** One at a time; which, says the method of [IoEngine] it came from.
public abstract sealed class ReadBatch implements AutoCloseable
        permits SerialReads, RingReads, ReadThreads.HandedReads {
    /// Parts of one read.
    public static final int PARTS_MAX = 256;

    private static final byte UNDER_WAY = 1, ENDED = 2; // 0: never used

    private final byte[] states;
    private final int[] results;
    private final @Nullable RuntimeException[] failures;
    final @Nullable IoFile[] files;
    final long[] positions;
    final long[] addresses;
    final int[] lengths;
    final @Nullable Parts[] parts;
    private final int depth;
    private int underWay;
    private IntConsumer listener = _ -> {};

    ReadBatch(int depth) {
        if (depth < 1) throw new IllegalArgumentException("depth=" + depth + ": use at least 1");
        this.depth = depth;
        states = new byte[depth];
        results = new int[depth];
        failures = new RuntimeException[depth];
        files = new IoFile[depth];
        positions = new long[depth];
        addresses = new long[depth];
        lengths = new int[depth];
        parts = new Parts[depth];
    }

    /// How many reads may be under way: slots are 0 to this, exclusive.
    public final int depth() {
        return depth;
    }

    /// Reads that were started and whose slot was not named by [#next] or [#poll].
    public final int underWay() {
        return underWay;
    }

    /// Has `listener` told of the slot of each read as soon as it has ended, by whatever thread notices it first:
    /// with [IoEngine#readsElsewhere] that may be long before the slot is asked for. It must be quick and lock
    /// nothing of the batch. To be set before the first read; not told of reads that [#close] drops.
    public final void whenEnded(IntConsumer listener) {
        this.listener = listener;
    }

    /// Starts a read, at the latest with the next call of [#submit], [#poll] or [#next].
    public final void read(int slot, IoFile file, long position, long address, int bytes) {
        IoChecks.range(position, address, bytes, file.alignment());
        begin(slot, file, position, address, bytes, null);
    }

    /// Starts a read of one stretch of the file into several places. The arrays belong to the batch until the read
    /// has ended.
    ///
    /// @param from  the first element that counts
    /// @param count how many do, at most [#PARTS_MAX]
    public final void read(
            int slot, IoFile file, long position, long[] partAddresses, int[] partBytes, int from, int count) {
        if (count < 1 || count > PARTS_MAX) {
            throw new IllegalArgumentException("count=" + count + ": use 1 to " + PARTS_MAX + " parts");
        }
        int sum = 0;
        for (int i = from; i < from + count; i++) {
            IoChecks.range(position + sum, partAddresses[i], partBytes[i], file.alignment());
            sum = Math.addExact(sum, partBytes[i]);
        }
        Parts several = count == 1 ? null : new Parts(partAddresses, partBytes, from, count);
        begin(slot, file, position, partAddresses[from], sum, several);
    }

    private void begin(int slot, IoFile file, long position, long address, int bytes, @Nullable Parts several) {
        Objects.checkIndex(slot, depth);
        if (states[slot] == UNDER_WAY) throw new IllegalStateException("slot " + slot + " is under way");
        files[slot] = file;
        positions[slot] = position;
        addresses[slot] = address;
        lengths[slot] = bytes;
        parts[slot] = several;
        start(slot);
        states[slot] = UNDER_WAY;
        underWay++;
    }

    /// Hands over what was started, and does not wait.
    public abstract void submit();

    /// The slot of a read that has ended; waits for one. −1 if none is under way.
    public final int next() {
        return underWay == 0 ? -1 : ended(await());
    }

    /// The slot of a read that has ended, or −1 if none has. Where reads are done one by one it does one.
    public final int poll() {
        return underWay == 0 ? -1 : ended(endedOrNone());
    }

    private int ended(int slot) {
        if (slot < 0) return -1;
        states[slot] = ENDED;
        files[slot] = null;
        parts[slot] = null;
        underWay--;
        return slot;
    }

    /// How many bytes the read moved, 0 at the end of the file: as [IoFile#read].
    ///
    /// @throws dev.polder.errors.PolderException what the read failed with
    public final int result(int slot) {
        Objects.checkIndex(slot, depth);
        if (states[slot] != ENDED) throw new IllegalStateException("slot " + slot + " has not ended");
        RuntimeException failure = failures[slot];
        if (failure != null) throw failure;
        return results[slot];
    }

    // ---- For those who move the bytes ----

    /// The slot's file, position and memory are set.
    abstract void start(int slot);

    /// The slot of a read that has ended, after [#succeed] or [#fail]; something is under way.
    abstract int await();

    /// The same without waiting, or −1.
    abstract int endedOrNone();

    final void succeed(int slot, int bytes) {
        results[slot] = bytes;
        failures[slot] = null;
    }

    final void fail(int slot, RuntimeException failure) {
        failures[slot] = failure;
    }

    final IoFile file(int slot) {
        return Objects.requireNonNull(files[slot]);
    }

    final void noticeEnd(int slot) {
        listener.accept(slot);
    }

    /// Does a slot's read here and now.
    final void perform(int slot) {
        try {
            Parts several = parts[slot];
            IoFile file = file(slot);
            long position = positions[slot];
            succeed(
                    slot,
                    several == null
                            ? file.read(position, addresses[slot], lengths[slot])
                            : several.read(file, position));
        } catch (RuntimeException e) {
            fail(slot, e);
        }
    }

    /// Waits for what is under way: afterwards nobody writes to its memory any more. The batch is not used again.
    @Override
    public abstract void close();

    final void drain() {
        while (next() >= 0) {}
    }

    /// Several places in memory for one stretch of a file.
    static final class Parts {
        final long[] addresses;
        final int[] lengths;
        final int from;
        final int count;

        Parts(long[] addresses, int[] lengths, int from, int count) {
            this.addresses = addresses;
            this.lengths = lengths;
            this.from = from;
            this.count = count;
        }

        /// Part by part; like a read of the whole it is short if one is, and fails only if nothing was read.
        int read(IoFile file, long position) {
            int sum = 0;
            for (int i = from; i < from + count; i++) {
                int read;
                try {
                    read = file.read(position + sum, addresses[i], lengths[i]);
                } catch (dev.polder.errors.PolderException e) {
                    if (sum > 0) return sum;
                    throw e;
                }
                sum += read;
                if (read < lengths[i]) break;
            }
            return sum;
        }
    }
}
