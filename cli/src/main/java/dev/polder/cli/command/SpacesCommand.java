package dev.polder.cli.command;

import dev.polder.Store;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Printable;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "spaces",
        description = "List the spaces of a store.",
        footerHeading = "%nExamples:%n",
        footer = {"  polder spaces data", "  polder spaces data --count", "  polder spaces data --json | jq -r .space"})
public final class SpacesCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Option(names = "--count", description = "with the number of keys in each, counted by reading them all")
    boolean count;

    public SpacesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Opened opened = at.toRead()) {
            for (String name : opened.store().spaces()) print(opened.store(), name);
        }
        return Exit.OK;
    }

    private void print(Store store, String name) {
        long keys = count ? SpaceChoice.in(store, name).count() : 0;
        if (at.common.json) {
            Json.line(console.out(), json -> {
                json.writeStringField("space", name);
                if (count) json.writeNumberField("count", keys);
            });
        } else {
            console.line(count ? Printable.escaped(name) + '\t' + keys : Printable.escaped(name));
        }
    }
}
