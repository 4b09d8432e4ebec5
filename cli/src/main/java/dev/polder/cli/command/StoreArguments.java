package dev.polder.cli.command;

import dev.polder.Engine;
import dev.polder.Store;
import dev.polder.StoreOptions;
import dev.polder.cli.Console;
import dev.polder.errors.NotAStoreException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Which store, and with how much memory.
public final class StoreArguments {
    @Mixin
    CommonArguments common = new CommonArguments();

    @Parameters(index = "0", paramLabel = "DIR", description = "the directory of the store")
    Path directory = Path.of("");

    /// An engine with one store on it, closed together.
    record Opened(Engine engine, Store store) implements AutoCloseable {
        @Override
        public void close() {
            try (engine) {
                store.close();
            }
        }
    }

    /// Opens what is there; a directory without a store is refused and left as it is.
    Opened existing() {
        return open(StoreOptions.EXISTING);
    }

    /// Opens the store, or creates it and says so: a mistyped directory should be noticed.
    Opened existingOrNew(Console console) {
        try {
            return existing();
        } catch (NotAStoreException _) {
            Opened created = open(StoreOptions.DEFAULT);
            console.note("polder: created a store in " + directory);
            return created;
        }
    }

    private Opened open(StoreOptions options) {
        Engine engine = Engine.open(common.budget());
        try {
            return new Opened(engine, engine.store(directory, options));
        } catch (Throwable e) {
            engine.close();
            throw e;
        }
    }
}
