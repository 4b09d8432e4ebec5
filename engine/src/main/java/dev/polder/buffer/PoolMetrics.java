package dev.polder.buffer;

import dev.polder.buffer.eviction.PolicyMetrics;
import dev.polder.metrics.Latency;
import java.util.List;

/// What the pool holds and how well it does. Hits are added in bulk by each reader, so they lag a little.
///
/// @param classes by frame size
/// @param pinnedFramesMax how many frames may be pinned now
/// @param pinOwners how many owners of pins are known, with pins or without
/// @param pressure share of the last few hundred frames given to loaders for which a block had to leave, 0 to 1
/// @param evictedAge how long the last few hundred blocks that left had been there, as a mean in nanoseconds
/// @param failedEvictions times no frame could be had with bounded effort; the reader went on with a copy
/// @param unitsMoved units that went from one class to another
/// @param unitsSurrendered units given back for other owners
/// @param framesForgotten frames given up because nobody reads their files any more
/// @param eviction how long it took to find a frame and empty it, under the pool's mutex
/// @param ahead blocks loaded ahead of their use
/// @param aheadUsed those of them that were used since
/// @param aheadWasted those that left unused; the others still wait
/// @param aheadWindow how many may be asked for at once now
/// @param hitsRecorded     hits told to the policy one by one
/// @param hitsDropped      hits that should have been, but the pool was busy when the reader's batch was full
/// @param policy           what the eviction policy did
public record PoolMetrics(
        List<ClassMetrics> classes,
        int pinnedFramesMax,
        int pinOwners,
        double pressure,
        long evictedAge,
        long failedEvictions,
        long unitsMoved,
        long unitsSurrendered,
        long framesForgotten,
        Latency eviction,
        long ahead,
        long aheadUsed,
        long aheadWasted,
        int aheadWindow,
        long hitsRecorded,
        long hitsDropped,
        PolicyMetrics policy) {
    /// @param frameBytes size of a frame of this class
    /// @param units units of 64 KiB carved into such frames
    /// @param frames all frames: resident + free + those being loaded
    /// @param resident frames that hold a block
    /// @param free frames in the free list
    /// @param pinned resident frames that are pinned
    /// @param pressure the pool's, of this class
    /// @param evictedAge the pool's, of this class
    public record ClassMetrics(
            int frameBytes,
            int units,
            int frames,
            int resident,
            int free,
            int pinned,
            long hits,
            long misses,
            long evictions,
            double pressure,
            long evictedAge) {}

    public long hits() {
        return classes.stream().mapToLong(ClassMetrics::hits).sum();
    }

    public long misses() {
        return classes.stream().mapToLong(ClassMetrics::misses).sum();
    }

    public long evictions() {
        return classes.stream().mapToLong(ClassMetrics::evictions).sum();
    }

    public int pinned() {
        return classes.stream().mapToInt(ClassMetrics::pinned).sum();
    }
}
