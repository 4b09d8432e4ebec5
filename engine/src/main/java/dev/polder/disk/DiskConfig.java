package dev.polder.disk;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/// How much the disk does at once.
///
/// @param lanes       for each lane, what its transfers may do
/// @param inFlightMax transfers under way in all lanes, those of batches included; a single one does not wait for
/// batches
/// @param slowFactor  background lanes get fewer places while foreground reads or syncs take so many times what
/// they took at best lately; 0 leaves them alone
/// @param handlesMax  open files the operating system is asked for; files being written and not yet synced may
/// exceed it
/// @param retriesMax  how often a transfer that does not move (disturbed, or of zero bytes) is asked for again in
/// a row
/// @param windows     how files are written behind their writers
public record DiskConfig(
        Map<Lane, LaneConfig> lanes,
        int inFlightMax,
        int slowFactor,
        int handlesMax,
        int retriesMax,
        WindowConfig windows) {
    /// @param inFlightMax   transfers under way, as above; one more waits for its turn
    /// @param patience      turns that a transfer lets those of more urgent lanes have while it waits: its
    /// deadline
    /// @param waitMillisMax how long one waits at most before it is refused, 0: as long as it takes; a sync never
    /// is
    public record LaneConfig(int inFlightMax, int patience, long waitMillisMax) {
        public LaneConfig {
            require(inFlightMax >= 1 && inFlightMax <= 10_000, "inFlightMax of a lane", inFlightMax, "1 to 10,000");
            require(patience >= 0 && patience <= 1_000_000, "patience", patience, "0 to 1,000,000 turns");
            require(waitMillisMax >= 0 && waitMillisMax <= DAY, "waitMillisMax", waitMillisMax, "0 to 86,400,000");
        }

        public LaneConfig withInFlightMax(int inFlight) {
            return new LaneConfig(inFlight, patience, waitMillisMax);
        }

        public LaneConfig withWaitMillisMax(long millis) {
            return new LaneConfig(inFlightMax, patience, millis);
        }
    }

    /// Of [WriteBehind].
    ///
    /// @param bytes      size at which a window goes out, if the memory holds more than two of them
    /// @param windowsMax how many there are at most; with one, nothing is written behind
    /// @param millis     how long a piece may wait in a window that pieces are added to, 0: until it is full
    public record WindowConfig(int bytes, int windowsMax, long millis) {
        public static final WindowConfig DEFAULT = new WindowConfig(512 << 10, 4, 100);

        public WindowConfig {
            require(bytes >= 4 << 10 && bytes <= 4 << 20, "bytes of a window", bytes, "4,096 to 4,194,304");
            require(windowsMax >= 1 && windowsMax <= 16, "windowsMax", windowsMax, "1 to 16");
            require(millis >= 0 && millis <= MINUTE, "millis of a window", millis, "0 to 60,000");
        }
    }

    private static final long MINUTE = 60_000, DAY = 1440 * MINUTE;

    /// The lanes' bounds keep a queue of some dozens, at which a flash device is busy, for those who wait, and
    /// let background work fill a small part of it. Who waits for a commit or a read learns after a minute that
    /// the device is stuck; for the background nobody waits.
    public static final DiskConfig DEFAULT = new DiskConfig(
            Map.of(
                    Lane.LOG, new LaneConfig(64, 0, MINUTE),
                    Lane.FOREGROUND, new LaneConfig(64, 8, MINUTE),
                    Lane.MERGE, new LaneConfig(8, 64, 0),
                    Lane.COMPACTION, new LaneConfig(4, 128, 0),
                    Lane.READ_AHEAD, new LaneConfig(16, 128, 0),
                    Lane.SCRUB, new LaneConfig(1, 256, 0)),
            128,
            4,
            512,
            1000,
            WindowConfig.DEFAULT);

    public DiskConfig {
        lanes = Map.copyOf(lanes);
        for (Lane lane : Lane.values()) {
            if (!lanes.containsKey(lane)) throw new IllegalArgumentException("lane " + lane.label() + " is missing");
        }
        require(inFlightMax >= 1 && inFlightMax <= 10_000, "inFlightMax", inFlightMax, "1 to 10,000");
        require(slowFactor == 0 || slowFactor >= 2, "slowFactor", slowFactor, "at least 2, or 0");
        require(handlesMax >= 1, "handlesMax", handlesMax, "at least 1");
        require(retriesMax >= 0, "retriesMax", retriesMax, "not negative");
    }

    public LaneConfig lane(Lane lane) {
        LaneConfig config = lanes.get(lane);
        if (config == null) throw new IllegalArgumentException("lane " + lane.label() + " is missing");
        return config;
    }

    public DiskConfig withLane(Lane lane, UnaryOperator<LaneConfig> change) {
        Map<Lane, LaneConfig> changed = new EnumMap<>(lanes);
        changed.put(lane, change.apply(lane(lane)));
        return new DiskConfig(changed, inFlightMax, slowFactor, handlesMax, retriesMax, windows);
    }

    public DiskConfig withInFlightMax(Lane lane, int inFlight) {
        return withLane(lane, config -> config.withInFlightMax(inFlight));
    }

    public DiskConfig withInFlightMax(int inFlight) {
        return new DiskConfig(lanes, inFlight, slowFactor, handlesMax, retriesMax, windows);
    }

    public DiskConfig withSlowFactor(int factor) {
        return new DiskConfig(lanes, inFlightMax, factor, handlesMax, retriesMax, windows);
    }

    public DiskConfig withHandlesMax(int handlesMax) {
        return new DiskConfig(lanes, inFlightMax, slowFactor, handlesMax, retriesMax, windows);
    }

    public DiskConfig withWindows(WindowConfig changed) {
        return new DiskConfig(lanes, inFlightMax, slowFactor, handlesMax, retriesMax, changed);
    }

    private static void require(boolean holds, String name, long value, String use) {
        if (!holds) throw new IllegalArgumentException(name + "=" + value + ": use " + use);
    }
}
