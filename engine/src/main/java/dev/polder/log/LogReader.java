package dev.polder.log;

import dev.polder.disk.Disk;
import dev.polder.errors.CorruptionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Recovery: follows the chain of groups from the first that is needed to the end of the log, verifies all, and hands
/// on those that are not in runs yet, in order.
///
///     for each epoch, oldest first:   segment ──▶ group ──▶ group ──▶ … next segment … ──▶ hole? ask [LogTail]
///
/// **Always true.** (1) A group is handed on only if every group before it was, or is in runs. (2) Nothing is handed
/// on whose sequence is not the one after the last; between epochs a gap may lie if runs cover it (what was never
/// synced may be lost from the log though it was merged). (3) Nothing is changed: recovery can be repeated, and comes
/// to the same end.
///
/// Files are read past the operating system's cache where that is possible. After a failed sync the cache may show as
/// clean what the device never got; read from the device, what is replayed is what the next power cut leaves.
public final class LogReader {
    /// Receives the groups. Payloads lie in the buffer and are gone after the call.
    public interface Sink {
        void group(long firstSequence, int count, long payloadAddress, int payloadBytes);
    }

    private final Disk disk;
    private final Path directory;
    private final LogBounds bounds;
    private final ReadWindow window;
    private final Sink sink;

    private final List<EpochRange> ended = new ArrayList<>();
    private final List<Recovered.OldSegment> segments = new ArrayList<>();
    private final List<Path> segmentsToSync = new ArrayList<>();
    private long endLsn = Lsn.of(0, 0);
    private long highestManifestEdit;
    /// Of the last group seen, or -1 before the first.
    private long lastSequence = -1;

    private LogReader(Disk disk, Path directory, LogBounds bounds, long bufferAddress, int bufferBytes, Sink sink) {
        this.disk = disk;
        this.directory = directory;
        this.bounds = bounds;
        this.window = new ReadWindow(bufferAddress, bufferBytes);
        this.sink = sink;
    }

    /// Replays the log of a store.
    ///
    /// @param bounds        what the manifest knows
    /// @param bufferAddress 4 KiB aligned
    /// @param bufferBytes   a multiple of 4 KiB; it holds the largest group to be handed on, and 4 KiB
    /// @throws CorruptionException if what was acknowledged as durable is not there, or the manifest is too old
    /// @throws dev.polder.errors.BudgetExceededException if a group does not fit the buffer
    public static Recovered replay(
            Disk disk, Path directory, LogBounds bounds, long bufferAddress, int bufferBytes, Sink sink) {
        return new LogReader(disk, directory, bounds, bufferAddress, bufferBytes, sink).replay();
    }

    private Recovered replay() {
        LogFiles files = LogFiles.in(disk, directory);
        long lastSegment = files.segments().isEmpty() ? 0 : files.segments().lastKey();
        for (EpochRange range : bounds.epochs()) {
            replay(range, new EpochSegments(disk, directory, files.segments(), bounds, range, window));
            lastSegment = Math.max(lastSegment, Math.max(range.firstSegment(), Lsn.segment(range.lsn())));
        }
        return new Recovered(
                endLsn,
                Math.max(lastSequence, bounds.flushedSequence()),
                lastSegment,
                highestManifestEdit,
                List.copyOf(ended),
                List.copyOf(segments),
                List.copyOf(segmentsToSync),
                stale(files));
    }

    private List<Path> stale(LogFiles files) {
        Set<Path> needed = new HashSet<>();
        for (Recovered.OldSegment segment : segments) needed.add(segment.path());
        List<Path> stale = new ArrayList<>(files.others());
        for (Path path : files.segments().values()) {
            if (!needed.contains(path)) stale.add(path);
        }
        return List.copyOf(stale);
    }

    /// One epoch. Walks from segment to segment; within one, from group to group.
    private void replay(EpochRange range, EpochSegments files) {
        long hole = Lsn.of(range.firstSegment(), 0);
        boolean first = true;
        for (long number = range.firstSegment(); !isEnd(range, hole); number++) {
            try (SegmentReader segment = files.openOrNull(number)) {
                if (segment == null) break;
                long end = replay(range, segment, first);
                if (end == 0) break;
                hole = Lsn.of(number, end);
                first = false;
                segments.add(
                        new Recovered.OldSegment(number, segment.path, segment.bytes(), range.epoch(), lastSequence));
                if (!range.ended()) segmentsToSync.add(segment.path);
            }
        }
        checkEnd(range, hole, files);
        endLsn = hole;
        if (!first) ended.add(EpochRange.ended(range.epoch(), range.firstSegment(), hole, lastSequence));
    }

    private static boolean isEnd(EpochRange range, long lsn) {
        return range.ended() && lsn == range.lsn();
    }

