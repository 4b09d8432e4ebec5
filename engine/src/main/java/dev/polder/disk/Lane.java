package dev.polder.disk;

/// For whom a transfer happens. Each lane has a bounded number of transfers in flight ([DiskConfig]), so that
/// background work leaves room for those who wait, and its own counters.
public enum Lane {
    /// Commits wait for it.
    LOG,
    /// A reader waits for it.
    FOREGROUND,
    /// Generations being written as runs.
    MERGE,
    COMPACTION,
    READ_AHEAD,
    /// Verification, nobody waits.
    SCRUB
}
