package dev.polder.runtime;

/// A background task started by [Tasks#spawn].
public interface Task {
    /// Waits until the task has ended; interruption does not shorten the wait (the flag is kept).
    void join();

    boolean finished();
}
