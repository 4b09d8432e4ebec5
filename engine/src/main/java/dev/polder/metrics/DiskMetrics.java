package dev.polder.metrics;

import java.util.List;

/// What the disk manager of an engine did since it was opened.
///
/// @param lanes           by urgency, the most urgent first
/// @param inFlightNow     transfers under way in all lanes
/// @param inFlightMost    the most there ever were
/// @param inFlightMax     how many there may be
/// @param waitingNow      transfers that have a place in their lane and wait for one here
/// @param backgroundLevel how many sixteenths of their places background lanes have now: fewer than 16 while
/// foreground reads or syncs are slow
/// @param backgroundCuts  how often they were cut back
/// @param openFiles       files in use
/// @param openHandles     handles of the operating system behind them
/// @param handlesMax      how many there should be; unsynced files may exceed it
/// @param reopened        handles that had been closed to make room and were needed again: a high rate asks for
/// more `handlesMax`
/// @param retries         transfers that were asked for again (short or disturbed)
public record DiskMetrics(
        List<LaneMetrics> lanes,
        int inFlightNow,
        int inFlightMost,
        int inFlightMax,
        int waitingNow,
        int backgroundLevel,
        long backgroundCuts,
        int openFiles,
        int openHandles,
        int handlesMax,
        long reopened,
        long retries) {
    public LaneMetrics lane(String name) {
        return lanes.stream().filter(l -> l.lane().equals(name)).findFirst().orElseThrow();
    }

    /// The longest that any transfer took, in nanoseconds, waiting for its turn included.
    public long stallMax() {
        return lanes.stream().mapToLong(LaneMetrics::stallMax).max().orElse(0);
    }
}
