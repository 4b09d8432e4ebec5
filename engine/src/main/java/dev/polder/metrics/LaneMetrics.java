package dev.polder.metrics;

/// What one lane of the disk did: `log`, `foreground`, `merge`, `compaction`, `read-ahead` or `scrub`.
///
/// @param read         transfers; one may serve several requests of a batch
/// @param merged       requests of batches that went along with the transfer of a neighbour
/// @param coalesced    small pieces of files being written that went along with those before them
/// @param stagedBytes  bytes of such files that are held or under way now
/// @param behindWaits  how often the writer of such a file had to wait for its writes under way
/// @param behindWaitMax nanoseconds that it waited at most
/// @param aheadBytes   bytes that a compaction asked for before it came to them
/// @param wastedAheadBytes of those, what it never came to, or could not be read ahead
/// @param waited       transfers that had to wait for their turn
/// @param refused      those that had waited as long as they may
/// @param inFlightNow  transfers under way
/// @param inFlightMost the most there ever were
/// @param inFlightMax  how many there may be now; background lanes have fewer while others are slow
/// @param waitingNow   transfers that wait for a place in the lane
/// @param stallMax     nanoseconds that the slowest transfer took, waiting included
public record LaneMetrics(
        String lane,
        OperationMetrics read,
        OperationMetrics write,
        OperationMetrics sync,
        long merged,
        long coalesced,
        long stagedBytes,
        long behindWaits,
        long behindWaitMax,
        long aheadBytes,
        long wastedAheadBytes,
        long waited,
        long refused,
        int inFlightNow,
        int inFlightMost,
        int inFlightMax,
        int waitingNow,
        long stallMax) {
    public long reads() {
        return read.count();
    }

    public long writes() {
        return write.count();
    }

    public long syncs() {
        return sync.count();
    }

    public long bytesRead() {
        return read.bytes();
    }

    public long bytesWritten() {
        return write.bytes();
    }
}
