package dev.polder;

import dev.polder.events.Events;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.RegionSource;
import dev.polder.metrics.OpenUse;
import dev.polder.runtime.Seams;
import dev.polder.store.EngineCore;
import dev.polder.store.StoreCore;
import dev.polder.store.StoreSettings;
import dev.polder.store.Verifier;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Memory, I/O and background work, shared by all stores opened on it: one process, one budget, one buffer pool.
///
/// ```java
/// try (Engine engine = Engine.open(Budget.mebibytes(256));
///         Store store = engine.store(Path.of("data"))) {
///     KeyValues users = store.keyValues("users");
///     users.put(key, value);
/// }
/// ```
///
/// Thread-safe, like everything that hangs on it.
public final class Engine implements AutoCloseable {
    private final EngineCore core;
    private final Events.Periodic periodic;
    private final @Nullable Answers answers;
    /// What is closed with the engine.
    private final @Nullable IoEngine io;

    private Engine(EngineCore core, Events.Periodic periodic, @Nullable Answers answers, @Nullable IoEngine io) {
        this.core = core;
        this.periodic = periodic;
        this.answers = answers;
        this.io = io;
    }

    /// Opens an engine with a budget and defaults for the rest.
    ///
    /// @throws dev.polder.errors.BudgetExceededException if the budget is below the minimum, which the message
    /// names
    public static Engine open(Budget budget) {
        return open(EngineOptions.of(budget));
    }

    public static Engine open(EngineOptions options) {
        IoEngine io = switch (options.io()) {
            case AUTO, URING -> IoEngines.probe(Settings.io(options));
            case POSIX -> IoEngines.posix(Settings.io(options));
            case PORTABLE -> IoEngines.portable(Settings.io(options));
        };
        try {
            EngineCore core = core(options, io, IoEngines.regions(options.numaNode()), Seams.system());
            return new Engine(core, PeriodicEvents.of(core), new Answers(core), io);
        } catch (Throwable t) {
            io.close();
            throw t;
        }
    }

    /// For the test kit: an engine on a world of one's own. The engine closes `io`.
    static Engine open(EngineOptions options, IoEngine io, RegionSource regions, Seams seams) {
        return new Engine(core(options, io, regions, seams), () -> {}, null, io);
    }

    private static EngineCore core(EngineOptions options, IoEngine io, RegionSource regions, Seams seams) {
        EngineCore core = new EngineCore(Settings.of(options), io, regions, seams);
        if (options.io() == EngineOptions.IoChoice.URING) {
            io.register(core.budget().unitAddress(0), core.budget().plan().budgetBytes());
        }
        return core;
    }

    /// For the test kit: over a core with settings of its own, whose I/O engine stays open.
    static Engine over(EngineCore core) {
        return new Engine(core, () -> {}, null, null); // nobody looks into a simulated world from outside
    }

    /// Opens the store in `directory`, creating it if there is none.
    public Store store(Path directory) {
        return store(directory, StoreOptions.DEFAULT);
    }

    /// Opens the store in `directory`. A store is open once at a time, or several times [StoreOptions#READ_ONLY].
    ///
    /// @throws dev.polder.errors.NotAStoreException      if there is none and it may not be created
    /// @throws dev.polder.errors.StoreLockedException    if another process or engine has it open, and not both
    /// are read-only
    /// @throws dev.polder.errors.CorruptionException     if what must be valid is not
    /// @throws dev.polder.errors.UnsupportedFormatException if a newer version wrote it
    public Store store(Path directory, StoreOptions options) {
        core.checkOpen();
        StoreSettings settings = new StoreSettings(options.create(), options.readOnly(), options.logged());
        Store store = new Store(StoreCore.open(core, directory.toAbsolutePath().normalize(), settings));
        if (answers != null && !options.readOnly()) answers.begin();
        return store;
    }

    /// Reads every byte that the store in `directory` reaches and checks every checksum, without opening it and without
    /// changing anything: for a store that is so damaged that it does not open. Nobody may have it open to write.
    ///
    /// @param progress called now and then with bytes done and bytes in all
    /// @throws dev.polder.errors.NotAStoreException   if there is none
    /// @throws dev.polder.errors.StoreLockedException if another process or engine has it open to write
    public VerifyReport verify(Path directory, VerifyReport.Progress progress) {
        core.checkOpen();
        return VerifyReport.of(Verifier.verify(core, directory.toAbsolutePath().normalize(), progress::at));
    }

    /// Limits the memory that the buffer pool takes from now on, within the budget; what it holds beyond goes back at
    /// once, for merges, writes and others to use. May be called at any time, by any thread, while others read and
    /// write: reads go on, if need be without a cached copy.
    ///
    /// @param bytesMax 0 or more; more than the budget means: no limit but the budget, as when the engine was
    /// opened
    /// @return whether the pool holds no more than that now; `false` if blocks that are pinned or being loaded
    /// are in its way: what they keep goes back when they let go of it. The limit holds all the same
    public boolean limitPool(long bytesMax) {
        if (bytesMax < 0) throw new IllegalArgumentException("bytesMax=" + bytesMax + ": use 0 or more");
        core.checkOpen();
        return core.pool().resize((int) Math.min(Integer.MAX_VALUE, bytesMax / MemoryBudget.UNIT_BYTES));
    }

    /// Who uses how much of the budget now, and at most so far.
    public MemoryReport memory() {
        return MemoryReport.of(core);
    }

    public EngineMetrics metrics() {
        return EngineMetrics.of(core);
    }

    /// Closes the engine; its stores must be closed before.
    ///
    /// @throws IllegalStateException naming the stores that are still open
    @Override
    public void close() {
        LeftOpenException.ifChosen(closeNamingLeaks());
    }

    /// Closes, and returns what was left open, whatever the JVM was started with: for tests that do so on purpose.
    List<OpenUse> closeNamingLeaks() {
        List<OpenUse> left = core.closeNamingLeaks();
        periodic.close();
        if (answers != null) answers.close();
        if (io != null) io.close(); // what is still pinned or a cursor's is memory, and needs none
        return left;
    }
}
