package dev.polder.store;

import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.BackpressureException;
import dev.polder.errors.CommitUnknownException;
import dev.polder.errors.PolderException;
import dev.polder.events.Events;
import dev.polder.events.Spill;
import dev.polder.generation.Payload;
import dev.polder.memory.Memory;
import dev.polder.run.RunWriter;
import dev.polder.run.Section;
import dev.polder.run.ValueSource;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Batches that are too large for a group of the log: written as a run file of their own, and published by an edit.
///
///     sort ─▶ run file, synced ─▶ the merger: all before is merged ▸ writers held: the rest is merged, and
///             (writers go on)                                        one edit {rest, batch, F} ▸ version ▸ note in log
///
/// **Order.** What is newer hides what is older because generations are asked before runs, and level 0 newest first. So
/// the batch becomes the newest run of level 0 at a moment when all that came before it is in runs, and nothing that
/// comes after it exists. The whole batch has one sequence, the one after all others at that moment; the blocks were
/// written before, with sequence 0, and the section's base says the rest ([Section#basedOn]).
///
/// **Always true.** (1) The edit is the moment of truth: before it is durable the file is an orphan, after it the
/// batch is there, whole, durable, with all before it; whatever durability was asked for. (2) What can refuse the
/// batch (space on the device, a dropped space, a store that closes or has failed) is asked before the edit; then
/// the file goes, and nothing has changed. (3) In the log the sequence is a note of a few bytes, so that sequences
/// leave no gap there; replay skips it, because `F` has passed it.
///
/// **Threads.** Clients sort and write, each its own batch, one after the other as they get memory ([MergeMemory]); the
/// merger publishes. A client holds the store open (as checks do) and gives up when it closes.
final class Spills {
    private static final long WAIT_NANOS = 10_000_000;
    private static final int KEY_BYTES = 4096;
    private static final int OPERATIONS_BETWEEN_CHECKS = 1024;

    private final StoreCore store;
    private final Mutex mutex;
    private final Gate changed;
    private final ArrayDeque<SpilledBatch> waiting = new ArrayDeque<>();
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong heldNanosMax = new AtomicLong();

    Spills(StoreCore store) {
        this.store = store;
        mutex = store.engine.seams().tasks().mutex("spills");
        changed = mutex.gate();
    }

    /// How many batches were published.
    long batches() {
        return batches.get();
    }

    /// The longest time that one of them has held writers.
    long heldNanosMax() {
        return heldNanosMax.get();
    }

    // ---- the client ----

    /// Commits a batch: durable and visible when it returns.
    void commit(byte[] operations, int bytes, int count) {
        Spill event = Events.spill();
        boolean failed = true;
        try {
            spill(operations, bytes, count);
            failed = false;
        } finally {
            if (event != null) event.end(store.directory().toString(), count, bytes, failed);
        }
    }

    private void spill(byte[] operations, int bytes, int count) {
        store.checkWritable();
        store.committer.checkSpace(operations, bytes);
        BatchOrder order = new BatchOrder(operations, bytes, count);
        store.compactor.awaitFewerRuns();
        try (StoreCore.Hold hold = store.holdFilesOrNull()) {
            if (hold == null) throw store.closedException();
            commit(operations, order, hold.version());
        }
    }

    private void commit(byte[] operations, BatchOrder order, Version version) {
        long fileId = store.catalog.reserveFileId();
        DiskFile file = store.catalog.createRun(fileId);
        long note = 0;
        boolean published = false;
        try {
            List<Section> sections = new ArrayList<>();
            long fileBytes = write(file, operations, order, sections);
            if (store.log != null) note = store.engine.staging().lend(Payload.SPILLED_BYTES);
            if (note != 0) Payload.spilled(note, fileId);
            SpilledBatch batch = new SpilledBatch(fileId, fileBytes, sections, note);
            awaitSettled(batch);
            throwIfRefused(batch, version);
            published = true;
            store.committer.awaitVisible(batch.sequence());
        } finally {
            if (note != 0) store.engine.staging().giveBack(note);
            if (published || store.failure() != null) file.close(); // in doubt the next open deletes it, or not
            else Discarded.delete(store, fileId, file);
        }
    }

    /// Writes and syncs the file; returns its length.
    private long write(DiskFile file, byte[] operations, BatchOrder order, List<Section> sections) {
        MergeMemory.Stretch memory = store.engine.mergeMemory().lend(store::checkWritable);
        try {
            MergeMemory.Stretch forWriter = memory.part(KEY_BYTES, memory.bytes() - KEY_BYTES);
            long fileBytes;
            try (RunWriter writer = new RunWriter(
                    file,
                    forWriter.address(),
                    forWriter.bytes(),
                    true,
                    store.engine.codecs(),
                    store.engine.runConfig(),
                    Lane.MERGE)) {
                write(writer, operations, order, memory.address(), sections);
                fileBytes = writer.finish();
            }
            file.sync(Lane.MERGE);
            store.disk().syncDirectory(store.directory());
            return fileBytes;
        } finally {
            store.engine.mergeMemory().giveBack(memory);
        }
    }

