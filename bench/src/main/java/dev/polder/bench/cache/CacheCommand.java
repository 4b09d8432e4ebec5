package dev.polder.bench.cache;

import dev.polder.bench.cache.CacheReport.Cell;
import dev.polder.bench.cache.CacheReport.Line;
import dev.polder.bench.report.RecordJson;
import dev.polder.buffer.eviction.Eviction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Replays traces through the real pool.
@Command(
        name = "cache",
        description = "Hit rates of the eviction policies on traces of pages, through the real pool, beside OPT.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "A trace has one page number a line, plain or gzip. FILE@N,N gives one trace frames of its own.",
            "",
            "Examples:",
            "  polder bench cache --trace web.gz --frames 1000,10000 --policies CLOCK,WINDOW_TINY_LFU",
            "  polder bench cache --trace a.gz@500,1000 --trace b.gz@2000 --chart hits.svg --json hits.json"
        })
public final class CacheCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--trace", required = true, paramLabel = "FILE[@N,...]", arity = "1..*", description = "traces")
    private List<String> traces = List.of();

    @Option(names = "--frames", split = ",", paramLabel = "N", description = "sizes of the pool, in frames of 4 KiB")
    private List<Integer> frames = List.of();

    @Option(names = "--policies", split = ",", description = "${COMPLETION-CANDIDATES}; all by default")
    private List<Eviction> policies = List.of(Eviction.values());

    @Option(names = "--chart", paramLabel = "FILE.png|svg", description = "hit rates over frames, as a picture")
    private @Nullable Path chart;

    @Option(names = "--json", paramLabel = "FILE", description = "all figures, for `polder bench report`")
    private @Nullable Path json;

    @Option(names = "--verbose", description = "tell what each policy did")
    private boolean verbose;

    @Override
    public Integer call() throws Exception {
        checkOutputs();
        List<Cell> cells = new ArrayList<>();
        for (String argument : traces) {
            int at = argument.lastIndexOf('@');
            Path file = Path.of(at < 0 ? argument : argument.substring(0, at));
            List<Integer> sizes = at < 0 ? frames : sizes(argument.substring(at + 1));
            if (sizes.isEmpty())
                throw new IllegalArgumentException(file + ": how many frames? give --frames or FILE@N");
            Trace trace = Trace.read(file);
            for (int size : sizes) cells.add(cell(trace, size));
        }
        CacheReport report =
                new CacheReport(command(), LocalDate.now(ZoneOffset.UTC).toString(), cells);
        System.out.print(CacheTables.render(report));
        if (json != null) RecordJson.write(report, json);
        if (chart != null) CacheChart.draw(report, chart);
        return 0;
    }

    /// A replay may take hours: what cannot be written in the end is found out before.
    private void checkOutputs() {
        if (chart != null && !ChartCanvas.draws(chart))
            throw new IllegalArgumentException("--chart " + chart + ": the name must end in .png or .svg");
        if (chart != null) checkWritable(chart);
        if (json != null) checkWritable(json);
    }

    private static void checkWritable(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || Files.isDirectory(file))
            throw new IllegalArgumentException(file + ": is a folder; name a file to write");
        if (!Files.isDirectory(folder))
            throw new IllegalArgumentException(file + ": there is no folder " + folder + "; create it first");
        if (!Files.isWritable(Files.exists(file) ? file : folder))
            throw new IllegalArgumentException(file + ": may not be written; choose another place");
    }

    private static List<Integer> sizes(String numbers) {
        List<Integer> sizes = new ArrayList<>();
        for (String number : numbers.split(",", -1)) {
            try {
                sizes.add(Integer.parseInt(number));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("frames=" + number + ": not a number", e);
            }
        }
        return sizes;
    }

    private Cell cell(Trace trace, int size) {
        if (size < 16) throw new IllegalArgumentException("frames=" + size + ": use at least 16, one unit");
        List<Line> lines = new ArrayList<>();
        for (Eviction policy : policies) {
            TraceReplay.Outcome outcome = TraceReplay.run(trace, size, policy);
            lines.add(new Line(policy.name(), trace.length() - outcome.misses()));
            if (verbose) tell(trace, size, outcome);
        }
        return new Cell(trace.name(), trace.length(), trace.pages(), size, Belady.hits(trace, size), lines);
    }

    private static void tell(Trace trace, int size, TraceReplay.Outcome outcome) {
        var policy = outcome.metrics().policy();
        System.err.printf(
                Locale.ROOT,
                "%s @%d: %s, %.0f ns/request, evictions %d, admissions %d, rejections %d, ghost hits %d, window changes %d%n",
                trace.name(),
                size,
                policy.describe(),
                (double) outcome.nanos() / trace.length(),
                outcome.metrics().evictions(),
                policy.admissions(),
                policy.rejections(),
                policy.ghostHits(),
                policy.windowChanges());
    }

    /// The arguments, with the folders of the traces left out.
    private String command() {
        if (spec == null) return "cache";
        StringBuilder text = new StringBuilder("cache");
        for (String word : spec.commandLine().getParseResult().originalArgs()) {
            int folder = word.lastIndexOf('/');
            if (!word.equals("cache")) text.append(' ').append(folder < 0 ? word : word.substring(folder + 1));
        }
        return text.toString();
    }
}
