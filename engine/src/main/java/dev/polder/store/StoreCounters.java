package dev.polder.store;

import dev.polder.log.LogWriter;
import org.jspecify.annotations.Nullable;

/// What a store has done so far, and how full its log and device are.
///
/// @param logBytes           size of the log's segments
/// @param mergedBytes        written to level 0
/// @param compactionBytesIn  read by compactions
/// @param compactionBytesOut written by compactions
/// @param spilledBatches     batches too large for the log, which are in mergedBytes too
/// @param heldNanosMax       the longest time that one of them held writers
public record StoreCounters(
        long logBytes,
        int logSegments,
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
    static StoreCounters of(StoreCore store) {
        @Nullable LogWriter writer = store.log;
        var log = writer == null ? null : writer.metrics();
        return new StoreCounters(
                log == null ? 0 : log.bytes(),
                log == null ? 0 : log.segments(),
                store.merger.mergedBytes(),
                store.compactor.bytesIn(),
                store.compactor.bytesOut(),
                store.compactor.debtBytes(),
                store.compactor.throttledNanos(),
                store.spills.batches(),
                store.spills.heldNanosMax(),
                store.committer.stalls(),
                store.committer.stalledNanos(),
                store.committer.stallNanosMax(),
                store.space.freeBytes(),
                store.space.reserveBytes(),
                store.space.refused());
    }
}
