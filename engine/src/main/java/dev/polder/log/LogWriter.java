package dev.polder.log;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.BackpressureException;
import dev.polder.errors.CommitUnknownException;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.memory.Memory;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The append side of the log, for one epoch of one store.
///
///     prepare(bytes) ─▶ append(group) ─▶ … ─▶ padForSync() ═▶ sync(lsn)      ─ under the commit mutex  ═ outside
///
/// **Always true.** (1) `syncedLsn ≤ appendLsn`. (2) Groups follow one another without a gap in sequence. (3) A
/// block of 4 KiB that a sync may have covered is never written again: [#padForSync] moves the end to the next
/// block first. (4) Segments are made in order of their numbers, each durable before its first group; an empty
/// one is never followed by one with groups. (5) After a failure that leaves unknown what the file holds, nothing
/// is appended or synced any more.
///
/// **Threads.** `prepare`, `append`, `padForSync` and `close` belong to the *appender*: whoever holds the store's
/// commit mutex. `sync`, `prepareNext`, `releaseBefore`, `epochsAfter` and the readers of state may run beside it
/// and each other, on any thread. Three mutexes, taken in this order and never by an append that finds room:
/// `making` (files are made, renamed and deleted; an appender that needs a segment while a background task is
/// making it waits here), `syncing` (one sync at a time), `shelf` (the list of segments; held for a few
/// instructions, never across I/O).
///
/// **Failures.** [OutOfSpaceException] and [FileAccessException] from `prepare`, and `OutOfSpaceException` from
/// `append`: nothing of the commit was logged, the log goes on. [CommitUnknownException] from `append` or `sync`:
/// the group may be found by the next recovery or not, whole in either case; the writer has failed.
/// [StoreFailedException] from `prepare` or `append`: this call logged nothing, the writer had failed before (or
/// fails now).
public final class LogWriter implements AutoCloseable {
    /// The room a caller leaves in front of a payload, so that header and payload are written in one piece
    /// without a copy.
    public static final int HEADER_ROOM_BYTES = GroupFormat.HEADER_BYTES;

    private final StoreId store;
    private final long epoch;
    private final long firstSegment;
    private final LogConfig config;
    private final SegmentMaker maker;
    private final LogCounters counters = new LogCounters();
    private final Mutex making;
    private final Mutex syncing;
    private final SegmentShelf shelf;
    private final GroupChecksum checksum = new GroupChecksum();

    /// Appender: where the next group goes, and up to where room is prepared.
    private long position;

    private long preparedTo;
    private long nextSequence;
    private long paddedLsn;

    /// Appender: the last on the shelf, or null before the first group.
    private @Nullable LogSegment tail;

    /// Written holding making: the segment made ahead.
    private volatile @Nullable LogSegment next;

    /// Making: the size of the next regular segment.
    private long nextBytes;

    private final AtomicLong appendLsn;
    private volatile long syncedLsn;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean closed;

    private LogWriter(
            Disk disk,
            Path directory,
            StoreId store,
            long epoch,
            Recovered recovered,
            LogConfig config,
            LogScratch scratch,
            Seams seams) {
        this.store = store;
        this.epoch = epoch;
        this.firstSegment = recovered.nextSegment();
        this.config = config;
        this.maker = new SegmentMaker(disk, directory, store, epoch, config, scratch, counters);
        this.making = seams.tasks().mutex("log making");
        this.syncing = seams.tasks().mutex("log syncing");
        this.shelf = new SegmentShelf(seams.tasks().mutex("log shelf"), epoch, recovered);
        this.nextSequence = recovered.lastSequence() + 1;
        this.nextBytes = config.segmentBytesMin();
        this.appendLsn = new AtomicLong(Lsn.of(firstSegment, 0));
        this.syncedLsn = appendLsn.get();
        this.paddedLsn = syncedLsn;
    }

    /// Begins a new epoch behind what was recovered. The manifest names the epoch already, durably, and says
    /// where the earlier ones ended. Deletes stale files; makes no segment yet, so a store opens on a full
    /// device.
    ///
    /// @param scratch one for all logs of the engine
    public static LogWriter create(
            Disk disk,
            Path directory,
            StoreId store,
            long epoch,
            Recovered recovered,
            LogConfig config,
            LogScratch scratch,
            Seams seams) {
        LogWriter writer = new LogWriter(disk, directory, store, epoch, recovered, config, scratch, seams);
        for (Path stale : recovered.stale()) writer.maker.delete(stale);
        return writer;
    }

