package dev.polder;

/// How a store is opened.
///
/// @param create   make it if the directory does not hold one
/// @param readOnly change nothing on disk (but make the lock file if it is missing and can be made); writes are
/// refused. Any number of read-only openings share a store, in this and in other processes; while there is one, nobody
/// opens it for writing, and while somebody writes, nobody opens it read-only: either gets a
/// [dev.polder.errors.StoreLockedException]. What the log holds and runs do not must fit in memory: open the store for
/// writing once to merge it.
/// @param logged   for a new store: whether it keeps a log. Without one, writes are durable only by [Store#flush] and
/// by merges,
///                 always as a prefix: for users that can replay their input
public record StoreOptions(boolean create, boolean readOnly, boolean logged) {
    public static final StoreOptions DEFAULT = new StoreOptions(true, false, true);
    public static final StoreOptions EXISTING = new StoreOptions(false, false, true);
    public static final StoreOptions READ_ONLY = new StoreOptions(false, true, true);
    public static final StoreOptions UNLOGGED = new StoreOptions(true, false, false);
}
