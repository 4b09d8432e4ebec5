package dev.polder;

/// How an engine is opened. Most users set the budget only: `Engine.open(Budget.mebibytes(256))`.
///
/// @param budget          all bulk memory
/// @param io              how files are accessed
/// @param compactionTasks background threads that compact, 1 to 64; one more merges
/// @param stallMillis     how long a write may wait for room before it gets a `BackpressureException`
public record EngineOptions(Budget budget, IoChoice io, int compactionTasks, long stallMillis) {
    /// How files are accessed.
    public enum IoChoice {
        /// The best that works here: io_uring if the kernel has it and lets us use it, else system calls, else
        /// `java.nio`. `engine.metrics().io()` says which, and why not a better one.
        AUTO,
        /// As `AUTO`, and all memory of the budget is registered with io_uring, which saves processor time per
        /// read: it is then locked, and taken from the machine when the engine is opened (seconds per GiB).
        /// Without effect where limits forbid it.
        URING,
        /// System calls through the FFM API, with direct I/O where the file system allows it.
        POSIX,
        /// `java.nio` only.
        PORTABLE
    }

    public EngineOptions {
        if (compactionTasks < 1 || compactionTasks > 64) {
            throw new IllegalArgumentException("compactionTasks=" + compactionTasks + ": use 1 to 64");
        }
        if (stallMillis < 1) throw new IllegalArgumentException("stallMillis=" + stallMillis + ": use at least 1");
    }

    public static EngineOptions of(Budget budget) {
        return new EngineOptions(budget, IoChoice.AUTO, 1, 30_000);
    }

    public EngineOptions withIo(IoChoice choice) {
        return new EngineOptions(budget, choice, compactionTasks, stallMillis);
    }

    public EngineOptions withCompactionTasks(int tasks) {
        return new EngineOptions(budget, io, tasks, stallMillis);
    }

    public EngineOptions withStallMillis(long millis) {
        return new EngineOptions(budget, io, compactionTasks, millis);
    }
}
