package dev.polder;

import static dev.polder.Limit.*;

import dev.polder.block.AheadLimits;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskConfig.LaneConfig;
import dev.polder.disk.Lane;
import dev.polder.io.IoLimits;
import dev.polder.log.LogConfig;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;
import dev.polder.store.EngineSettings;
import dev.polder.store.PoolSettings;
import dev.polder.store.StoreLimits;
import java.util.Map;

/// What users choose, as the rooms below want to have it.
final class Settings {
    private Settings() {}

    static EngineSettings of(EngineOptions options) {
        EngineSettings usual =
                EngineSettings.of(options.budget().bytes(), options.compactionTasks(), options.stallMillis());
        LevelPicker.Config levels = usual.levels();
        return new EngineSettings(
                usual.budgetBytes(),
                usual.compactionTasks(),
                usual.stallMillis(),
                options.limit(GENERATION_BYTES),
                new LevelPicker.Config(
                        levels.levels(),
                        (int) options.limit(LEVEL0_RUNS_MERGED),
                        levels.bytes0(),
                        levels.baseBytes(),
                        levels.multiplier(),
                        levels.tombstonePercentMax()),
                RunConfig.DEFAULT,
                options.limit(RUN_BYTES),
                new LogConfig(
                        LogConfig.DEFAULT.segmentBytesMin(),
                        (int) options.limit(LOG_SEGMENT_BYTES),
                        LogConfig.DEFAULT.spareSegmentsMax()),
                options.limit(MANIFEST_BYTES),
                new PoolSettings(
                        Eviction.valueOf(options.eviction().name()),
                        options.warmPercent(),
                        (int) options.limit(PINNED_PERCENT),
                        new AheadLimits(
                                (int) options.limit(AHEAD_WINDOWS),
                                (int) options.limit(AHEAD_LEAPS),
                                (int) options.limit(AHEAD_BATCHES),
                                (int) options.limit(AHEAD_THREADS))),
                new StoreLimits(
                        options.limit(GENERATION_ENTRIES),
                        (int) options.limit(SEALED_GENERATIONS),
                        (int) options.limit(LEVEL0_RUNS_SLOWED),
                        (int) options.limit(SPACES),
                        (int) options.limit(SNAPSHOTS),
                        (int) options.limit(OUTLIVED_SECONDS),
                        (int) options.limit(LOG_EPOCHS),
                        options.limit(SPACE_RESERVE_BYTES)),
                disk(options));
    }

    private static DiskConfig disk(EngineOptions options) {
        return new DiskConfig(
                Map.of(
                        Lane.LOG, lane(options, IN_FLIGHT_LOG, PATIENCE_LOG, TURN_MILLIS_LOG),
                        Lane.FOREGROUND,
                                lane(options, IN_FLIGHT_FOREGROUND, PATIENCE_FOREGROUND, TURN_MILLIS_FOREGROUND),
                        Lane.MERGE, lane(options, IN_FLIGHT_MERGE, PATIENCE_MERGE, TURN_MILLIS_BACKGROUND),
                        Lane.COMPACTION,
                                lane(options, IN_FLIGHT_COMPACTION, PATIENCE_COMPACTION, TURN_MILLIS_BACKGROUND),
                        Lane.READ_AHEAD,
                                lane(options, IN_FLIGHT_READ_AHEAD, PATIENCE_READ_AHEAD, TURN_MILLIS_BACKGROUND),
                        Lane.SCRUB, lane(options, IN_FLIGHT_SCRUB, PATIENCE_SCRUB, TURN_MILLIS_BACKGROUND)),
                (int) options.limit(IN_FLIGHT),
                (int) options.limit(SLOW_FACTOR),
                (int) options.limit(OPEN_FILES),
                (int) options.limit(TRANSFER_RETRIES),
                new DiskConfig.WindowConfig(
                        (int) options.limit(WRITE_WINDOW_BYTES),
                        (int) options.limit(WRITE_WINDOWS),
                        options.limit(WRITE_WINDOW_MILLIS)));
    }

    private static LaneConfig lane(EngineOptions options, Limit inFlight, Limit patience, Limit millis) {
        return new LaneConfig((int) options.limit(inFlight), (int) options.limit(patience), options.limit(millis));
    }

    static IoLimits io(EngineOptions options) {
        return new IoLimits(
                (int) options.limit(RINGS), (int) options.limit(IO_THREADS), (int) options.limit(IO_QUEUE), (int)
                        options.limit(POLL_MICROS));
    }
}
