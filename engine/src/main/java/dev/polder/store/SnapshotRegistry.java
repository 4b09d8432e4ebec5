package dev.polder.store;

import dev.polder.metrics.OpenUse;
import dev.polder.runtime.Clock;
import dev.polder.runtime.Leaks;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The sequences that open snapshots and cursors read at. Merges and compactions keep what any of them can see.
///
/// A snapshot is its sequence and nothing more: it pins no generation, no file and no frame. What it costs is history
/// kept in runs, and the number of snapshots is bounded here.
final class SnapshotRegistry {
    private final int limit;
    private final Mutex mutex;
    private final Clock clock;
    private long[] sequences = new long[16];
    /// When each was registered; of equal ones the first to be released is taken for the youngest.
    private long[] begun = new long[16];
    /// Where, if that is traced.
    private @Nullable Throwable[] traces = new Throwable[16];
    private int count;

    /// @param limit open snapshots and cursors of the store
    SnapshotRegistry(int limit, Seams seams) {
        this.limit = limit;
        clock = seams.clock();
        mutex = seams.tasks().mutex("snapshots");
    }

    /// Reads the visible sequence and registers it, as one step: no merge can begin in between without seeing it.
    long register(java.util.function.LongSupplier visible) {
        mutex.lock();
        try {
            long sequence = visible.getAsLong();
            add(sequence);
            return sequence;
        } finally {
            mutex.unlock();
        }
    }

    /// Registers a sequence that is registered already, for one more reader.
    ///
    /// @throws IllegalStateException if it is not: what it saw may be gone
    void registerAgain(long sequence) {
        mutex.lock();
        try {
            if (Arrays.binarySearch(sequences, 0, count, sequence) < 0) {
                throw new IllegalStateException("the snapshot is closed");
            }
            add(sequence);
        } finally {
            mutex.unlock();
        }
    }

    private void add(long sequence) {
        if (count == limit) {
            throw new IllegalStateException("this store has " + count
                    + " open snapshots and cursors, which is the limit: close those no longer used");
        }
        if (count == sequences.length) {
            sequences = Arrays.copyOf(sequences, count * 2);
            begun = Arrays.copyOf(begun, count * 2);
            traces = Arrays.copyOf(traces, count * 2);
        }
        int at = count; // nearly always the newest
        while (at > 0 && sequences[at - 1] > sequence) {
            sequences[at] = sequences[at - 1];
            begun[at] = begun[at - 1];
            traces[at] = traces[at - 1];
            at--;
        }
        sequences[at] = sequence;
        begun[at] = clock.nanoTime();
        traces[at] = Leaks.CHOSEN.traced() ? new Throwable("opened here") : null;
        count++;
    }

    void release(long sequence) {
        mutex.lock();
        try {
            int at = count - 1;
            while (at >= 0 && sequences[at] != sequence) at--;
            if (at < 0) throw new IllegalStateException("snapshot " + sequence + " is not registered");
            System.arraycopy(sequences, at + 1, sequences, at, count - at - 1);
            System.arraycopy(begun, at + 1, begun, at, count - at - 1);
            System.arraycopy(traces, at + 1, traces, at, count - at - 1);
            traces[--count] = null;
        } finally {
            mutex.unlock();
        }
    }

    /// Ascending, without repetition, ending with the sequence visible now: what a merge that begins now must keep.
    long[] sequencesFor(java.util.function.LongSupplier visible) {
        mutex.lock();
        try {
            long[] all = Arrays.copyOf(sequences, count + 1);
            all[count] = visible.getAsLong();
            return Arrays.stream(all).sorted().distinct().toArray();
        } finally {
            mutex.unlock();
        }
    }

    int open() {
        mutex.lock();
        try {
            return count;
        } finally {
            mutex.unlock();
        }
    }

    /// Those open for at least so long: how many, and for how long the oldest has been.
    OpenUse openSince(String what, long nanos) {
        mutex.lock();
        try {
            long now = clock.nanoTime();
            int old = 0;
            long longest = 0;
            Throwable opened = null;
            for (int i = 0; i < count; i++) {
                long age = now - begun[i];
                if (age < nanos) continue;
                if (old++ > 0 && age <= longest) continue;
                longest = age;
                opened = traces[i];
            }
            return OpenUse.of(what, old, longest, opened);
        } finally {
            mutex.unlock();
        }
    }

    /// The oldest registered sequence, or `Long.MAX_VALUE`.
    long oldest() {
        mutex.lock();
        try {
            return count == 0 ? Long.MAX_VALUE : sequences[0];
        } finally {
            mutex.unlock();
        }
    }
}
