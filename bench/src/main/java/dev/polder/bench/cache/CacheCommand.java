package dev.polder.bench.cache;

import dev.polder.bench.cache.CacheReport.Cell;
import dev.polder.bench.cache.CacheReport.Line;
import dev.polder.bench.report.RecordJson;
import dev.polder.buffer.eviction.Eviction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
            "A trace has one page number a line, plain or gzip. FILE@N,N gives one trace",
            "frames of its own. Lines appear as they are measured. Outside of the Java heap",
            "a trace takes 4 bytes a request and up to 50 a page while it is read, then 8 a",
            "request, beside the pool: 100 million requests take about a gigabyte.",
            "",
            "Kinds for --generate, as KIND[:NUMBER][@N,...], with what NUMBER is by default",
            "(docs/benchmarks.md says what they are):",
            "  zipf:90 drift:50000 slide:20 gauss:4000 recent:10 loop:11000 zigzag:12000",
            "  loops:2000 hotloop:15000 hotscan:20000 chase:6000 hotchase:3000 twice:12000",
            "  queue:3000 burst:200 btree:60000 sessions:50000 phases:200000 mixed:8000",
            "",
            "Examples:",
            "  polder bench cache --trace web.gz --frames 1000,10000 --policies lru,default",
            "  polder bench cache --generate chase:3000@10000 loop@10000 --requests 500000",
            "  polder bench cache --trace a.gz@500,1000 --trace b.gz@2000 --chart hits.svg"
        })
public final class CacheCommand implements Callable<Integer> {
    private static final int FRAMES_MIN = 2;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--trace", paramLabel = "FILE[@N,...]", arity = "1..*", description = "traces")
    private List<String> traces = List.of();

    @Option(
            names = "--generate",
            paramLabel = "KIND[@N,...]",
            arity = "1..*",
            description = "traces made by rule, the same at every run; see below")
    private List<String> kinds = List.of();

    @Option(names = "--requests", paramLabel = "N", description = "of each generated trace; ${DEFAULT-VALUE}")
    private int requests = 1_000_000;

    @Option(names = "--frames", split = ",", paramLabel = "N", description = "sizes of the pool, in frames of 4 KiB")
    private List<Integer> frames = List.of();

    @Option(
            names = "--policies",
            split = ",",
            paramLabel = "NAME",
            converter = PolicyName.class,
            description = "${COMPLETION-CANDIDATES}; all by default, and `default` is that of the engine")
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
        List<Source> sources = sources();
        policies = policies.stream().distinct().toList();
        System.out.print(CacheTables.head(policies.stream().map(Eviction::name).toList()));
        List<Cell> cells = new ArrayList<>();
        for (Source source : sources) replay(source, cells);
        System.out.print(CacheTables.summaries(report(cells)));
        if (chart != null) CacheChart.draw(report(cells), chart);
        return 0;
    }

    /// Each cell is shown and kept as soon as it is measured.
    private void replay(Source source, List<Cell> cells) throws IOException {
        try (Trace trace = source.trace.open()) {
            for (int size : source.sizes) {
                Cell cell = cell(trace, size);
                cells.add(cell);
                System.out.print(CacheTables.row(cell));
                System.out.flush();
                if (json != null) RecordJson.write(report(cells), json);
            }
        } catch (OutOfMemoryError e) {
            throw new IOException(source.name + ": the Java heap is too small for it: set POLDER_HEAP=2g or more", e);
        }
    }

    private CacheReport report(List<Cell> cells) {
        return new CacheReport(command(), LocalDate.now(ZoneOffset.UTC).toString(), cells);
    }

    private interface Opening {
        Trace open() throws IOException;
    }

    private record Source(String name, List<Integer> sizes, Opening trace) {}

    private List<Source> sources() throws IOException {
        List<Source> sources = new ArrayList<>();
        Map<String, Path> files = new HashMap<>(); // by the name in the tables
        for (String argument : traces) {
            boolean plain = Files.exists(Path.of(argument)); // its name may have an @
            Path file = Path.of(plain ? argument : withoutSizes(argument));
            if (!Files.exists(file)) throw new IOException(file + ": there is no such file");
            String name = uniqueName(file, files);
            sources.add(new Source(name, plain ? common(argument) : sizesOf(argument), () -> Trace.read(file, name)));
        }
        if (requests < 1) throw new IllegalArgumentException("--requests " + requests + ": use at least 1");
        for (String argument : kinds) {
            String kind = withoutSizes(argument);
            TraceKind.check(kind);
            sources.add(new Source(kind, sizesOf(argument), () -> TraceKind.trace(kind, requests)));
        }
        if (sources.isEmpty()) throw new IllegalArgumentException("nothing to replay: give --trace or --generate");
        return sources;
    }

    /// Two files of one name are told apart by their folders, and by a number if those are the same too.
    private static String uniqueName(Path file, Map<String, Path> files) {
        String name = Trace.nameOf(file);
        Path folder = file.toAbsolutePath().normalize().getParent();
        if (!isFree(name, file, files) && folder != null && folder.getFileName() != null)
            name = folder.getFileName() + "/" + name;
        String numbered = name;
        for (int number = 2; !isFree(numbered, file, files); number++) numbered = name + "#" + number;
        files.put(numbered, file.toAbsolutePath().normalize());
        return numbered;
    }

    private static boolean isFree(String name, Path file, Map<String, Path> files) {
        Path other = files.get(name);
        return other == null || other.equals(file.toAbsolutePath().normalize());
    }

    private static String withoutSizes(String argument) {
        int at = argument.lastIndexOf('@');
        return at < 0 ? argument : argument.substring(0, at);
    }

    private List<Integer> sizesOf(String argument) {
        int at = argument.lastIndexOf('@');
        return at < 0 ? common(argument) : checked(sizes(argument.substring(at + 1)));
    }

    private List<Integer> common(String argument) {
        if (frames.isEmpty())
            throw new IllegalArgumentException(argument + ": how many frames? give --frames or " + argument + "@N");
        return checked(frames);
    }

    private static List<Integer> checked(List<Integer> sizes) {
        for (int size : sizes)
            if (size < FRAMES_MIN)
                throw new IllegalArgumentException("frames=" + size + ": use at least " + FRAMES_MIN);
        return sizes;
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
