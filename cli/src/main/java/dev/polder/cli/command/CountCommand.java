package dev.polder.cli.command;

import dev.polder.Cursor;
import dev.polder.KeyValues;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "count",
        description = {"Count the keys of a range.", "Exact, and therefore by reading them all."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder count data --space zips",
            "  polder count data --space zips --prefix 9",
            "  polder count data --space zips --from 10000 --to 20000"
        })
public final class CountCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Mixin
    SpaceChoice space = new SpaceChoice();

    @Mixin
    RangeArguments range = new RangeArguments();

    @Mixin
    KeyText keys = new KeyText();

    public CountCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Opened opened = at.toRead()) {
            KeyValues in = space.in(opened.store());
            long count = range.isWhole() ? in.count() : countRange(in);
            if (at.common.json) {
                Json.line(console.out(), json -> {
                    json.writeStringField("space", in.name());
                    json.writeNumberField("count", count);
                });
            } else {
                console.line(Long.toString(count));
            }
        }
        return Exit.OK;
    }

    private long countRange(KeyValues in) {
        long count = 0;
        try (Cursor cursor = in.cursor()) {
            if (!range.bound(cursor, keys)) return 0;
            for (cursor.first(); cursor.valid(); cursor.next()) count++;
        }
        return count;
    }
}
