package dev.polder.log;

import dev.polder.runtime.Mutex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The segments that exist, oldest first: those of earlier epochs, the sealed ones of this epoch, the tail.
///
/// **Always true.** (1) The tail is the last, and is never released. (2) A segment that a sync works on stays. (3)
/// What the manifest was told to need of this epoch stays, though it may be sealed and merged by now: until the next
/// edit, recovery looks for it.
///
/// Thread-safe. The mutex is held for a few instructions, never across I/O.
final class SegmentShelf {
    private final Mutex mutex;
    private final long epoch;
    private final long firstSegment;
    private final List<EpochRange> earlierEpochs;
    private final Deque<LogSegment> segments = new ArrayDeque<>();
    private @Nullable LogSegment tail;

    /// The first segment of this epoch that [#epochsAfter] named last.
    private long neededFrom;

    SegmentShelf(Mutex mutex, long epoch, Recovered recovered) {
        this.mutex = mutex;
        this.epoch = epoch;
        this.firstSegment = recovered.nextSegment();
        this.neededFrom = firstSegment;
        this.earlierEpochs = recovered.epochs();
        for (Recovered.OldSegment old : recovered.segments()) segments.addLast(LogSegment.old(old));
    }

    @Nullable
    LogSegment tailOrNull() {
        mutex.lock();
        try {
            return tail;
        } finally {
            mutex.unlock();
        }
    }

    /// Seals the tail, if there is one, and puts a new one behind it.
    void append(LogSegment made, long lastSequence) {
        mutex.lock();
        try {
            if (tail != null) tail.lastSequence = lastSequence;
            segments.addLast(made);
            tail = made;
        } finally {
            mutex.unlock();
        }
    }

    /// Puts another segment in the place of an empty tail.
    void replaceTail(LogSegment made) {
        mutex.lock();
        try {
            segments.removeLast();
            segments.addLast(made);
            tail = made;
        } finally {
            mutex.unlock();
        }
    }

    /// The segments of this epoch between two LSNs, kept from release until [#unpin]. What was released already is in
    /// runs, and needs no sync.
    List<LogSegment> pin(long fromLsn, long upToLsn) {
        List<LogSegment> pinned = new ArrayList<>();
        mutex.lock();
        try {
            for (LogSegment segment : segments) {
                boolean between = segment.number >= Lsn.segment(fromLsn) && segment.number <= Lsn.segment(upToLsn);
                if (segment.epoch != epoch || !between) continue;
                segment.syncing = true;
                pinned.add(segment);
            }
        } finally {
            mutex.unlock();
        }
        return pinned;
    }

    void unpin(List<LogSegment> pinned) {
        mutex.lock();
        try {
            for (LogSegment segment : pinned) segment.syncing = false;
        } finally {
            mutex.unlock();
        }
    }

    /// Takes off the oldest segments that hold nothing after `sequence`.
    List<LogSegment> takeUpTo(long sequence) {
        List<LogSegment> taken = new ArrayList<>();
        mutex.lock();
        try {
            while (!segments.isEmpty()) {
                LogSegment segment = segments.peekFirst();
                if (segment == tail || segment.lastSequence > sequence || segment.syncing) break;
                if (segment.epoch == epoch && segment.number >= neededFrom) break;
                taken.add(segments.removeFirst());
            }
        } finally {
            mutex.unlock();
        }
        return taken;
    }

    /// See [LogWriter#epochsAfter].
    List<EpochRange> epochsAfter(long flushedSequence, long syncedLsn) {
        List<EpochRange> ranges = new ArrayList<>();
        mutex.lock();
        try {
            for (EpochRange range : earlierEpochs) {
                if (range.lastSequence() <= flushedSequence) continue;
                long first = firstNeeded(range.epoch(), flushedSequence, range.firstSegment());
                ranges.add(EpochRange.ended(range.epoch(), first, range.lsn(), range.lastSequence()));
            }
            // When all of it is in runs, groups still follow in the tail, and the segments before it may be recycled.
            long otherwise = tail == null ? firstSegment : tail.number;
            neededFrom = firstNeeded(epoch, flushedSequence, otherwise);
            ranges.add(new EpochRange(epoch, neededFrom, false, syncedLsn, 0));
        } finally {
            mutex.unlock();
        }
        return ranges;
    }

    private long firstNeeded(long ofEpoch, long flushedSequence, long otherwise) {
        for (LogSegment segment : segments) {
            if (segment.epoch == ofEpoch && segment.lastSequence > flushedSequence) return segment.number;
        }
        return otherwise;
    }

    int count() {
        mutex.lock();
        try {
            return segments.size();
        } finally {
            mutex.unlock();
        }
    }

    long bytes() {
        long bytes = 0;
        mutex.lock();
        try {
            for (LogSegment segment : segments) bytes += segment.bytes;
        } finally {
            mutex.unlock();
        }
        return bytes;
    }

    void close() {
        mutex.lock();
        try {
            for (LogSegment segment : segments) segment.close();
        } finally {
            mutex.unlock();
        }
    }
}
