package dev.polder.runtime;

/// Everything that lets one thread wait for another. In production these are the real things; in a simulation a seeded
/// scheduler runs one task at a time, and each call here is a place where it may choose another.
public interface Tasks {
    /// Starts a background task. `body` must end by itself; an exception that leaves it is reported by [Task#join].
    Task spawn(String name, Runnable body);

    /// A new mutual-exclusion lock; not reentrant by contract (do not rely on either behaviour).
    Mutex mutex(String name);

    /// Waits at least `nanos`; interruption does not shorten it (the flag is kept).
    void sleep(long nanos);

    /// One turn of a bounded spin loop.
    void spin();
}
