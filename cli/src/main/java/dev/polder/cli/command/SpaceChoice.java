package dev.polder.cli.command;

import dev.polder.KeyValues;
import dev.polder.Store;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which space of the store. A reader of a store with a single space need not name it.
public final class SpaceChoice {
    @Option(
            names = {"-s", "--space"},
            paramLabel = "NAME",
            description = "the space; may be left out if the store has only one")
    @Nullable
    String name;

    KeyValues in(Store store) {
        List<String> spaces = store.spaces();
        if (name == null) {
            if (spaces.size() == 1) return in(store, spaces.getFirst());
            if (spaces.isEmpty()) throw CommandFailure.no("no space in " + store.path() + ": nothing was stored yet");
            throw CommandFailure.usage("which space? Add --space with one of: " + String.join(", ", spaces));
        }
        return in(store, name);
    }

    static KeyValues in(Store store, String name) {
        KeyValues space = store.keyValuesOrNull(name);
        if (space != null) return space;
        List<String> spaces = store.spaces();
        throw CommandFailure.no("no space '" + name + "' in " + store.path()
                + (spaces.isEmpty() ? ": nothing was stored yet" : "; there is: " + String.join(", ", spaces)));
    }

    /// Opens or creates, for writers; a new one is announced, because a mistyped name looks just like it.
    static KeyValues existingOrNew(Store store, String name, Console console) {
        KeyValues existing = store.keyValuesOrNull(name);
        if (existing != null) return existing;
        KeyValues created = store.keyValues(name);
        console.note("polder: created space '" + name + "'");
        return created;
    }
}