    /// Finds or makes room for a group. Rolls to the next segment if this one is too full.
    ///
    /// @throws OutOfSpaceException if a segment was needed and could not be made; nothing was logged, try later
    public void prepare(int payloadBytes) {
        checkUsable();
        if (payloadBytes < 0 || payloadBytes > GroupFormat.PAYLOAD_BYTES_MAX) {
            throw new IllegalArgumentException("payloadBytes=" + payloadBytes + ": out of range");
        }
        LogSegment segment = tail;
        if (segment == null || position + GroupFormat.HEADER_BYTES + payloadBytes > segment.bytes) {
            segment = roll(payloadBytes);
        }
        long end = position + GroupFormat.HEADER_BYTES + payloadBytes;
        if (end > segment.clearedTo) clear(segment, end);
        preparedTo = end;
    }

    /// Writes zeros over the blocks of a recycled segment before groups go there: whole blocks need not be read
    /// from the device first, as a group in a block that left the operating system's cache would.
    private void clear(LogSegment segment, long end) {
        long to = SegmentFormat.roundUpToBlock(end);
        DiskFile file = fileOf(segment);
        try {
            maker.fillWithZeros(file, segment.clearedTo, to);
        } catch (PolderException e) {
            if (isHarmless(e, file)) throw e;
            fail(e);
            throw failed(e);
        }
        segment.clearedTo = to;
    }

    /// Appends one group, for which room was prepared. When it returns, the group is with the operating system:
    /// it survives the end of this process. Allocates nothing.
    ///
    /// @param groupAddress  [#HEADER_ROOM_BYTES] of room for the header, then the payload
    /// @param count         how many sequences it uses up, at least 1
    /// @param firstSequence one more than the last of the group before
    /// @param manifestEdit  the number of the last manifest edit that is durable
    /// @return the LSN of its end
    public long append(long groupAddress, int payloadBytes, int count, long firstSequence, long manifestEdit) {
        checkUsable();
        LogSegment segment = tail;
        if (segment == null || position + GroupFormat.HEADER_BYTES + payloadBytes > preparedTo) {
            throw new IllegalStateException(
                    "append without prepare: position=" + position + " payloadBytes=" + payloadBytes);
        }
        if (firstSequence != nextSequence || count < 1) {
            throw new IllegalStateException(
                    "firstSequence=" + firstSequence + " count=" + count + ": the next sequence is " + nextSequence);
        }
        GroupFormat.writeHeader(groupAddress, position, payloadBytes, count, firstSequence, manifestEdit, syncedLsn);
        Memory.putInt(groupAddress + GroupFormat.CRC, checksum.of(groupAddress, payloadBytes));
        write(segment, groupAddress, GroupFormat.HEADER_BYTES + payloadBytes);
        long end = GroupFormat.end(position, payloadBytes);
        LogCounters.add(counters.groups, 1);
        LogCounters.add(counters.payloadBytes, payloadBytes);
        LogCounters.add(counters.loggedBytes, end - position);
        position = end;
        preparedTo = 0;
        nextSequence = firstSequence + count;
        long lsn = segment.number << 32 | end;
        appendLsn.lazySet(lsn);
        return lsn;
    }

    private void write(LogSegment segment, long address, int bytes) {
        DiskFile file = fileOf(segment);
        try {
            file.write(position, address, bytes, Lane.LOG);
        } catch (PolderException e) {
            if (isHarmless(e, file)) throw e;
            fail(e);
            throw new CommitUnknownException(
                    "the commit could not be written to the log, and may be there or not after a reopen: file="
                            + segment.path + " offset=" + position + "; close the store and reopen it",
                    e);
        } catch (RuntimeException | Error e) {
            fail(e);
            throw e;
        }
    }

    /// A file system that allocates on overwriting may be full, and a stuck device may not take the write in
    /// time: if not a byte moved, nothing happened. If some did, they might make a valid group, whose missing end
    /// is zeros that stand there already.
    private static boolean isHarmless(PolderException e, DiskFile file) {
        return (e instanceof OutOfSpaceException || e instanceof BackpressureException) && file.poison() == null;
    }

