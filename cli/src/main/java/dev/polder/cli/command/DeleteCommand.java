package dev.polder.cli.command;

import dev.polder.KeyValues;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "delete",
        description = "Delete a key and its value.",
        footerHeading = "%nExamples:%n",
        footer = {"  polder delete data --space zips 00501", "", "Exit status 1 if there is no such key."})
public final class DeleteCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Mixin
    SpaceChoice space = new SpaceChoice();

    @Mixin
    KeyText keys = new KeyText();

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    String key = "";

    public DeleteCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        byte[] name = keys.bytes(key);
        try (Opened opened = at.toChange()) {
            KeyValues in = space.in(opened.store());
            if (!in.contains(name)) {
                throw CommandFailure.no("no key '" + keys.shown(name) + "' in space '" + in.name() + "' of "
                        + at.directory + ": nothing to delete");
            }
            in.delete(name);
            if (at.common.json) Json.line(console.out(), json -> keys.write(json, name));
        }
        return Exit.OK;
    }
}
