package dev.polder;

import dev.polder.io.IoEngine;
import dev.polder.log.LogConfig;
import dev.polder.memory.RegionSource;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;
import dev.polder.runtime.Seams;
import dev.polder.store.EngineCore;
import dev.polder.store.EngineSettings;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.World;
import java.nio.charset.StandardCharsets;

/// The public API over an engine whose generations, runs and blocks are so small that a few thousand writes seal,
/// merge and compact many times.
final class Small implements AutoCloseable {
    static final HeapRegions REGIONS = new HeapRegions();

    final EngineCore core;
    final Engine engine;

    Small(IoEngine io, EngineSettings settings) {
        this(io, settings, REGIONS);
    }

    Small(IoEngine io, EngineSettings settings, RegionSource regions) {
        core = new EngineCore(settings, io, regions, Seams.system());
        engine = Engine.over(core);
    }

    static EngineSettings settings(long budgetMebibytes, long stallMillis) {
        return new EngineSettings(
                budgetMebibytes << 20,
                2,
                stallMillis,
                96 << 10,
                new LevelPicker.Config(5, 3, 128 << 10, 256 << 10, 4, 25),
                new RunConfig(1024, 1024, 4096, 256),
                64 << 10,
                LogConfig.DEFAULT,
                256 << 10);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /// Bytes of units in use never pass the budget, whatever goes on.
    void checkMemory() {
        MemoryReport report = engine.memory();
        if (report.usedBytes() > report.budgetBytes()) throw new AssertionError("over budget:\n" + report);
    }

    @Override
    public void close() {
        World.close(core, engine::close);
    }
}
