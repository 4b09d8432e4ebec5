package dev.polder.store;

import dev.polder.disk.DiskConfig;
import dev.polder.log.LogConfig;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;

/// How an engine works inside. Users see `EngineOptions`; the rest is for tests, which make everything small.
///
/// @param budgetBytes        all bulk memory of the engine, metadata included
/// @param compactionTasks    background tasks that compact
/// @param stallMillis        how long a write may wait for room before it is refused
/// @param generationBytesMax a generation is sealed at this size, if not earlier
/// @param levels             when to compact
/// @param runs               sizes of blocks
/// @param runBytes           size at which a compaction begins another run
/// @param log                sizes of the log's segments
/// @param manifestRollBytes  size from which on a manifest that has outgrown its state begins anew
/// @param pool               how the buffer pool works
/// @param limits             how far stores may grow
/// @param disk               how much the disk does at once
public record EngineSettings(
        long budgetBytes,
        int compactionTasks,
        long stallMillis,
        long generationBytesMax,
        LevelPicker.Config levels,
        RunConfig runs,
        long runBytes,
        LogConfig log,
        long manifestRollBytes,
        PoolSettings pool,
        StoreLimits limits,
        DiskConfig disk) {
    private static final long GENERATION_BYTES_MAX = 64L << 20;
    private static final long BASE_BYTES_MIN = 64L << 20;

    /// A root block of 16 KiB spans a run of 32 MiB, so a look-up goes through three index blocks at most.
    private static final long RUN_BYTES = 32L << 20;

    private static final long MANIFEST_ROLL_BYTES = 256 << 10;

    public EngineSettings(
            long budgetBytes,
            int compactionTasks,
            long stallMillis,
            long generationBytesMax,
            LevelPicker.Config levels,
            RunConfig runs,
            long runBytes,
            LogConfig log,
            long manifestRollBytes) {
        this(
                budgetBytes,
                compactionTasks,
                stallMillis,
                generationBytesMax,
                levels,
                runs,
                runBytes,
                log,
                manifestRollBytes,
                PoolSettings.DEFAULT,
                StoreLimits.DEFAULT,
                DiskConfig.DEFAULT);
    }

    /// Level 0 and the base level are sized by generations: a compaction out of level 0 rewrites all of the base
    /// when keys are random, so it should bring several generations at once.
    public static EngineSettings of(long budgetBytes, int compactionTasks, long stallMillis) {
        long base = Math.max(BASE_BYTES_MIN, 4 * Math.min(GENERATION_BYTES_MAX, budgetBytes / 8));
        return new EngineSettings(
                budgetBytes,
                compactionTasks,
                stallMillis,
                GENERATION_BYTES_MAX,
                new LevelPicker.Config(7, 4, base, base, 10, 25),
                RunConfig.DEFAULT,
                RUN_BYTES,
                LogConfig.DEFAULT,
                MANIFEST_ROLL_BYTES);
    }

    public EngineSettings withPool(PoolSettings changed) {
        return with(changed, limits, disk);
    }

    public EngineSettings withLimits(StoreLimits changed) {
        return with(pool, changed, disk);
    }

    public EngineSettings withDisk(DiskConfig changed) {
        return with(pool, limits, changed);
    }

    private EngineSettings with(PoolSettings changedPool, StoreLimits changedLimits, DiskConfig changedDisk) {
        return new EngineSettings(
                budgetBytes,
                compactionTasks,
                stallMillis,
                generationBytesMax,
                levels,
                runs,
                runBytes,
                log,
                manifestRollBytes,
                changedPool,
                changedLimits,
                changedDisk);
    }
}