    /// The groups of one segment, as far as the chain goes. Returns the offset where the last one ends, or 0 if not
    /// even the first place has the next group.
    private long replay(EpochRange range, SegmentReader segment, boolean firstOfEpoch) {
        long end = 0;
        long place = SegmentFormat.HEADER_BYTES;
        boolean any = firstOfEpoch;
        while (findNext(segment, place, any)) {
            accept(range, segment, any);
            any = false;
            end = segment.end();
            place = end;
            if (isEnd(range, Lsn.of(segment.number(), end))) break;
        }
        return end;
    }

    /// Whether the next group is at `place` or at the block boundary after it. The first group of an epoch has no one
    /// before it in this epoch: `any` sequence will do here, and is checked on acceptance.
    private boolean findNext(SegmentReader segment, long place, boolean any) {
        if (segment.findGroup(place) && (any || segment.firstSequence == lastSequence + 1)) return true;
        long boundary = SegmentFormat.roundUpToBlock(place);
        return boundary != place && segment.findGroup(boundary) && segment.firstSequence == lastSequence + 1;
    }

    private void accept(EpochRange range, SegmentReader segment, boolean firstOfEpoch) {
        checkManifestEdit(segment);
        if (firstOfEpoch) checkGap(segment);
        if (range.ended() && Lsn.of(segment.number(), segment.end()) > range.lsn()) {
            throw segment.corrupt(
                    segment.offset,
                    "a group reaches beyond %s, where the manifest says that epoch %d ends"
                            .formatted(Lsn.toString(range.lsn()), range.epoch()));
        }
        lastSequence = segment.lastSequence();
        if (lastSequence <= bounds.flushedSequence()) return;
        if (segment.firstSequence <= bounds.flushedSequence()) {
            throw segment.corrupt(
                    segment.offset,
                    "the group of sequences %d to %d is flushed in part, up to %d"
                            .formatted(segment.firstSequence, lastSequence, bounds.flushedSequence()));
        }
        sink.group(segment.firstSequence, segment.count, segment.payloadAddress(), segment.payloadBytes);
    }

    /// Between epochs, and before the first group, only what is in runs may be missing.
    private void checkGap(SegmentReader segment) {
        boolean next = segment.firstSequence == lastSequence + 1;
        boolean covered = segment.firstSequence > lastSequence && segment.firstSequence <= bounds.flushedSequence() + 1;
        if (next || covered) return;
        throw segment.corrupt(
                segment.offset,
                "sequence %d follows %d, and only those up to %d are flushed"
                        .formatted(segment.firstSequence, lastSequence, bounds.flushedSequence()));
    }

    private void checkManifestEdit(SegmentReader segment) {
        highestManifestEdit = Math.max(highestManifestEdit, segment.manifestEdit);
        if (segment.manifestEdit <= bounds.manifestEdit()) return;
        throw segment.corrupt(
                segment.offset,
                ("the manifest is older than the log: its last edit is %d, the group was written after edit %d;"
                                + " the manifest was replaced by an old copy or lost its last edits")
                        .formatted(bounds.manifestEdit(), segment.manifestEdit));
    }

    private void checkEnd(EpochRange range, long hole, EpochSegments files) {
        LogTail.@Nullable Witness witness = range.ended() ? null : witnessBehind(hole, files);
        String why = LogTail.whyNotTheEnd(range, hole, witness);
        if (why != null) {
            Path file = LogFiles.segment(directory, Lsn.segment(hole));
            throw new CorruptionException(file.toString(), Lsn.offset(hole), why);
        }
        if (range.ended() && lastSequence != range.lastSequence()) {
            throw new CorruptionException(
                    LogFiles.segment(directory, Lsn.segment(hole)).toString(),
                    Lsn.offset(hole),
                    "epoch %d ends with sequence %d, and the manifest says %d"
                            .formatted(range.epoch(), lastSequence, range.lastSequence()));
        }
    }

    /// Looks at every multiple of 8 behind the hole, to the end of the epoch's last segment, for the valid group that
    /// knows of the latest sync; one at the hole itself is enough.
    private LogTail.@Nullable Witness witnessBehind(long hole, EpochSegments files) {
        LogTail.@Nullable Witness best = null;
        for (long number : files.files().tailMap(Lsn.segment(hole), true).keySet()) {
            try (SegmentReader segment = files.openOrNull(number)) {
                if (segment == null) continue;
                long from = number == Lsn.segment(hole) ? Lsn.offset(hole) : 0;
                long place = segment.seekMagic(Math.max(from, SegmentFormat.HEADER_BYTES));
                while (place >= 0) {
                    if (segment.findGroup(place)) {
                        checkManifestEdit(segment);
                        LogTail.Witness found =
                                new LogTail.Witness(Lsn.of(number, place), segment.firstSequence, segment.syncedLsn);
                        if (found.lsn() == hole) return found;
                        if (best == null || found.syncedLsn() > best.syncedLsn()) best = found;
                    }
                    place = segment.seekMagic(place + GroupFormat.ALIGNMENT);
                }
            }
        }
        return best;
    }
}
