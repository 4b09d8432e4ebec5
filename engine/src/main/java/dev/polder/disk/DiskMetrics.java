package dev.polder.disk;

import java.util.List;

/// What a [Disk] did since it was made.
///
/// @param openFiles   [DiskFile]s that were not closed
/// @param openHandles handles of the operating system behind them
/// @param reopened    handles that had been closed to make room and were needed again: a high rate asks for more
/// `handlesMax`
/// @param retries     transfers that were asked for again (short or disturbed)
public record DiskMetrics(List<LaneMetrics> lanes, int openFiles, int openHandles, long reopened, long retries) {
    public LaneMetrics lane(Lane lane) {
        return lanes.stream().filter(l -> l.lane() == lane).findFirst().orElseThrow();
    }

    /// @param reads    transfers; one may serve several requests of a batch
    /// @param merged   requests of batches that went along with the transfer of a neighbour
    /// @param waited   transfers that found the lane full
    /// @param nanosMax the slowest transfer, waiting for the lane not counted
    public record LaneMetrics(
            Lane lane,
            long reads,
            long writes,
            long syncs,
            long bytesRead,
            long bytesWritten,
            long merged,
            long waited,
            long nanosMax) {}
}
