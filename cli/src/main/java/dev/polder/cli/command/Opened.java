package dev.polder.cli.command;

import dev.polder.Budget;
import dev.polder.Engine;
import dev.polder.Store;
import dev.polder.StoreOptions;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import java.nio.file.Path;

/// An engine with one store on it, closed together.
///
/// @param reading nothing is written, so nothing is lost when closing finds no room for its housekeeping
record Opened(Engine engine, Store store, boolean reading) implements AutoCloseable {
    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int EROFS = 30;

    /// Opens what is there, to read it. A directory without a store is refused and left as it is; one that
    /// cannot be written to is opened without touching it.
    ///
    /// Not read-only from the start: that cannot merge what the log holds, which may be more than fits the
    /// memory.
    static Opened toRead(Path directory, Budget budget) {
        try {
            return open(directory, budget, StoreOptions.EXISTING, true);
        } catch (FileAccessException e) {
            if (e.errno() != EPERM && e.errno() != EACCES && e.errno() != EROFS) throw e;
            return open(directory, budget, StoreOptions.READ_ONLY, true);
        } catch (OutOfSpaceException _) {
            return open(directory, budget, StoreOptions.READ_ONLY, true);
        }
    }

    /// Opens what is there, to change it.
    static Opened toChange(Path directory, Budget budget) {
        return open(directory, budget, StoreOptions.EXISTING, false);
    }

    /// Opens the store and creates it if there is none.
    static Opened created(Path directory, Budget budget) {
        return open(directory, budget, StoreOptions.DEFAULT, false);
    }

    private static Opened open(Path directory, Budget budget, StoreOptions options, boolean reading) {
        Engine engine = Engine.open(budget);
        try {
            return new Opened(engine, engine.store(directory, options), reading);
        } catch (Throwable e) {
            engine.close();
            throw e;
        }
    }

    @Override
    public void close() {
        try (engine) {
            store.close();
        } catch (OutOfSpaceException e) {
            if (!reading) throw e;
        }
    }
}
