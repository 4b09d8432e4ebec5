package dev.polder;

import static dev.polder.Limit.*;

import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskConfig.LaneConfig;
import dev.polder.disk.Lane;
import dev.polder.log.LogConfig;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;
import dev.polder.store.EngineSettings;
import dev.polder.store.PoolSettings;
import dev.polder.store.StoreLimits;
import java.util.function.UnaryOperator;

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
                new PoolSettings(Eviction.valueOf(options.eviction().name()), options.warmPercent(), (int)
                        options.limit(PINNED_PERCENT)),
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
        DiskConfig lanes = DiskConfig.DEFAULT
                .withLane(
                        Lane.LOG,
                        places(options, IN_FLIGHT_LOG, lane -> lane.withWaitMillisMax(options.limit(TURN_MILLIS_LOG))))
                .withLane(
                        Lane.FOREGROUND,
                        places(
                                options,
                                IN_FLIGHT_FOREGROUND,
                                lane -> lane.withWaitMillisMax(options.limit(TURN_MILLIS_FOREGROUND))))
                .withLane(Lane.MERGE, places(options, IN_FLIGHT_MERGE, lane -> lane))
                .withLane(Lane.COMPACTION, places(options, IN_FLIGHT_COMPACTION, lane -> lane))
                .withLane(Lane.READ_AHEAD, places(options, IN_FLIGHT_READ_AHEAD, lane -> lane))
                .withLane(Lane.SCRUB, places(options, IN_FLIGHT_SCRUB, lane -> lane));
        return new DiskConfig(
                lanes.lanes(),
                (int) options.limit(IN_FLIGHT),
                (int) options.limit(SLOW_FACTOR),
                (int) options.limit(OPEN_FILES),
                (int) options.limit(TRANSFER_RETRIES));
    }

    private static UnaryOperator<LaneConfig> places(
            EngineOptions options, Limit limit, UnaryOperator<LaneConfig> more) {
        return lane -> more.apply(lane.withInFlightMax((int) options.limit(limit)));
    }
}