    /// Ends the current block, so that what is appended from now on leaves alone what the next sync makes
    /// durable.
    ///
    /// @return the LSN to hand to [#sync]: the end of the last group
    public long padForSync() {
        long lsn = appendLsn.getPlain();
        if (lsn != paddedLsn) {
            long padded = SegmentFormat.roundUpToBlock(position);
            LogCounters.add(counters.loggedBytes, padded - position);
            position = padded;
            preparedTo = 0;
            paddedLsn = lsn;
        }
        return lsn;
    }

    /// Makes everything up to an LSN durable that [#padForSync] has returned. One sync runs at a time; others
    /// wait, and mostly find their work done.
    ///
    /// @throws CommitUnknownException if the device failed to sync; no later sync will be tried
    /// @throws StoreFailedException if the writer had failed before and the LSN is not synced
    public void sync(long upToLsn) {
        if (upToLsn <= syncedLsn) return;
        syncing.lock();
        try {
            if (upToLsn <= syncedLsn) return;
            checkUsable();
            if (upToLsn > appendLsn.get()) {
                throw new IllegalArgumentException("lsn=" + Lsn.toString(upToLsn) + ": nothing was appended there");
            }
            List<LogSegment> unsynced = shelf.pin(syncedLsn, upToLsn);
            try {
                for (LogSegment segment : unsynced) sync(segment);
                syncedLsn = upToLsn;
                forgetCached(unsynced, upToLsn); // before they may go
            } finally {
                shelf.unpin(unsynced);
            }
        } finally {
            syncing.unlock();
        }
    }

    private void sync(LogSegment segment) {
        try {
            fileOf(segment).sync(Lane.LOG);
            counters.syncs.incrementAndGet();
        } catch (PolderException e) {
            fail(e);
            throw new CommitUnknownException(
                    "the log could not be synced; commits that waited for it may be there or not after a reopen: file="
                            + segment.path + "; close the store and reopen it",
                    e);
        } catch (RuntimeException | Error e) {
            fail(e);
            throw e;
        }
    }

    /// Segments that are full and synced need not be in the operating system's cache: nobody reads them before a
    /// recovery.
    private static void forgetCached(List<LogSegment> synced, long upToLsn) {
        for (LogSegment segment : synced) {
            if (segment.number < Lsn.segment(upToLsn)) fileOf(segment).dontNeed(0, segment.bytes);
        }
    }

    /// Makes the next segment ahead of need, on a background thread. Safe beside the appender: if that runs out
    /// of room meanwhile it waits for this one rather than make a second. Returns whether a segment was made.
    ///
    /// @throws OutOfSpaceException if there is no space; the appender will try for itself when it must
    public boolean prepareNext() {
        making.lock();
        try {
            LogSegment last = shelf.tailOrNull();
            if (last == null || next != null || closed || failure.get() != null) return false;
            next = make(last.number + 1, SegmentFormat.HEADER_BYTES);
            return true;
        } finally {
            making.unlock();
        }
    }

    /// Whether [#prepareNext] is worth a background task: the tail is half full and nothing is ready. Appender
    /// only.
    public boolean nextWanted() {
        LogSegment segment = tail;
        return segment != null && next == null && position > segment.bytes / 2;
    }

    /// Moves the end of the log to a segment that has room.
    private LogSegment roll(int payloadBytes) {
        long bytesMin = (long) SegmentFormat.HEADER_BYTES + GroupFormat.HEADER_BYTES + payloadBytes;
        making.lock();
        try {
            LogSegment old = tail;
            boolean replaces =
                    old != null && position == SegmentFormat.HEADER_BYTES; // invariant (4): empty and too small
            long number = old == null ? firstSegment : replaces ? old.number : old.number + 1;
            LogSegment made = replaces ? null : takeNextOrNull(bytesMin);
            if (made == null) {
                made = make(number, bytesMin);
                counters.segmentsInline.incrementAndGet();
            }
            if (old != null && !replaces) LogCounters.add(counters.loggedBytes, old.bytes - position);
            turnTo(made, old, replaces);
            return made;
        } finally {
            making.unlock();
        }
    }

    /// The segment prepared ahead, if it is large enough; otherwise it is closed, and replaced by the one that is
    /// made now.
    private @Nullable LogSegment takeNextOrNull(long bytesMin) {
        LogSegment ready = next;
        if (ready == null) return null;
        next = null;
        if (ready.bytes >= bytesMin) return ready;
        ready.close();
        return null;
    }

