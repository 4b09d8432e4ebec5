package dev.polder.cli.demo;

import dev.polder.Budget;

/// How much the demo does.
///
/// @param budget        memory for the engine
/// @param loadBytes     keys and values to load; at least three times the budget, or the demo would show nothing
/// @param readsMax      random reads
/// @param readMillisMax or this long, whichever ends first
/// @param rounds        how often the writer is killed
/// @param seed          of everything that looks random
record DemoPlan(Budget budget, long loadBytes, int readsMax, long readMillisMax, int rounds, long seed) {
    private static final long GIB = 1L << 30;
    private static final long SEED = 20_250_301;

    static DemoPlan full(Budget budget) {
        return new DemoPlan(budget, Math.max(GIB, 4 * budget.bytes()), 1_000_000, 30_000, 3, SEED);
    }

    /// For under a minute on two slow cores.
    static DemoPlan quick(Budget budget) {
        return new DemoPlan(budget, Math.max(GIB / 8, 3 * budget.bytes()), 100_000, 5_000, 2, SEED);
    }

    /// Room the store may take while old files and the files replacing them lie side by side.
    long diskBytes() {
        return 3 * loadBytes + (256 << 20);
    }

    /// What the process may have resident: the budget, the Java heap, and 96 MiB for the JVM itself.
    long rssLimitBytes() {
        return budget.bytes() + Runtime.getRuntime().maxMemory() + (96 << 20);
    }
}
