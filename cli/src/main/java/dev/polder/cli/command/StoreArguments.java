package dev.polder.cli.command;

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

    Opened toRead() {
        return Opened.toRead(directory, common.budget());
    }

    Opened toChange() {
        return Opened.toChange(directory, common.budget());
    }

    /// Opens the store, or creates it and says so: a mistyped directory should be noticed.
    Opened toWrite(Console console) {
        try {
            return toChange();
        } catch (NotAStoreException _) {
            Opened created = Opened.created(directory, common.budget());
            console.note("polder: created a store in " + directory);
            return created;
        }
    }
}
