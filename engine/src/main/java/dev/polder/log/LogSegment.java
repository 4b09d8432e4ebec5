package dev.polder.log;

import dev.polder.disk.DiskFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A segment as the writer knows it: of this epoch (open, appended to or full), or of an earlier one (only waiting
/// for its release).
///
///     prepared ──▶ tail ──full──▶ sealed ──merged──▶ released: spare or deleted
///
/// The fields that change belong to the appender, or to the writer's shelf mutex, as they say.
final class LogSegment {
    final long number;
    final long epoch;
    final Path path;
    final long bytes;
    /// Null for a segment of an earlier epoch.
    final @Nullable DiskFile file;

    /// Appender: the file's blocks below this were written since it became ours; those above may be cold and hold old
    /// bytes.
    long clearedTo;

    /// Shelf: the last sequence in it; `Long.MAX_VALUE` while it is the tail or ahead of it, so nothing releases it.
    long lastSequence = Long.MAX_VALUE;

    /// Shelf: a sync is under way on it; it must not be released now.
    boolean syncing;

    LogSegment(long number, long epoch, Path path, long bytes, @Nullable DiskFile file, boolean fresh) {
        this.number = number;
        this.epoch = epoch;
        this.path = path;
        this.bytes = bytes;
        this.file = file;
        this.clearedTo = fresh ? bytes : SegmentFormat.HEADER_BYTES;
    }

    static LogSegment old(Recovered.OldSegment segment) {
        LogSegment old = new LogSegment(segment.number(), segment.epoch(), segment.path(), segment.bytes(), null, true);
        old.lastSequence = segment.lastSequence();
        return old;
    }

    void close() {
        if (file != null) file.close();
    }
}
