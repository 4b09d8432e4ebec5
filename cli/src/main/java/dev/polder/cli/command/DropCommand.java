package dev.polder.cli.command;

import dev.polder.KeyValues;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "drop",
        description = "Delete a space with everything in it. Nothing brings it back.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder drop data --space zips          # says what would go",
            "  polder drop data --space zips --yes"
        })
public final class DropCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Option(
            names = {"-s", "--space"},
            paramLabel = "NAME",
            required = true,
            description = "the space")
    String space = "";

    @Option(names = "--yes", description = "yes, delete it")
    boolean yes;

    public DropCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Opened opened = at.toChange()) {
            KeyValues doomed = SpaceChoice.in(opened.store(), space);
            if (!yes) {
                throw CommandFailure.usage("nothing was deleted: space '" + space + "' of " + at.directory + " holds "
                        + doomed.count() + " keys; to delete it for good, add --yes");
            }
            opened.store().drop(space);
            if (at.common.json) Json.line(console.out(), json -> json.writeStringField("dropped", space));
        }
        return Exit.OK;
    }
}
