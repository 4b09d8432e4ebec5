package dev.polder;

import dev.polder.run.Run;
import dev.polder.store.StoreCore;
import dev.polder.store.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a store holds and has done.
///
/// @param spaces              one line for each space
/// @param unmergedBytes       in memory, not in runs yet
/// @param generations         the active one and those that wait for the merger
/// @param logBytes            size of all log segments on disk
/// @param logSegments         number of log segments
/// @param visibleSequence     newest write that readers see
/// @param flushedSequence     newest write that is in runs, with all before it
/// @param openSnapshots       snapshots and cursors
/// @param oldestSnapshot      sequence of the oldest of them, or -1
/// @param mergedBytes         bytes that merging and spilled batches wrote to level 0
/// @param compactionBytesIn   bytes that compactions read
/// @param compactionBytesOut  bytes that they wrote
/// @param compactionDebtBytes bytes that wait to be compacted
/// @param throttledNanos      time that writers were slowed
/// @param spilledBatches      batches too large for the log, written as runs of their own
/// @param heldNanosMax        the longest time that one of them held other writers
/// @param stalls              writes that found no room and waited for the merger, or for a spilled batch
/// @param stalledNanos        the time they waited, together
/// @param stallNanosMax       the longest of these waits
/// @param deviceFreeBytes     what the device has free now
/// @param spaceReserveBytes   of it, that only deletes and the background may use
/// @param spaceRefusals       writes that were refused because of that
public record StoreMetrics(
        List<SpaceLine> spaces,
        long unmergedBytes,
        int generations,
        long logBytes,
        int logSegments,
        long visibleSequence,
        long flushedSequence,
        int openSnapshots,
        long oldestSnapshot,
        long mergedBytes,
        long compactionBytesIn,
        long compactionBytesOut,
        long compactionDebtBytes,
        long throttledNanos,
        long spilledBatches,
        long heldNanosMax,
        long stalls,
        long stalledNanos,
        long stallNanosMax,
        long deviceFreeBytes,
        long spaceReserveBytes,
        long spaceRefusals) {
    /// @param entries entries in runs, older versions and deletes included
    /// @param bytes   bytes of its runs on disk
    /// @param levels  runs on each level, from level 0
    public record SpaceLine(String name, long entries, long bytes, List<Integer> levels) {}

    static StoreMetrics of(StoreCore core) {
        core.checkOpen();
        Version version = core.version();
        List<SpaceLine> lines = new ArrayList<>();
        for (Map.Entry<String, Integer> space : new java.util.TreeMap<>(version.names()).entrySet()) {
            Version.SpaceRuns runs = version.spaceOrNull(space.getValue());
            if (runs != null) lines.add(line(space.getKey(), runs));
        }
        var counters = core.counters();
        return new StoreMetrics(
                lines,
                core.unmergedBytes(),
                version.generations().length,
                counters.logBytes(),
                counters.logSegments(),
                core.visible(),
                core.flushedSequence(),
                core.openSnapshots(),
                core.oldestSnapshot(),
                counters.mergedBytes(),
                counters.compactionBytesIn(),
                counters.compactionBytesOut(),
                counters.compactionDebtBytes(),
                counters.throttledNanos(),
                counters.spilledBatches(),
                counters.heldNanosMax(),
                counters.stalls(),
                counters.stalledNanos(),
                counters.stallNanosMax(),
                counters.deviceFreeBytes(),
                counters.spaceReserveBytes(),
                counters.spaceRefusals());
    }

    private static SpaceLine line(String name, Version.SpaceRuns runs) {
        long entries = 0;
        long bytes = 0;
        List<Integer> levels = new ArrayList<>();
        for (Run[] level : runs.levels()) {
            levels.add(level.length);
            for (Run run : level) {
                entries += run.section().entries();
                bytes += run.section().bytes();
            }
        }
        return new SpaceLine(name, entries, bytes, levels);
    }
}
