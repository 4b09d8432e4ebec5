package dev.polder.cli.command;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.polder.EngineMetrics;
import dev.polder.StoreMetrics;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Printable;
import dev.polder.cli.text.Units;
import dev.polder.cli.watch.Watch;
import dev.polder.errors.StoreLockedException;
import dev.polder.metrics.OpenUse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "stats",
        description = {
            "Show what a store holds and where its bytes lie.",
            "Entries are counted in the runs: deletes and older versions count too until compaction drops them. How many keys"
                    + " there are is told by count."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder stats data",
            "  polder stats data --json | jq .spaces",
            "  polder stats data --watch          live, of the process that has it open",
            "  polder stats data --watch=10 --count 6 >> load.log"
        })
public final class StatsCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Option(
            names = "--watch",
            arity = "0..1",
            fallbackValue = "1",
            paramLabel = "SECONDS",
            description = {
                "show live numbers of the process that has the store open for writing, until Ctrl-C;",
                "redrawn in place on a terminal, else a line each time"
            })
    @Nullable
    Double watchSeconds;

    @Option(names = "--count", paramLabel = "N", description = "with --watch: end after N times")
    int count = Integer.MAX_VALUE;

    public StatsCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        if (watchSeconds != null) return watch(watchSeconds);
        try (Opened opened = at.toRead()) {
            StoreMetrics store = opened.store().metrics();
            EngineMetrics engine = opened.engine().metrics();
            if (at.common.json) Json.line(console.out(), json -> printJson(json, store, engine));
            else printText(store, engine);
        } catch (StoreLockedException e) {
            throw CommandFailure.refused(e.getMessage() + ". `polder stats " + at.directory
                    + " --watch` shows what the process does that has it open for writing");
        }
        return Exit.OK;
    }

    private int watch(double seconds) {
        if (!(seconds >= 0.5 && seconds <= 3600)) throw CommandFailure.usage("--watch: use 0.5 to 3600 seconds");
        if (count < 1) throw CommandFailure.usage("--count: use 1 or more");
        Watch.Form form = at.common.json ? Watch.Form.JSON : console.screen() ? Watch.Form.IN_PLACE : Watch.Form.LINES;
        Watch watch = new Watch(at.directory, seconds, count, form, console.unicode(), this::show, console::note);
        watch.requireStore();
        watch.run();
        return Exit.OK;
    }

    private void show(String text) {
        console.write(text.getBytes(StandardCharsets.UTF_8));
        console.flush();
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
        line("files through", firstWords(engine.io()));
        line("compression", engine.codec());
        line("eviction", engine.eviction());
        line(
                "pool",
                Units.count(engine.poolHits(), "hit") + ", " + Units.count(engine.poolMisses(), "miss", "misses") + ", "
                        + Units.count(engine.poolEvictions(), "eviction") + ", " + engine.poolFailedEvictions()
                        + " failed");
        line("pool pressure", pressure(engine));
        for (OpenUse use : engine.outlived())
            line(
                    "open for long",
                    use.what() + ": " + Units.count(use.count()) + ", the oldest for " + Units.seconds(use.nanos()));
    }

    /// How often room has to be made, and how long blocks stay until it is their turn.
    private static String pressure(EngineMetrics engine) {
        String share = String.format(Locale.ROOT, "%.0f %% of new blocks push one out", 100 * engine.poolPressure());
        return engine.poolEvictions() == 0
                ? share
                : share + ", which had stayed " + Units.seconds(engine.poolEvictedAge());
    }

    /// What is in use; why nothing better is, which may take lines, is told by `--json`.
    private static String firstWords(String io) {
        int details = io.indexOf(" (");
        return details < 0 ? io : io.substring(0, details) + " (details: --json)";
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
        json.writeNumberField("poolPressure", engine.poolPressure());
        json.writeNumberField("poolEvictedAge", engine.poolEvictedAge());
        json.writeNumberField("poolAdmissions", engine.poolAdmissions());
        json.writeNumberField("poolRejections", engine.poolRejections());
    }
}
