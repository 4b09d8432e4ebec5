package dev.polder.bench.soak;

import dev.polder.Engine;
import dev.polder.EngineMetrics;
import dev.polder.MemoryReport;
import dev.polder.Store;
import dev.polder.StoreMetrics;
import dev.polder.metrics.FrameMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Looks at an engine once a second and says what must never be so.
final class Watchman {
    /// The active generation, those that wait, and one that is being sealed.
    private static final int GENERATIONS_MAX = 6;
    private static final int STANDSTILL_LOOKS = 120;

    private final Engine engine;
    private final Store store;
    private final long rssLimitBytes;
    private long operations;
    private int standstill;
    private long mostUsed;

    /// @param rssLimitBytes of the whole process
    Watchman(Engine engine, Store store, long rssLimitBytes) {
        this.engine = engine;
        this.store = store;
        this.rssLimitBytes = rssLimitBytes;
    }

    /// @throws AssertionError naming what is so and must not be
    void look(long operationsNow) {
        MemoryReport memory = engine.memory();
        mostUsed = Math.max(mostUsed, memory.usedBytes());
        check(memory.usedBytes() <= memory.budgetBytes(), "over the budget:\n" + memory);
        for (MemoryReport.OwnerLine owner : memory.owners()) {
            check(owner.leasedBytes() <= owner.ceilingBytes(), "over its ceiling: " + owner);
        }
        EngineMetrics metrics = engine.metrics();
        for (FrameMetrics frames : metrics.poolClasses()) {
            check(frames.used() + frames.free() <= frames.frames(), "more frames than there are: " + frames);
            check(frames.pinned() <= frames.used(), "pinned and not used: " + frames);
        }
        StoreMetrics counted = store.metrics();
        check(counted.generations() <= GENERATIONS_MAX, "generations=" + counted.generations());
        check(counted.flushedSequence() <= counted.visibleSequence(), "flushed beyond visible: " + counted);
        long rss = peakRssBytes();
        check(rss <= rssLimitBytes, "resident " + (rss >> 20) + " MiB of " + (rssLimitBytes >> 20) + " allowed");
        standstill = operationsNow == operations ? standstill + 1 : 0;
        operations = operationsNow;
        check(standstill < STANDSTILL_LOOKS, "nothing was done for " + STANDSTILL_LOOKS + " looks");
    }

    String report(long operationsNow, double seconds) {
        EngineMetrics metrics = engine.metrics();
        StoreMetrics counted = store.metrics();
        return String.format(
                Locale.ROOT,
                "soak: %.0f s, %,d operations (%,.0f/s), RSS peak %d MiB of %d, budget used at most %d MiB,"
                        + " evictions %,d, bypasses %,d, stalls %,d (longest %d ms), merged %d MiB, compacted %d MiB",
                seconds,
                operationsNow,
                operationsNow / Math.max(1, seconds),
                peakRssBytes() >> 20,
                rssLimitBytes >> 20,
                mostUsed >> 20,
                metrics.poolEvictions(),
                metrics.bypasses(),
                counted.stalls(),
                counted.stallNanosMax() / 1_000_000,
                counted.mergedBytes() >> 20,
                counted.compactionBytesOut() >> 20);
    }

    /// The kernel's high-water mark, or 0 where there is none.
    static long peakRssBytes() {
        try {
            List<String> lines = Files.readAllLines(Path.of("/proc/self/status"));
            for (String line : lines) {
                if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        } catch (IOException _) {
            // not Linux
        }
        return 0;
    }

    private static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }
}
