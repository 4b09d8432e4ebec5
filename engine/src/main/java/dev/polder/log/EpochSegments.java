package dev.polder.log;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskFile;
import dev.polder.errors.CorruptionException;
import dev.polder.errors.UnsupportedFormatException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The segment files of one epoch, checked against the rule of [SegmentFormat]: a file that bears the name has a
/// valid header, and numbers leave no gap. Files of earlier epochs among them are stale: they are what recycling or
/// an earlier recovery left, and are passed over. A file of a later epoch means that the manifest is an old one.
final class EpochSegments {
    private final Disk disk;
    private final LogBounds bounds;
    private final EpochRange range;
    private final ReadWindow window;
    private final GroupChecksum checksum;
    private final NavigableMap<Long, Path> files = new TreeMap<>();

    EpochSegments(
            Disk disk,
            Path directory,
            NavigableMap<Long, Path> all,
            LogBounds bounds,
            EpochRange range,
            ReadWindow window) {
        this.disk = disk;
        this.bounds = bounds;
        this.range = range;
        this.window = window;
        this.checksum = new GroupChecksum();
        long last = range.ended() ? Lsn.segment(range.lsn()) : Lsn.SEGMENT_MAX;
        if (range.firstSegment() > last) return;
        for (Map.Entry<Long, Path> entry :
                all.subMap(range.firstSegment(), true, last, true).entrySet()) {
            try (SegmentReader segment = read(entry.getKey(), entry.getValue())) {
                if (segment != null) files.put(entry.getKey(), entry.getValue());
            }
        }
        checkNumbers(directory);
    }

    NavigableMap<Long, Path> files() {
        return files;
    }

    /// The segment of this number, or null if the epoch has none.
    @Nullable
    SegmentReader openOrNull(long number) {
        Path file = files.get(number);
        return file == null ? null : read(number, file);
    }

    /// An ended epoch has all its segments up to its end, an open one has no gap before its last.
    private void checkNumbers(Path directory) {
        long last =
                range.ended() ? Lsn.segment(range.lsn()) : files.isEmpty() ? range.firstSegment() - 1 : files.lastKey();
        for (long number = range.firstSegment(); number <= last; number++) {
            if (files.containsKey(number)) continue;
            throw new CorruptionException(
                    LogFiles.segment(directory, number).toString(),
                    0,
                    "the segment is missing; epoch %d has segments %d to %d"
                            .formatted(range.epoch(), range.firstSegment(), last));
        }
    }

    /// Opens and checks one file; null if it belongs to an earlier epoch.
    private @Nullable SegmentReader read(long number, Path path) {
        DiskFile file = disk.open(path, false, true);
        boolean kept = false;
        try {
            SegmentFormat.Header header = readHeader(file, path);
            checkHeader(header, number, path, file.size());
            kept = header.epoch() == range.epoch();
            return kept ? new SegmentReader(file, header, window, checksum) : null;
        } finally {
            if (!kept) file.close();
        }
    }

    private SegmentFormat.Header readHeader(DiskFile file, Path path) {
        long size = file.size();
        if (size < SegmentFormat.HEADER_BYTES || size % SegmentFormat.BLOCK_BYTES != 0) {
            throw new CorruptionException(path.toString(), size, "the file was cut: size=" + size);
        }
        long address = window.firstBlock(file);
        if (!SegmentFormat.isValid(address)) {
            throw new CorruptionException(path.toString(), 0, "the segment header is not valid");
        }
        if (SegmentFormat.format(address) != SegmentFormat.VERSION) {
            throw new UnsupportedFormatException(("log segment of format %d, this version of Polder reads %d: file=%s;"
                            + " nothing was changed. Open the store with the version that wrote it.")
                    .formatted(SegmentFormat.format(address), SegmentFormat.VERSION, path));
        }
        return SegmentFormat.read(address);
    }

    private void checkHeader(SegmentFormat.Header header, long number, Path path, long size) {
        if (!header.store().equals(bounds.store())) {
            throw new CorruptionException(
                    path.toString(), 0, "the file is of store " + header.store() + ", this is store " + bounds.store());
        }
        if (header.segment() != number) {
            throw new CorruptionException(
                    path.toString(), 0, "the file is segment " + header.segment() + " under another name");
        }
        if (header.segmentBytes() != size) {
            throw new CorruptionException(
                    path.toString(),
                    Math.min(size, header.segmentBytes()),
                    "size=" + size + " expected=" + header.segmentBytes());
        }
        if (header.epoch() > bounds.epoch()) {
            throw new CorruptionException(
                    path.toString(),
                    0,
                    ("the manifest is older than the log: it knows epochs up to %d, the segment is of epoch %d;"
                                    + " the manifest was replaced by an old copy or lost its last edits")
                            .formatted(bounds.epoch(), header.epoch()));
        }
    }
}
