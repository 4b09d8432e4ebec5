package dev.polder.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.EngineMetrics;
import dev.polder.StoreMetrics;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Printable;
import dev.polder.cli.text.Units;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "stats",
        description = {
            "Show what a store holds and where its bytes lie.",
            "Entries are counted in the runs: deletes and older versions count too until compaction drops them. How many keys"
                    + " there are is told by count."
        },
        footerHeading = "%nExamples:%n",
        footer = {"  polder stats data", "  polder stats data --json | jq .spaces"})
public final class StatsCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    public StatsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        try (Opened opened = at.toRead()) {
            StoreMetrics store = opened.store().metrics();
            EngineMetrics engine = opened.engine().metrics();
            if (at.common.json) Json.line(console.out(), json -> printJson(json, store, engine));
            else printText(store, engine);
        }
        return Exit.OK;
    }

    private void printText(StoreMetrics store, EngineMetrics engine) {
        String row = "%-20s %14s %10s  %s";
        console.line(String.format(row, "space", "entries", "on disk", "runs by level"));
        for (StoreMetrics.SpaceLine space : store.spaces()) {
            String levels = space.levels().stream().map(String::valueOf).collect(Collectors.joining(" "));
            String name = Printable.escaped(space.name());
            console.line(String.format(row, name, Units.count(space.entries()), Units.bytes(space.bytes()), levels)
                    .strip());
        }
        console.line("");
        line("not merged yet", Units.bytes(store.unmergedBytes()) + " in memory, safe in the log");
        line("log", Units.bytes(store.logBytes()) + " in " + Units.count(store.logSegments(), "segment"));
        line("compaction", Units.bytes(store.compactionDebtBytes()) + " waiting");
        line("writes so far", Units.count(store.visibleSequence()));
        line("files through", engine.io());
        line("compression", engine.codec());
        line("eviction", engine.eviction());
        line(
                "pool",
                Units.count(engine.poolHits(), "hit") + ", " + Units.count(engine.poolMisses(), "miss", "misses") + ", "
                        + Units.count(engine.poolEvictions(), "eviction") + ", " + engine.poolFailedEvictions()
                        + " failed");
    }

    private void line(String name, String value) {
        console.line(String.format("%-20s %s", name, value));
    }

    private static void printJson(JsonGenerator json, StoreMetrics store, EngineMetrics engine) throws IOException {
        json.writeArrayFieldStart("spaces");
        for (StoreMetrics.SpaceLine space : store.spaces()) {
            json.writeStartObject();
            json.writeStringField("space", space.name());
            json.writeNumberField("entries", space.entries());
            json.writeNumberField("bytes", space.bytes());
            json.writeArrayFieldStart("runsByLevel");
            for (int runs : space.levels()) json.writeNumber(runs);
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeNumberField("unmergedBytes", store.unmergedBytes());
        json.writeNumberField("logBytes", store.logBytes());
        json.writeNumberField("logSegments", store.logSegments());
        json.writeNumberField("compactionDebtBytes", store.compactionDebtBytes());
        json.writeNumberField("visibleSequence", store.visibleSequence());
        json.writeNumberField("flushedSequence", store.flushedSequence());
        json.writeStringField("io", engine.io());
        json.writeStringField("codec", engine.codec());
        json.writeStringField("eviction", engine.eviction());
        json.writeNumberField("poolHits", engine.poolHits());
        json.writeNumberField("poolMisses", engine.poolMisses());
        json.writeNumberField("poolEvictions", engine.poolEvictions());
        json.writeNumberField("poolFailedEvictions", engine.poolFailedEvictions());
        json.writeNumberField("poolAdmissions", engine.poolAdmissions());
        json.writeNumberField("poolRejections", engine.poolRejections());
    }
}