    private void turnTo(LogSegment made, @Nullable LogSegment old, boolean replaces) {
        if (replaces && old != null) {
            shelf.replaceTail(made);
            old.close();
        } else {
            shelf.append(made, nextSequence - 1);
        }
        tail = made;
        position = SegmentFormat.HEADER_BYTES;
        preparedTo = 0;
        checksum.segment(store, epoch, made.number);
    }

    private LogSegment make(long number, long bytesMin) {
        if (number > Lsn.SEGMENT_MAX) throw new IllegalStateException("segment numbers are used up");
        try {
            LogSegment made = maker.make(number, bytesMin, nextBytes);
            nextBytes = Math.min(config.segmentBytesMax(), nextBytes * 2);
            return made;
        } catch (StoreFailedException e) {
            fail(e);
            throw e;
        }
    }

    /// Gives up the segments that hold nothing after `sequence`: they become spare or are deleted. The manifest
    /// says durably that they are not needed ([#epochsAfter]).
    ///
    /// @throws FileAccessException if a file could not be renamed or deleted; the next open will; the log goes on
    public void releaseBefore(long sequence) {
        making.lock();
        try {
            if (closed) return;
            @Nullable PolderException first = null;
            for (LogSegment segment : shelf.takeUpTo(sequence)) {
                try {
                    segment.close();
                    maker.takeBack(segment.path, segment.number, segment.bytes, nextBytes);
                } catch (PolderException e) {
                    if (first == null) first = e;
                }
            }
            if (first != null) throw first;
        } finally {
            making.unlock();
        }
    }

    /// What the manifest shall say of the log once everything up to `flushedSequence` is in runs: the epochs
    /// still needed, each from its first needed segment on, this one open and proven up to [#syncedLsn].
    public List<EpochRange> epochsAfter(long flushedSequence) {
        return shelf.epochsAfter(flushedSequence, syncedLsn);
    }

    /// The same for a store that closes: this epoch ends here, and damage to its end will be known as such.
    /// Everything is synced.
    public List<EpochRange> epochsAtClose(long flushedSequence) {
        if (syncedLsn != appendLsn.get()) throw new IllegalStateException("sync before close");
        List<EpochRange> ranges = epochsAfter(flushedSequence);
        EpochRange own = ranges.removeLast();
        long lastSequence = nextSequence - 1;
        if (tail != null && lastSequence > flushedSequence) {
            ranges.add(EpochRange.ended(epoch, own.firstSegment(), syncedLsn, lastSequence));
        }
        return ranges;
    }

    public long appendLsn() {
        return appendLsn.get();
    }

    public long syncedLsn() {
        return syncedLsn;
    }

    /// Why the writer has failed, or null.
    public @Nullable Throwable failureOrNull() {
        return failure.get();
    }

    public LogMetrics metrics() {
        making.lock();
        try {
            LogSegment ready = next;
            return new LogMetrics(
                    counters.groups.get(),
                    counters.payloadBytes.get(),
                    counters.loggedBytes.get(),
                    counters.syncs.get(),
                    counters.segmentsMade.get(),
                    counters.segmentsRecycled.get(),
                    counters.segmentsDeleted.get(),
                    counters.segmentsInline.get(),
                    shelf.count() + (ready == null ? 0 : 1),
                    shelf.bytes() + maker.spareBytes() + (ready == null ? 0 : ready.bytes));
        } finally {
            making.unlock();
        }
    }

    /// Closes the files. Syncs nothing: a store that wants its last commits durable has synced before. No other
    /// call may be under way.
    @Override
    public void close() {
        making.lock();
        try {
            if (closed) return;
            closed = true;
            shelf.close();
            LogSegment ready = next;
            if (ready != null) ready.close();
        } finally {
            making.unlock();
        }
    }

    private void checkUsable() {
        Throwable cause = failure.get();
        if (cause != null) throw failed(cause);
        if (closed) throw new IllegalStateException("the log is closed");
    }

    /// The first failure is the one that is told from then on.
    private void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
    }

    private static StoreFailedException failed(Throwable cause) {
        return new StoreFailedException(
                "the log has failed; close the store and reopen it: " + cause.getMessage(), cause);
    }

    private static DiskFile fileOf(LogSegment segment) {
        DiskFile file = segment.file;
        if (file == null) throw new IllegalStateException("segment " + segment.number + " is of an earlier epoch");
        return file;
    }
}
