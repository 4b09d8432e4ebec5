package dev.polder.testkit;

import dev.polder.log.LogConfig;
import dev.polder.memory.RegionSource;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;
import dev.polder.runtime.Seams;
import dev.polder.store.EngineCore;
import dev.polder.store.EngineSettings;
import dev.polder.store.StoreCore;
import dev.polder.store.StoreLimits;
import dev.polder.store.StoreSettings;
import java.nio.file.Path;
import java.util.List;

/// An engine on a simulated disk, with sizes so small that a few hundred operations seal, merge, compact down
/// to the last of several levels, and roll and recycle segments and manifests. Without a reserve, so that merges meet
/// a full device too.
public final class World implements AutoCloseable {
    public static final Path DIRECTORY = Path.of("/store");
    public static final StoreSettings LOGGED = new StoreSettings(true, false, true);
    static final StoreSettings UNLOGGED = new StoreSettings(true, false, false);
    public static final EngineSettings TINY = new EngineSettings(
                    16L << 20,
                    1,
                    5_000,
                    16 << 10,
                    new LevelPicker.Config(6, 2, 512, 128, 2, 25),
                    new RunConfig(512, 512, 1024, 64),
                    1 << 10,
                    new LogConfig(8 << 10, 8 << 10, 2),
                    2 << 10)
            .withLimits(StoreLimits.DEFAULT.withSpaceReserveBytes(0));

    private static final RegionSource REGIONS = new HeapRegions();

    final SimulatedIo io;
    final EngineCore engine;

    public World(SimulatedIo io, EngineSettings settings, Seams seams) {
        this.io = io;
        engine = new EngineCore(settings, io, REGIONS, seams);
    }

    World(SimulatedIo io) {
        this(io, TINY, Seams.system());
    }

    public StoreCore open() {
        return open(LOGGED);
    }

    StoreCore open(StoreSettings settings) {
        return StoreCore.open(engine, DIRECTORY, settings);
    }

    @Override
    public void close() {
        close(engine, engine::close);
    }

    /// Closes an engine. Stores that a failed test left open are closed first, or their threads would go on behind the
    /// tests that follow; a test that did not fail has closed its own.
    public static void close(EngineCore core, Runnable engine) {
        List<StoreCore> left = core.stores();
        try {
            left.forEach(StoreCore::close);
        } finally {
            engine.run();
        }
        if (!left.isEmpty())
            throw new IllegalStateException("left open: " + left.getFirst().directory());
    }
}