    private void write(RunWriter writer, byte[] operations, BatchOrder order, long key, List<Section> sections) {
        ArrayValue value = new ArrayValue(operations);
        int spaceId = -1;
        for (int i = 0; i < order.size(); i++) {
            if (i % OPERATIONS_BETWEEN_CHECKS == 0) store.checkWritable();
            int at = order.at(i);
            if (Payload.spaceId(operations, at) != spaceId) {
                if (i > 0) sections.add(writer.endSection());
                spaceId = Payload.spaceId(operations, at);
                writer.beginSection(spaceId);
            }
            int keyBytes = Payload.keyBytes(operations, at);
            int keyAt = Payload.keyAt(operations, at);
            Memory.copyIn(operations, keyAt, key, keyBytes);
            if (Payload.kind(operations, at) == Payload.DELETE) {
                writer.add(key, keyBytes, 0, Payload.DELETE, 0, 0);
            } else {
                value.start = keyAt + keyBytes;
                writer.addLarge(key, keyBytes, 0, Payload.valueBytes(operations, at), value);
            }
        }
        sections.add(writer.endSection());
    }

    /// A value in the batch; moved from one to the next.
    private static final class ArrayValue implements ValueSource {
        private final byte[] bytes;
        private int start;

        ArrayValue(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public void copyValue(int from, long to, int length) {
            Memory.copyIn(bytes, start + from, to, length);
        }
    }

    /// Waits for the merger. Before that has taken the batch, a store that closes or fails ends the wait, and so does a
    /// device that is stuck; afterwards it always comes to an end.
    private void awaitSettled(SpilledBatch batch) {
        long deadline = store.engine.seams().clock().nanoTime() + store.engine.stallNanos();
        mutex.lock();
        try {
            waiting.add(batch);
            store.engine.requestMerge(store);
            while (!batch.settled()) {
                if (!batch.taken()) giveUpIfHopeless(deadline);
                boolean _ = changed.await(WAIT_NANOS);
            }
        } finally {
            waiting.remove(batch);
            mutex.unlock();
        }
    }

    private void giveUpIfHopeless(long deadline) {
        store.checkWritable();
        if (store.engine.seams().clock().nanoTime() - deadline < 0) return;
        throw new BackpressureException("a large batch waited " + store.engine.stallNanos() / 1_000_000
                + " ms for merging to come to it: store=" + store.directory()
                + "; nothing has changed. The device is stuck or far too slow; try again later.");
    }

    private void throwIfRefused(SpilledBatch batch, Version version) {
        Throwable failure = batch.failure();
        if (failure == null && batch.sequence() != 0) return;
        if (batch.editBegun() && store.failure() != null) {
            throw new CommitUnknownException(
                    "the edit that publishes a large batch failed: store=" + store.directory() + " file="
                            + StoreFiles.run(store.directory(), batch.fileId)
                            + "; after a reopen the batch is there whole or not at all. Close the store and reopen it.",
                    store.failure());
        }
        switch (failure) {
            case null -> throw dropped(version, batch.droppedSpace());
            case PolderException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException("a large batch was not published", failure);
        }
    }

    private IllegalStateException dropped(Version version, int spaceId) {
        String name = version.names().entrySet().stream()
                .filter(entry -> entry.getValue() == spaceId)
                .map(java.util.Map.Entry::getKey)
                .findAny()
                .orElse("number " + spaceId);
        return new IllegalStateException("the space was dropped: " + name + " of " + store.directory());
    }

    // ---- the merger ----

    boolean anyWaiting() {
        mutex.lock();
        try {
            return !waiting.isEmpty();
        } finally {
            mutex.unlock();
        }
    }

    /// The oldest batch that waits, which the merger will settle; `null` if there is none any more.
    @Nullable
    SpilledBatch takeOrNull() {
        mutex.lock();
        try {
            SpilledBatch batch = waiting.poll();
            if (batch != null) batch.take();
            return batch;
        } finally {
            mutex.unlock();
        }
    }

    /// @param failure `null` if it is published, or a space of it is gone
    void settle(SpilledBatch batch, @Nullable Throwable failure, long heldNanos) {
        if (batch.sequence() != 0) batches.incrementAndGet();
        heldNanosMax.accumulateAndGet(heldNanos, Math::max);
        mutex.lock();
        try {
            batch.settle(failure);
            changed.signalAll();
        } finally {
            mutex.unlock();
        }
    }
}
