package dev.polder.testkit;

/// What a power cut does to that which was not synced. Synced bytes, names and sizes stay as they are in all of
/// these, but the last.
public enum CrashProfile {
    /// Nothing that was not synced is there.
    DROP_ALL_UNSYNCED,

    /// Everything is there: a killed process, whose writes the operating system still holds.
    KEEP_ALL,

    /// Each write, size and name on its own: there, not there, torn, or garbage; how often each, differs from seed to
    /// seed.
    RANDOM,

    /// Writes are torn: of each, some sectors of 512 or of 4096 bytes are there and some not. Names and sizes as in
    /// `RANDOM`.
    TORN,

    /// A device that rewrites whole blocks of 4 KiB and is cut in the middle: any block that an unsynced write
    /// touches may be garbage, *synced bytes in it included*. Who survives this never rewrites a block that holds
    /// acknowledged bytes.
    BLOCK_GARBAGE
}
