package dev.polder.disk;

import java.util.EnumMap;
import java.util.Map;

/// How much the disk does at once.
///
/// @param handlesMax   open files the operating system is asked for; files being written and not yet synced may
/// exceed it
/// @param inFlightMax  transfers under way per lane, those of batches included; one more waits for its turn, but a
/// single one does not wait for batches
/// @param retriesMax   how often a transfer that does not move (disturbed, or of zero bytes) is asked for again in
/// a row
public record DiskConfig(int handlesMax, Map<Lane, Integer> inFlightMax, int retriesMax) {
    /// The lanes' bounds keep a queue of some dozens, at which a flash device is busy, for those who wait, and let
    /// background work fill a small part of it.
    public static final DiskConfig DEFAULT = new DiskConfig(
            512,
            Map.of(
                    Lane.LOG, 64,
                    Lane.FOREGROUND, 64,
                    Lane.MERGE, 8,
                    Lane.COMPACTION, 4,
                    Lane.READ_AHEAD, 16,
                    Lane.SCRUB, 1),
            1000);

    public DiskConfig {
        inFlightMax = Map.copyOf(inFlightMax);
        require(handlesMax >= 1, "handlesMax", handlesMax, "at least 1");
        require(retriesMax >= 0, "retriesMax", retriesMax, "not negative");
        for (Lane lane : Lane.values()) {
            int most = inFlightMax.getOrDefault(lane, 0);
            require(most >= 1 && most <= 10_000, "inFlightMax of " + lane, most, "1 to 10,000 for every lane");
        }
    }

    int inFlightMax(Lane lane) {
        return inFlightMax.getOrDefault(lane, 1);
    }

    public DiskConfig withInFlightMax(Lane lane, int inFlight) {
        Map<Lane, Integer> changed = new EnumMap<>(inFlightMax);
        changed.put(lane, inFlight);
        return new DiskConfig(handlesMax, changed, retriesMax);
    }

    public DiskConfig withHandlesMax(int handlesMax) {
        return new DiskConfig(handlesMax, inFlightMax, retriesMax);
    }

    private static void require(boolean holds, String name, int value, String use) {
        if (!holds) throw new IllegalArgumentException(name + "=" + value + ": use " + use);
    }
}
