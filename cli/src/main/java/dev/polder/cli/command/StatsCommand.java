package dev.polder.cli.command;

import dev.polder.Store;
import dev.polder.StoreMetrics;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Units;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "stats",
        description = "Show what a store holds and where its bytes lie.",
        footerHeading = "%nExamples:%n",
        footer = {"  polder stats data", "  polder stats data --json | jq .runBytes"})
public final class StatsCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    public StatsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (StoreArguments.Opened opened = at.existing()) {
            Store store = opened.store();
            StoreMetrics metrics = store.metrics();
            if (at.common.json) {
                Json.line(console.out(), json -> {
                    json.writeNumberField("spaces", store.spaces().size());
                    json.writeNumberField("logBytes", metrics.logBytes());
                });
            } else {
                console.line("spaces  " + store.spaces().size());
                console.line("log     " + Units.bytes(metrics.logBytes()));
            }
        }
        return Exit.OK;
    }
}
