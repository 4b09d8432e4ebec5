package dev.polder;

import java.util.concurrent.atomic.AtomicBoolean;

/// The store as it was at one moment, across all its spaces. Costs history that merges must keep: close it.
/// Thread-safe.
public final class Snapshot implements AutoCloseable {
    private final Store store;
    private final long sequence;
    private final AtomicBoolean closed = new AtomicBoolean();

    Snapshot(Store store, long sequence) {
        this.store = store;
        this.sequence = sequence;
    }

    /// Sequence of the newest write that it sees.
    public long sequence() {
        return sequence;
    }

    /// The sequence, for a reader of `reader`.
    long sequenceFor(Store reader) {
        if (reader != store) throw new IllegalArgumentException("the snapshot is of another store: " + store.path());
        if (closed.get()) throw new IllegalStateException("the snapshot is closed");
        return sequence;
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) store.core().releaseSnapshot(sequence);
    }
}
