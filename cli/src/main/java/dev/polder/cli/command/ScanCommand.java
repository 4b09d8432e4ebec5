package dev.polder.cli.command;

import dev.polder.Cursor;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Printable;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "scan",
        description = {
            "Print the keys and values of a range, in the order of the keys.",
            "One line each: key, a tab, value. Control characters are escaped."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder scan data --space zips --prefix 005",
            "  polder scan data --space zips --from 10000 --to 10100 --keys-only",
            "  polder scan data --space zips --reverse --limit 1      # the last key",
            "  polder scan data --space zips --json | jq -r .value.city | sort | uniq -c"
        })
public final class ScanCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Mixin
    SpaceChoice space = new SpaceChoice();

    @Mixin
    RangeArguments range = new RangeArguments();

    @Option(names = "--reverse", description = "from the last key to the first")
    boolean reverse;

    @Option(names = "--limit", paramLabel = "N", description = "stop after N keys")
    long limit = Long.MAX_VALUE;

    @Option(names = "--keys-only", description = "print no values")
    boolean keysOnly;

    @Mixin
    KeyText keys = new KeyText();

    public ScanCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Opened opened = at.toRead();
                Cursor cursor = space.in(opened.store()).cursor()) {
            if (!range.bound(cursor, keys)) return Exit.OK;
            long left = limit;
            for (first(cursor); left > 0 && cursor.valid(); left--) {
                print(cursor);
                if (left > 1) next(cursor);
            }
        }
        return Exit.OK;
    }

    private void first(Cursor cursor) {
        if (reverse) cursor.last();
        else cursor.first();
    }

    private void next(Cursor cursor) {
        if (reverse) cursor.previous();
        else cursor.next();
    }

    private void print(Cursor cursor) {
        byte[] key = cursor.key();
        if (at.common.json) {
            Json.line(console.out(), json -> {
                keys.write(json, key);
                if (!keysOnly) Json.value(json, "value", cursor.value());
            });
        } else {
            console.line(keysOnly ? keys.shown(key) : keys.shown(key) + '\t' + Printable.of(cursor.value()));
        }
    }
}
