package dev.polder.store;

import dev.polder.errors.BackpressureException;
import dev.polder.errors.CommitUnknownException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.events.Events;
import dev.polder.events.WriteStall;
import dev.polder.generation.Generation;
import dev.polder.generation.Payload;
import dev.polder.log.LogWriter;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The one way in: assign, append, apply in one short section; sync outside it, one sync for many; publish in
/// order.
///
///     lock ─▶ make room ─▶ log.append ─▶ generation.apply ─▶ unlock ─▶ [sync] ─▶ visible
///             (may refuse)  (pwrite)      (cannot fail)
///
/// **Refusals come first.** Whatever can refuse a write (memory, backlog, disk space for the next segment) is
/// asked before a byte of it is logged. After the append nothing but a failed sync can go wrong.
///
/// **Visibility.** Sequences become visible in order, and the visible sequence never passes a SYNCED commit that
/// is not synced. `pendingFirst` is the first sequence of a SYNCED commit that no sync covers yet, `coveredFirst`
/// of one that the running sync covers; both are [#NONE] when there is none. Visible is the smaller of them less
/// one, or the last applied sequence. Therefore a BUFFERED commit behind a SYNCED one waits for that sync too: it
/// must read its own write.
///
/// **Group sync.** Whoever needs a sync and finds none running leads: under the lock it pads the log to a block
/// boundary (bytes of a block that was acknowledged are never rewritten) and notes what the sync covers; then it
/// syncs without the lock. All whom it covered are woken once.
///
/// **Spilled batches** ([Spills]) do not come this way: while one is published, writers are *held*. They wait
/// where they wait for room, and none is between its refusals and its apply, so the last sequence stands still.
///
/// **Threads.** All fields are guarded by `mutex`, except [#visible], which is read by everyone.
final class Committer {
    private static final long NONE = Long.MAX_VALUE;
    private static final long ROOM_WAIT_NANOS = 10_000_000;

    private final StoreCore store;
    final Mutex mutex;
    private final Gate room;
    private final Gate synced;
    private @Nullable LogWriter log;
    private volatile long visible;
    private long lastSequence;
    private long pendingFirst = NONE;
    private long coveredFirst = NONE;
    private boolean syncing;
    private boolean sealRequested;
    private boolean held;
    private final AtomicLong stalls = new AtomicLong();
    private final AtomicLong stalledNanos = new AtomicLong();
    private final AtomicLong stallNanosMax = new AtomicLong();

    Committer(StoreCore store) {
        this.store = store;
        mutex = store.engine.seams().tasks().mutex("commit");
        room = mutex.gate();
        synced = mutex.gate();
    }

    /// The newest sequence that readers may see.
    long visible() {
        return visible;
    }

    /// Begins after recovery: everything up to `sequence` is there.
    void start(long sequence, @Nullable LogWriter writer) {
        mutex.lock();
        try {
            lastSequence = sequence;
            visible = sequence;
            log = writer;
        } finally {
            mutex.unlock();
        }
    }

    /// Commits one group. Returns when it is visible, and durable as far as asked.
    ///
    /// @param payload address of the encoded operations, with room for the log's header before it
    void commit(long payload, int bytes, int count, boolean sync) {
        store.throttle(bytes);
        mutex.lock();
        try {
            LogWriter writer = log;
            store.checkWritable();
            store.space.check(payload, bytes);
            if (!tryRoom(payload, bytes, writer)) awaitRoom(payload, bytes, writer);
            long first = lastSequence + 1;
            long last = lastSequence + count;
            if (writer != null) append(writer, payload, bytes, count, first);
            try {
                store.version().active().apply(payload, bytes, first);
            } catch (Throwable t) {
                throw store.fail("apply a commit that was logged", t);
            }
            lastSequence = last;
            if (sync && writer != null) {
                pendingFirst = Math.min(pendingFirst, first);
                awaitSynced(writer, last);
            } else {
                publish();
                if (visible < last) awaitVisible(writer, last);
            }
            sealIfFull();
        } finally {
            mutex.unlock();
        }
    }

    /// Refuses a batch that is spilled if the device has no room for it.
    void checkSpace(byte[] operations, int bytes) {
        mutex.lock();
        try {
            store.space.check(operations, bytes);
        } finally {
            mutex.unlock();
        }
    }

    private void append(LogWriter writer, long payload, int bytes, int count, long first) {
        long group = payload - LogStaging.HEADROOM_BYTES;
        try {
            writer.append(group, bytes, count, first, store.catalog.editNumber());
            if (writer.nextWanted()) store.merger.prepareLogBeforeNextStep();
        } catch (OutOfSpaceException | BackpressureException e) {
            throw e; // nothing of it was logged, the log goes on
        } catch (CommitUnknownException e) {
            var _ = store.fail("append to the log", e);
            throw e;
        } catch (Throwable t) {
            throw store.fail("append to the log", t);
        }
    }

