package dev.polder.log;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import java.nio.file.Path;
import java.util.List;

/// Where the log ended, and what of it is on the device. The order in which a store goes on from here:
///
///     replay ──▶ sync() ──▶ manifest edit: epochs() + EpochRange.open(new epoch, nextSegment())
///            ──▶ LogWriter.create ──▶ serve
///
/// @param endLsn              the end of the last group, or the start of the log if there was none
/// @param lastSequence        the highest sequence in log or runs: the next commit's is one more
/// @param lastSegment         the highest segment number ever used
/// @param highestManifestEdit the highest `manifestEdit` of any group, or 0
/// @param epochs              what the manifest shall say from now on of the epochs up to here: all ended
/// @param segments            the files that hold them
/// @param segmentsToSync      files whose bytes were replayed and may not be durable yet
/// @param stale               files that hold nothing any more; [LogWriter#create] deletes them
public record Recovered(
        long endLsn,
        long lastSequence,
        long lastSegment,
        long highestManifestEdit,
        List<EpochRange> epochs,
        List<OldSegment> segments,
        List<Path> segmentsToSync,
        List<Path> stale) {

    /// A segment of an earlier epoch.
    public record OldSegment(long number, Path path, long bytes, long epoch, long lastSequence) {}

    /// A new store: no log yet.
    public static Recovered nothing() {
        return new Recovered(Lsn.of(0, 0), 0, 0, 0, List.of(), List.of(), List.of(), List.of());
    }

    /// The number with which the next epoch begins: above all that were ever seen, so no stale file is in its way.
    public long nextSegment() {
        return lastSegment + 1;
    }

    /// Makes durable what was replayed: nobody may be shown what the next power cut takes back.
    public void sync(Disk disk) {
        for (Path path : segmentsToSync) {
            try (DiskFile file = disk.open(path, true, false)) {
                file.sync(Lane.LOG);
            }
        }
    }
}
