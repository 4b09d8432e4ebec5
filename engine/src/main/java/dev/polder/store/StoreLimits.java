package dev.polder.store;

/// How far a store may grow in what its budget does not bound.
///
/// @param generationEntries  entries at which a generation is sealed
/// @param sealedGenerations  of them that wait for the merger; then writers wait
/// @param slowedRuns         runs in level 0 of a space from which on writers are slowed
/// @param spaces             of a store
/// @param snapshots          open snapshots and cursors of a store
/// @param outlivedSeconds    how long a snapshot, cursor or view may stay open until it is named
/// @param logEpochs          sessions whose writes may lie in the log alone
/// @param spaceReserveBytes  of the device, that only deletes and the background may use
public record StoreLimits(
        long generationEntries,
        int sealedGenerations,
        int slowedRuns,
        int spaces,
        int snapshots,
        int outlivedSeconds,
        int logEpochs,
        long spaceReserveBytes) {
    public static final StoreLimits DEFAULT = new StoreLimits(4_000_000, 4, 12, 10_000, 4096, 300, 8, 64 << 20);

    public StoreLimits {
        require(generationEntries, "generationEntries");
        require(sealedGenerations, "sealedGenerations");
        require(slowedRuns, "slowedRuns");
        require(spaces, "spaces");
        require(snapshots, "snapshots");
        if (outlivedSeconds < 0) throw new IllegalArgumentException("outlivedSeconds=" + outlivedSeconds);
        require(logEpochs, "logEpochs");
        if (spaceReserveBytes < 0) throw new IllegalArgumentException("spaceReserveBytes=" + spaceReserveBytes);
    }

    public StoreLimits withSpaceReserveBytes(long bytes) {
        return new StoreLimits(
                generationEntries, sealedGenerations, slowedRuns, spaces, snapshots, outlivedSeconds, logEpochs, bytes);
    }

    private static void require(long value, String name) {
        if (value < 1) throw new IllegalArgumentException(name + "=" + value + ": use at least 1");
    }
}