    /// Makes every commit so far durable.
    void sync() {
        mutex.lock();
        try {
            LogWriter writer = log;
            if (writer == null) return;
            store.checkUsable();
            if (writer.syncedLsn() >= writer.appendLsn()) return;
            long target = writer.appendLsn();
            while (writer.syncedLsn() < target) waitOrLead(writer, lastSequence);
        } finally {
            mutex.unlock();
        }
    }

    private void awaitSynced(LogWriter writer, long last) {
        long end = writer.appendLsn();
        while (writer.syncedLsn() < end || visible < last) waitOrLead(writer, last);
    }

    /// Without a log a commit is visible at once, unless the store has stopped meanwhile.
    private void awaitVisible(@Nullable LogWriter writer, long last) {
        while (visible < last) {
            if (writer == null) throwIfStopped(last);
            else waitOrLead(writer, last);
        }
    }

    private void waitOrLead(LogWriter writer, long last) {
        throwIfStopped(last);
        if (syncing) synced.await();
        else lead(writer);
    }

    private void throwIfStopped(long last) {
        if (store.failure() != null) {
            throw new CommitUnknownException(
                    "the store stopped before a commit was durable and visible: store=" + store.directory()
                            + " sequence=" + last
                            + "; after a reopen the commit is there whole or not at all. Close the store and reopen it.",
                    store.failure());
        }
    }

    private void lead(LogWriter writer) {
        syncing = true;
        coveredFirst = pendingFirst;
        pendingFirst = NONE;
        Throwable failure = null;
        try {
            long target = writer.padForSync();
            mutex.unlock();
            try {
                writer.sync(target);
            } finally {
                mutex.lock();
            }
        } catch (Throwable t) {
            failure = t;
        }
        syncing = false;
        if (failure == null) {
            coveredFirst = NONE;
            publish();
        } else {
            var _ = store.fail("sync of the log", failure); // whoever waits finds the failure, the leader among them
        }
        synced.signalAll();
    }

    private void publish() {
        long bound = Math.min(coveredFirst, pendingFirst);
        long now = bound == NONE ? lastSequence : Math.min(lastSequence, bound - 1);
        if (now > visible && store.failure() == null) visible = now;
    }

    /// Room at once, or `false`. What refuses a write for good is thrown.
    private boolean tryRoom(long payload, int bytes, @Nullable LogWriter writer) {
        while (true) {
            store.checkWritable();
            if (held) return false;
            if (sealRequested || full(store.version().active())) trySeal();
            if (!full(store.version().active()) && store.version().active().reserve(payload, bytes)) {
                if (writer != null) prepare(writer, bytes);
                return true;
            }
            if (!trySeal()) return false;
        }
    }

    private void awaitRoom(long payload, int bytes, @Nullable LogWriter writer) {
        WriteStall event = Events.writeStall();
        String reason = held ? "held" : "room";
        long start = store.engine.seams().clock().nanoTime();
        boolean refused = true;
        try {
            waitForRoom(payload, bytes, writer);
            refused = false;
        } finally {
            stalled(store.engine.seams().clock().nanoTime() - start);
            if (event != null) event.end(store.directory().toString(), reason, bytes, refused);
        }
    }

    private void stalled(long nanos) {
        stalls.incrementAndGet();
        stalledNanos.addAndGet(nanos);
        stallNanosMax.accumulateAndGet(nanos, Math::max);
    }

    private void waitForRoom(long payload, int bytes, @Nullable LogWriter writer) {
        long deadline = 0;
        int mergesFailed = 0;
        while (!tryRoom(payload, bytes, writer)) {
            if (held) {
                awaitLetGo();
                deadline = 0;
                continue;
            }
            store.reclaim();
            store.engine.relieve();
            long now = store.engine.seams().clock().nanoTime();
            if (deadline == 0) {
                deadline = now + store.engine.stallNanos();
                mergesFailed = store.merger.failures();
            }
            refuseIfHopeless(now, deadline, mergesFailed);
            room.await(ROOM_WAIT_NANOS);
        }
    }

    /// The time that writers are held does not count as time without room; but it is not endless either.
    private void awaitLetGo() {
        long deadline = store.engine.seams().clock().nanoTime() + store.engine.stallNanos();
        while (held) {
            store.checkWritable();
            refuseIfLate(store.engine.seams().clock().nanoTime(), deadline, store.mergeFailure());
            room.await(ROOM_WAIT_NANOS);
        }
    }

