package dev.polder;

import java.util.EnumMap;
import java.util.Map;

/// How an engine is opened. Most users set the budget only: `Engine.open(Budget.mebibytes(256))`.
///
/// @param budget          all bulk memory
/// @param io              how files are accessed
/// @param compactionTasks background threads that compact, 1 to 64; one more merges
/// @param stallMillis     how long a write may wait for room before it gets a `BackpressureException`
/// @param eviction        which blocks leave the buffer pool when room is needed
/// @param warmPercent     how much of the budget keeps compressed images of blocks that left the pool, 0 to 40. It
/// pays where the data is some times larger than the budget, compresses well, and the device is slow; 0 by default
/// @param numaNode        the memory node that the budget shall lie on, on a machine with several; -1, the default,
/// spreads it over all
/// @param limits          those that differ from their default
public record EngineOptions(
        Budget budget,
        IoChoice io,
        int compactionTasks,
        long stallMillis,
        EvictionChoice eviction,
        int warmPercent,
        int numaNode,
        Map<Limit, Long> limits) {
    /// Which blocks leave the buffer pool when room is needed. All but the first three see every hit in its order,
    /// at the price of a lock for every 16 hits of a reader.
    public enum EvictionChoice {
        /// Windowed TinyLFU on CLOCK: a window for what is new, frequency for what stays, and shadows that choose
        /// between them. The best mean hit rate on published traces, and never far from the best.
        WINDOW_TINY_LFU,
        /// The simplest: what was used is spared.
        CLOCK,
        /// A small queue on probation before the main one.
        S3_FIFO,
        /// Least recently used.
        LRU,
        /// The block whose second last use is longest ago.
        LRU_K,
        /// A queue for new blocks, LRU for those that came back.
        TWO_Q,
        /// Recency and frequency, balanced by what was missed.
        ARC,
        /// By the distance between the last two uses: strongest on loops and scans.
        LIRS
    }

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
        if (warmPercent < 0 || warmPercent > 40) {
            throw new IllegalArgumentException("warmPercent=" + warmPercent + ": use 0 to 40");
        }
        if (numaNode < -1) throw new IllegalArgumentException("numaNode=" + numaNode + ": use -1 or a node's number");
        limits = Map.copyOf(limits);
        limits.forEach(Limit::check);
        if (valueOf(limits, Limit.SLOW_FACTOR) == 1)
            throw new IllegalArgumentException("SLOW_FACTOR=1: use 0, or 2 and more");
        if (valueOf(limits, Limit.LOG_SEGMENT_BYTES) % 4096 != 0) {
            throw new IllegalArgumentException(
                    "LOG_SEGMENT_BYTES=" + valueOf(limits, Limit.LOG_SEGMENT_BYTES) + ": use a multiple of 4096");
        }
    }

    public static EngineOptions of(Budget budget) {
        return new EngineOptions(budget, IoChoice.AUTO, 1, 30_000, EvictionChoice.WINDOW_TINY_LFU, 0, -1, Map.of());
    }

    public EngineOptions withIo(IoChoice choice) {
        return new EngineOptions(budget, choice, compactionTasks, stallMillis, eviction, warmPercent, numaNode, limits);
    }

    public EngineOptions withCompactionTasks(int tasks) {
        return new EngineOptions(budget, io, tasks, stallMillis, eviction, warmPercent, numaNode, limits);
    }

    public EngineOptions withStallMillis(long millis) {
        return new EngineOptions(budget, io, compactionTasks, millis, eviction, warmPercent, numaNode, limits);
    }

    public EngineOptions withEviction(EvictionChoice choice) {
        return new EngineOptions(budget, io, compactionTasks, stallMillis, choice, warmPercent, numaNode, limits);
    }

    public EngineOptions withWarmPercent(int percent) {
        return new EngineOptions(budget, io, compactionTasks, stallMillis, eviction, percent, numaNode, limits);
    }

    public EngineOptions withNumaNode(int node) {
        return new EngineOptions(budget, io, compactionTasks, stallMillis, eviction, warmPercent, node, limits);
    }

    /// Changes one limit.
    ///
    /// @throws IllegalArgumentException if the value is not from [Limit#least] to [Limit#most]
    public EngineOptions withLimit(Limit limit, long value) {
        Map<Limit, Long> changed = new EnumMap<>(Limit.class);
        changed.putAll(limits);
        changed.put(limit, value);
        return new EngineOptions(budget, io, compactionTasks, stallMillis, eviction, warmPercent, numaNode, changed);
    }

    /// What a limit is.
    public long limit(Limit limit) {
        return valueOf(limits, limit);
    }

    private static long valueOf(Map<Limit, Long> limits, Limit limit) {
        return limits.getOrDefault(limit, limit.byDefault());
    }
}
