package dev.polder.cli.command;

import dev.polder.KeyValues;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Printable;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "get",
        description = "Print the value of a key.",
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder get data --space zips 00501",
            "  polder get data --space zips --json 00501 | jq .value.city",
            "  polder get data --space files --raw logo.png > logo.png",
            "  polder get data --space blobs --hex 0a1b",
            "  polder get data --space odd -- --a-key-with-dashes",
            "",
            "Exit status 1 if there is no such key."
        })
public final class GetCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Mixin
    SpaceChoice space = new SpaceChoice();

    @Mixin
    KeyText keys = new KeyText();

    @Parameters(index = "1", paramLabel = "KEY", description = "the key")
    String key = "";

    @Option(names = "--raw", description = "print exactly the bytes of the value, and no newline")
    boolean raw;

    public GetCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        byte[] wanted = keys.bytes(key);
        try (Opened opened = at.toRead()) {
            KeyValues in = space.in(opened.store());
            byte[] value = in.get(wanted);
            if (value == null) {
                throw CommandFailure.no("no key '" + keys.shown(wanted) + "' in space '" + in.name() + "' of "
                        + at.directory + "; keys near it: polder scan " + at.directory + " --space " + in.name()
                        + " --from KEY --limit 10");
            }
            if (raw) {
                console.write(value);
            } else if (at.common.json) {
                Json.line(console.out(), json -> {
                    keys.write(json, wanted);
                    Json.value(json, "value", value);
                });
            } else {
                console.line(Printable.of(value));
            }
        }
        return Exit.OK;
    }
}