    private void prepare(LogWriter writer, int bytes) {
        try {
            writer.prepare(bytes);
        } catch (StoreFailedException e) {
            throw store.fail("make room in the log", e); // the log takes nothing any more
        }
    }

    /// A full device is believed only if it has been so since this write began to wait: space may have come back.
    private void refuseIfHopeless(long now, long deadline, int mergesFailed) {
        PolderException cause = store.mergeFailure();
        if (cause instanceof OutOfSpaceException full && store.merger.failures() != mergesFailed) {
            throw new OutOfSpaceException(
                    "a write found no room, because a merge found none on the device: store=" + store.directory()
                            + "; nothing of it was logged; the merge says: ",
                    full);
        }
        refuseIfLate(now, deadline, cause);
    }

    private void refuseIfLate(long now, long deadline, @Nullable PolderException cause) {
        if (now - deadline >= 0) {
            String message = "a write found no room within " + store.engine.stallNanos() / 1_000_000
                    + " ms: store=" + store.directory() + " sealedGenerations="
                    + (store.version().generations().length - 1)
                    + "; nothing of it was logged. The device is stuck or far too slow; try again later.";
            throw cause == null ? new BackpressureException(message) : new BackpressureException(message, cause);
        }
    }

    /// An empty one is not full, though it may hold memory that was reserved for a write that was then refused.
    private boolean full(Generation active) {
        if (active.entries() == 0) return false;
        return active.bytes() >= store.engine.sealBytes()
                || active.entries() >= store.engine.limits().generationEntries();
    }

    private void sealIfFull() {
        if (store.closing()) return; // what is released must not be sealed any more
        if (sealRequested || full(store.version().active())) trySeal();
    }

    /// Seals the active generation if it holds anything and another may wait. Called with the mutex held.
    private boolean trySeal() {
        Version version = store.version();
        if (version.active().entries() == 0
                || version.generations().length > store.engine.limits().sealedGenerations()) return false;
        store.installSealed();
        sealRequested = false;
        store.engine.requestMerge(store);
        return true;
    }

    /// Asks for the active generation to be sealed, by whoever comes first: a writer or the merger.
    void requestSeal() {
        mutex.lock();
        try {
            if (store.closing()) return; // what is released must not be sealed any more
            sealRequested = store.version().active().entries() > 0;
            if (sealRequested) trySeal();
        } finally {
            mutex.unlock();
        }
    }

    // ---- spilled batches ----

    /// From now on writers wait; whoever was inside has applied its commit.
    void hold() {
        mutex.lock();
        try {
            held = true;
        } finally {
            mutex.unlock();
        }
    }

    void letGo() {
        mutex.lock();
        try {
            held = false;
            room.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    /// The sequence of a spilled batch, and room in the log to note it. Writers are held.
    ///
    /// @throws OutOfSpaceException if there is none; nothing has changed
    long beginSpilled() {
        mutex.lock();
        try {
            store.checkUsable();
            LogWriter writer = log;
            if (writer != null) {
                var _ = writer.padForSync(); // so that no sync moves the end of the log until the note is there
                prepare(writer, Payload.SPILLED_BYTES);
            }
            return lastSequence + 1;
        } finally {
            mutex.unlock();
        }
    }

    /// The batch is in runs, durably: notes it in the log, so that sequences go on there without a gap, and makes
    /// it visible. A crash before this loses nothing, because `F` has passed the sequence.
    ///
    /// @param note address of the encoded note, with room for the log's header before it
    void endSpilled(long note, long sequence) {
        mutex.lock();
        try {
            LogWriter writer = log;
            if (writer != null) {
                try {
                    append(writer, note, Payload.SPILLED_BYTES, 1, sequence);
                } catch (PolderException e) { // whatever it is: the sequence is used up, and cannot be taken back
                    throw store.fail("note a spilled batch in the log", e);
                }
            }
            lastSequence = sequence;
            publish();
        } finally {
            mutex.unlock();
        }
    }

    /// Returns when everything up to `sequence` is visible: an earlier SYNCED commit may be waiting for its sync.
    void awaitVisible(long sequence) {
        mutex.lock();
        try {
            awaitVisible(log, sequence);
        } finally {
            mutex.unlock();
        }
    }

    /// How often, how long in all and how long at most writers waited for room.
    long stalls() {
        return stalls.get();
    }

    long stalledNanos() {
        return stalledNanos.get();
    }

    long stallNanosMax() {
        return stallNanosMax.get();
    }

    /// Wakes those who wait for room or for a sync: a generation was given back, or the store failed.
    void wakeAll() {
        mutex.lock();
        try {
            room.signalAll();
            synced.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    long lastSequence() {
        mutex.lock();
        try {
            return lastSequence;
        } finally {
            mutex.unlock();
        }
    }
}
