package dev.polder;

import dev.polder.buffer.PoolMetrics;
import dev.polder.metrics.DiskMetrics;
import dev.polder.metrics.FrameMetrics;
import dev.polder.metrics.Latency;
import dev.polder.metrics.OpenUse;
import dev.polder.store.EngineCore;
import java.util.List;

/// What an engine did so far. Counters only grow.
///
/// @param stores        open stores
/// @param poolFrames    frames in the buffer pool, of all classes
/// @param poolPinned    pinned frames now
/// @param pinOwners     who may pin, by name: each open store whose values were viewed, and closed ones with views left
/// @param poolClasses   the same and more, for each size of frames
/// @param poolHits      blocks found in the pool
/// @param poolMisses    blocks that had to be read
/// @param poolEvictions frames taken from one block for another
/// @param poolFailedEvictions times no frame could be had; the read went on with a copy
/// @param poolEvictionTimes how long it took to find a frame and empty it
/// @param poolPressure  share of the last few hundred frames that were needed, for which a block had to leave: 0 to 1
/// @param poolEvictedAge how long the last few hundred blocks that left had been there, as a mean in nanoseconds
/// @param eviction      the policy that chooses them, and the window it has now if it has one
/// @param poolAdmissions blocks the policy let stay after their time of probation
/// @param poolRejections blocks it sent away instead
/// @param poolGhostHits blocks that came back while the policy remembered them
/// @param poolHitsDropped hits that the policy should have been told of, but the pool was busy
/// @param blockReads    reads that the loader issued
/// @param readBytes     bytes that they read
/// @param joinedReads   reads of a block that were not done because another's was under way
/// @param slotWaits     reads that waited for a staging slot, the memory a block is read into
/// @param batchesRefused batches of blocks that found none to spare: they were read one by one when they were needed
/// @param blocksAhead   blocks brought in with others: ahead of a cursor, or for a multi-get
/// @param usedAhead     those of them that were used since
/// @param wastedAhead   those that left the pool unused; the others still wait
/// @param aheadWindow   how many may be asked for at once now; halves while many are wasted
/// @param lostAhead     blocks read ahead that had left the pool before the cursor came to them
/// @param blocksKept    blocks put into the pool while a merge or a compaction wrote them
/// @param blocksBroughtBack blocks read again after it, because they were in use under another name
/// @param framesForgotten frames that became free because nobody reads their files any more
/// @param warmImages    compressed blocks kept beside the pool ([EngineOptions#warmPercent])
/// @param warmImageBytes bytes they take
/// @param warmRawBytes  bytes they decode to
/// @param warmHits      misses of the pool that were decoded from there instead of being read
/// @param warmKept      blocks that were compressed when they left the pool
/// @param warmDropped   images that had to make room
/// @param bypasses      blocks served without a frame, because none could be had
/// @param readSlotWaits reads that waited for a read slot
/// @param outlived      snapshots, cursors and views that have been open for longer than [Limit#OUTLIVED_SECONDS]
/// @param codec         which LZ4 is in use
/// @param disk          every transfer, by lane and kind
/// @param io            how files are accessed, and what of the machine could not be used for it, and why
public record EngineMetrics(
        int stores,
        long poolFrames,
        long poolPinned,
        int pinOwners,
        List<FrameMetrics> poolClasses,
        long poolHits,
        long poolMisses,
        long poolEvictions,
        long poolFailedEvictions,
        Latency poolEvictionTimes,
        double poolPressure,
        long poolEvictedAge,
        String eviction,
        long poolAdmissions,
        long poolRejections,
        long poolGhostHits,
        long poolHitsDropped,
        long blockReads,
        long readBytes,
        long joinedReads,
        long slotWaits,
        long batchesRefused,
        long blocksAhead,
        long usedAhead,
        long wastedAhead,
        int aheadWindow,
        long lostAhead,
        long blocksKept,
        long blocksBroughtBack,
        long framesForgotten,
        long warmImages,
        long warmImageBytes,
        long warmRawBytes,
        long warmHits,
        long warmKept,
        long warmDropped,
        long bypasses,
        long readSlotWaits,
        List<OpenUse> outlived,
        String codec,
        DiskMetrics disk,
        String io) {
    static EngineMetrics of(EngineCore core) {
        PoolMetrics pool = core.pool().metrics();
        var loader = core.loader().metrics();
        var warm = core.loader().warmMetrics();
        return new EngineMetrics(
                core.stores().size(),
                pool.classes().stream()
                        .mapToLong(PoolMetrics.ClassMetrics::frames)
                        .sum(),
                pool.pinned(),
                pool.pinOwners(),
                pool.classes().stream().map(EngineMetrics::frames).toList(),
                pool.hits(),
                pool.misses(),
                pool.evictions(),
                pool.failedEvictions(),
                pool.eviction(),
                pool.pressure(),
                pool.evictedAge(),
                pool.policy().describe(),
                pool.policy().admissions(),
                pool.policy().rejections(),
                pool.policy().ghostHits(),
                pool.hitsDropped(),
                loader.reads(),
                loader.readBytes(),
                loader.joined(),
                loader.slotWaits(),
                loader.batchesRefused(),
                loader.batchBlocks(),
                pool.aheadUsed(),
                pool.aheadWasted(),
                pool.aheadWindow(),
                loader.lostAhead(),
                loader.blocksKept(),
                loader.blocksBroughtBack(),
                pool.framesForgotten(),
                warm.images(),
                warm.imageBytes(),
                warm.rawBytes(),
                warm.hits(),
                warm.kept(),
                warm.dropped(),
                loader.bypasses(),
                core.slots().waits(),
                core.outlived(),
                core.codecs().describe(),
                core.disk().metrics(),
                core.disk().io().describe());
    }

    private static FrameMetrics frames(PoolMetrics.ClassMetrics c) {
        return new FrameMetrics(
                c.frameBytes(),
                c.units(),
                c.frames(),
                c.resident(),
                c.free(),
                c.pinned(),
                c.hits(),
                c.misses(),
                c.evictions(),
                c.pressure(),
                c.evictedAge());
    }

    /// Share of the blocks looked for that were found, 0 to 1; 0 if none was looked for.
    public double poolHitRate() {
        return poolHits == 0 ? 0 : (double) poolHits / (poolHits + poolMisses);
    }
}
