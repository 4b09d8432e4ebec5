package dev.polder.disk;

/// For whom a transfer happens, the most urgent first. Each lane has a bounded number of transfers in flight
/// ([DiskConfig]), so that background work leaves room for those who wait, and its own counters.
public enum Lane {
    /// Commits wait for it.
    LOG("log"),
    /// A reader waits for it.
    FOREGROUND("foreground"),
    /// Generations being written as runs.
    MERGE("merge"),
    COMPACTION("compaction"),
    READ_AHEAD("read-ahead"),
    /// Verification, nobody waits.
    SCRUB("scrub");

    private final String label;

    Lane(String label) {
        this.label = label;
    }

    /// Nobody waits for it.
    boolean isBackground() {
        return compareTo(MERGE) >= 0;
    }

    /// Its name in metrics.
    public String label() {
        return label;
    }
}
