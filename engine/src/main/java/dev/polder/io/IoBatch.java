package dev.polder.io;

import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import java.util.Objects;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Reads and writes that are under way at once: the one way to keep a device busy from one thread.
///
///     read(0, …)  write(1, …)  read(2, …)     each in a slot of its own, in any order, of any files of this engine
///     next() ▶ 1   result(1)   read(1, …)     they end in any order; a slot whose result was taken is free again
///     next() ▶ 0   …
///     next() ▶ −1                             nothing is under way
///
/// Each is one [IoFile#read] or one [IoFile#write]: it may be short, disturbed ([Errno#isTransient]), or fail, alone.
/// Misuse is an exception at once, or at the latest from [#result]. Its memory belongs to the batch until `next` or
/// `poll` has named its slot: nobody else writes there, nor reads what is being read. [#close] waits for those still
/// under way, and forgets them. Nothing is known of the order in which two of them reach the device.
///
/// It may have parts: one stretch of the file that is in several places in memory.
///
/// **Threads.** One at a time; which, says the method of [IoEngine] it came from.
public abstract sealed class IoBatch implements AutoCloseable permits SerialBatch, RingBatch, IoThreads.HandedBatch {
    /// Parts of one transfer.
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
    final boolean[] writes;
    private final int depth;
    private int underWay;
    private IntConsumer listener = _ -> {};

    IoBatch(int depth) {
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
        writes = new boolean[depth];
    }

    /// Whether several are really under way at once; otherwise they are done one by one, by who waits for them.
    public boolean overlaps() {
        return true;
    }

    /// How many transfers may be under way: slots are 0 to this, exclusive.
    public final int depth() {
        return depth;
    }

    /// Transfers that were started and whose slot was not named by [#next] or [#poll].
    public final int underWay() {
        return underWay;
    }

    /// Has `listener` told of the slot of each transfer as soon as it has ended, by whatever thread notices it first:
    /// with [IoEngine#batchElsewhere] that may be long before the slot is asked for. It must be quick and lock
    /// nothing of the batch. To be set before the first transfer; not told of those that [#close] drops.
    public final void whenEnded(IntConsumer listener) {
        this.listener = listener;
    }

    /// The owner is waited for: [#next] may use a processor to hear of the end a little sooner, if this batch is on a
    /// ring of its thread and [IoLimits#pollMicros] allows it.
    public void hurry() {}

    /// Starts a read, at the latest with the next call of [#submit], [#poll] or [#next]. If this fails, nothing was
    /// started.
    public final void read(int slot, IoFile file, long position, long address, int bytes) {
        begin(slot, false, file, position, address, bytes);
    }

    /// Starts a read of one stretch of the file into several places. The arrays belong to the batch until it has
    /// ended.
    ///
    /// @param from  the first element that counts
    /// @param count how many do, at most [#PARTS_MAX]
    public final void read(
            int slot, IoFile file, long position, long[] partAddresses, int[] partBytes, int from, int count) {
        begin(slot, false, file, position, partAddresses, partBytes, from, count);
    }

    /// Starts a write, as [#read] does.
    public final void write(int slot, IoFile file, long position, long address, int bytes) {
        begin(slot, true, file, position, address, bytes);
    }

    /// Starts a write of one stretch of the file from several places.
    public final void write(
            int slot, IoFile file, long position, long[] partAddresses, int[] partBytes, int from, int count) {
        begin(slot, true, file, position, partAddresses, partBytes, from, count);
    }

    final void begin(int slot, boolean write, IoFile file, long position, long address, int bytes) {
        IoChecks.range(position, address, bytes, file.alignment());
        begin(slot, write, file, position, address, bytes, null);
    }

    final void begin(
            int slot,
            boolean write,
            IoFile file,
            long position,
            long[] partAddresses,
            int[] partBytes,
            int from,
            int count) {
        if (count < 1 || count > PARTS_MAX) {
            throw new IllegalArgumentException("count=" + count + ": use 1 to " + PARTS_MAX + " parts");
        }
        int sum = 0;
        for (int i = from; i < from + count; i++) {
            IoChecks.range(position + sum, partAddresses[i], partBytes[i], file.alignment());
            sum = Math.addExact(sum, partBytes[i]);
        }
        Parts several = count == 1 ? null : new Parts(partAddresses, partBytes, from, count);
        begin(slot, write, file, position, partAddresses[from], sum, several);
    }

    private void begin(
            int slot, boolean write, IoFile file, long position, long address, int bytes, @Nullable Parts several) {
        Objects.checkIndex(slot, depth);
        if (states[slot] == UNDER_WAY) throw new IllegalStateException("slot " + slot + " is under way");
        writes[slot] = write;
        files[slot] = file;
        positions[slot] = position;
        addresses[slot] = address;
        lengths[slot] = bytes;
        parts[slot] = several;
        start(slot);
        states[slot] = UNDER_WAY;
        underWay++;
        started();
    }

    /// Hands over what was started, as far as there is room for it, and does not wait.
    public abstract void submit();

    /// The slot of a transfer that has ended; waits for one. −1 if none is under way.
    ///
    /// @throws dev.polder.errors.PolderException if that cannot be learnt; [#close] then waits for the rest
    public final int next() {
        return underWay == 0 ? -1 : ended(await());
    }

    /// The slot of a transfer that has ended, or −1 if none has. Where they are done one by one it does one.
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

    /// How many bytes moved: as [IoFile#read] and [IoFile#write].
    ///
    /// @throws dev.polder.errors.PolderException what the transfer failed with
    public final int result(int slot) {
        Objects.checkIndex(slot, depth);
        if (states[slot] != ENDED) throw new IllegalStateException("slot " + slot + " has not ended");
        RuntimeException failure = failures[slot];
        if (failure != null) throw failure;
        return results[slot];
    }

    // ---- For those who move the bytes ----

    /// The slot's file, position and memory are set. If this fails, nothing was started: nobody will look at the
    /// memory.
    abstract void start(int slot);

    /// The slot is under way. May hand over what was started; does not fail.
    void started() {}

    /// The slot of a transfer that has ended, after [#succeed] or [#fail]; something is under way.
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

    /// Does a slot's transfer here and now.
    final void perform(int slot) {
        try {
            Parts several = parts[slot];
            IoFile file = file(slot);
            long position = positions[slot];
            succeed(
                    slot,
                    several == null
                            ? move(slot, file, position, addresses[slot], lengths[slot])
                            : several.move(this, slot, file, position));
        } catch (RuntimeException e) {
            fail(slot, e);
        }
    }

    int move(int slot, IoFile file, long position, long address, int bytes) {
        return writes[slot] ? file.write(position, address, bytes) : file.read(position, address, bytes);
    }

    /// Waits for what is under way: afterwards nobody looks at its memory any more. The batch is not used again.
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

        /// Part by part; like a transfer of the whole it is short if one is, and fails only if nothing moved.
        int move(IoBatch batch, int slot, IoFile file, long position) {
            int sum = 0;
            for (int i = from; i < from + count; i++) {
                int moved;
                try {
                    moved = batch.move(slot, file, position + sum, addresses[i], lengths[i]);
                } catch (PolderException e) {
                    if (sum > 0 && (!batch.writes[slot] || changedNothing(e))) return sum;
                    throw e;
                }
                sum += moved;
                if (moved < lengths[i]) break;
            }
            return sum;
        }

        /// A write that met something else must be known to have failed: it is not to be repeated.
        private static boolean changedNothing(PolderException e) {
            return e instanceof OutOfSpaceException
                    || (e instanceof FileAccessException failure && Errno.isTransient(failure.errno()));
        }
    }
}
