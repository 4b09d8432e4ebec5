package dev.polder.log;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/// Makes segment files and takes them back. One call at a time: the writer holds its making mutex.
///
///     new file ──zeros, header, sync──┐
///                                     ├──rename──▶ log-<number> ──sync directory──▶ ready
///     spare file ──header, sync───────┘
///
/// A segment is durable, name and all, before its first group: see [SegmentFormat]. Making one can fail at every step
/// and costs nothing but the half-made file, which is deleted, or overwritten by the next attempt, or deleted at the
/// next open. Only a directory sync that fails with an I/O error ends the writer: after it nobody knows what the
/// directory holds.
final class SegmentMaker {
    private final Disk disk;
    private final Path directory;
    private final StoreId store;
    private final long epoch;
    private final LogConfig config;
    private final LogScratch scratch;
    private final LogCounters counters;
    private final Deque<Spare> spares = new ArrayDeque<>();

    private record Spare(Path path, long bytes) {}

    SegmentMaker(
            Disk disk,
            Path directory,
            StoreId store,
            long epoch,
            LogConfig config,
            LogScratch scratch,
            LogCounters counters) {
        this.disk = disk;
        this.directory = directory;
        this.store = store;
        this.epoch = epoch;
        this.config = config;
        this.scratch = scratch;
        this.counters = counters;
    }

    /// An empty, durable segment of this number with at least `bytesMin` bytes; a file that bears the name is
    /// replaced. Where there is no space for one of the size that was wished, it is made smaller: what space there
    /// is shall take writes.
    ///
    /// @param bytes what it should have, if no spare one serves
    LogSegment make(long number, long bytesMin, long bytes) {
        long least = Math.max(config.segmentBytesMin(), SegmentFormat.roundUpToBlock(bytesMin));
        for (long wished = Math.max(bytes, least); ; wished = SegmentFormat.roundUpToBlock(wished / 2)) {
            try {
                return makeOf(number, bytesMin, Math.max(wished, least));
            } catch (OutOfSpaceException e) {
                if (wished <= least) throw e;
            }
        }
    }

    private LogSegment makeOf(long number, long bytesMin, long bytes) {
        Spare spare = takeSpareOrNull(bytesMin);
        Path draft = spare != null ? spare.path() : LogFiles.draft(directory);
        long segmentBytes = spare != null ? spare.bytes() : bytes;
        Path path = LogFiles.segment(directory, number);
        SegmentFormat.Header header = new SegmentFormat.Header(store, epoch, number, segmentBytes);
        DiskFile file = spare == null ? disk.create(draft, false) : disk.open(draft, true, false);
        boolean done = false;
        try {
            if (spare == null) fillWithZeros(file, 0, segmentBytes);
            scratch.withHeader(header, address -> file.write(0, address, SegmentFormat.HEADER_BYTES, Lane.LOG));
            file.sync(Lane.LOG);
            disk.rename(draft, path);
            syncDirectory();
            done = true;
        } finally {
            if (!done) discard(file, draft);
        }
        file.close(); // and open it by its name: errors shall tell that
        (spare != null ? counters.segmentsRecycled : counters.segmentsMade).incrementAndGet();
        return new LogSegment(number, epoch, path, segmentBytes, disk.open(path, true, false), spare == null);
    }

    private @Nullable Spare takeSpareOrNull(long bytesMin) {
        for (Iterator<Spare> each = spares.iterator(); each.hasNext(); ) {
            Spare spare = each.next();
            if (spare.bytes() < bytesMin) continue;
            each.remove();
            return spare;
        }
        return null;
    }

    /// Writes zeros, so that later writes and syncs find blocks that were written before, in the cache and on the
    /// device.
    void fillWithZeros(DiskFile file, long from, long to) {
        for (long at = from; at < to; at += LogScratch.ZERO_BYTES) {
            file.write(at, scratch.zerosAddress(), (int) Math.min(LogScratch.ZERO_BYTES, to - at), Lane.LOG);
        }
    }

    private void syncDirectory() {
        try {
            disk.syncDirectory(directory);
        } catch (FileAccessException e) {
            throw new StoreFailedException(
                    "the log cannot go on: a new segment's name could not be made durable, directory=" + directory
                            + "; close the store and reopen it",
                    e);
        }
    }

    /// Takes back a file whose bytes nobody needs: keeps it for later if it is of a useful size, deletes it
    /// otherwise.
    void takeBack(Path path, long number, long bytes, long usefulBytes) {
        boolean useful = bytes >= usefulBytes && bytes <= config.segmentBytesMax();
        if (!useful || spares.size() >= config.spareSegmentsMax()) {
            delete(path);
            return;
        }
        Path spare = LogFiles.spare(directory, number);
        disk.rename(path, spare);
        spares.addLast(new Spare(spare, bytes));
    }

    void delete(Path path) {
        disk.delete(path);
        counters.segmentsDeleted.incrementAndGet();
    }

    /// Drops a half-made file. A draft that cannot be deleted is overwritten by the next attempt, or deleted at the
    /// next open; a file that got its name already is empty, and replaced by the next attempt.
    private void discard(DiskFile file, Path draft) {
        try {
            file.close();
            if (disk.exists(draft)) disk.delete(draft);
        } catch (PolderException e) {
            // The failure that led here is the one to tell.
        }
    }

    long spareBytes() {
        long bytes = 0;
        for (Spare spare : spares) bytes += spare.bytes();
        return bytes;
    }
}
