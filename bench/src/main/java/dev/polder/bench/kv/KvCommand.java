package dev.polder.bench.kv;

import dev.polder.bench.command.Publication;
import dev.polder.bench.command.WatchOption;
import dev.polder.bench.command.Watched;
import dev.polder.bench.engine.EngineFacts;
import dev.polder.bench.engine.EngineKind;
import dev.polder.bench.report.KvReport;
import dev.polder.bench.report.KvRun;
import dev.polder.bench.report.MarkdownReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The parent of a comparison: it runs nothing itself, but starts a process for each run, in turns, and gathers what
/// they say.
///
/// Turns are taken as finely as possible, engine by engine within each workload, and the first engine changes with the
/// round, so that a machine that slows down slows all engines alike.
@Command(
        name = "kv",
        description = "Key-value workloads on Polder and its peers, side by side.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  polder bench kv --records 100000 --seconds 2 --warmup 1     a first look",
            "  polder bench kv --alternate 3 --json kv.json                 the full comparison",
            "  polder bench kv --engines polder,lmdb --workloads readrandom --reads INTO --threads 4"
        })
public final class KvCommand implements Callable<Integer> {
    private static final long CGROUP_ROOM_BYTES = 96L << 20;

    @Option(
            names = "--engines",
            split = ",",
            defaultValue = "polder,rocksdb,lmdb",
            description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
    private List<EngineKind> engines = List.of();

    @Option(
            names = "--workloads",
            split = ",",
            defaultValue = "fillseq,fillrandom,readrandom,readmissing,scan100,overwrite,readwhilewriting",
            description = "in this order; reads use the store as the writes before left it (${DEFAULT-VALUE})")
    private List<Workload> workloads = List.of();

    @Mixin
    private KvOptions options = new KvOptions();

    @Option(
            names = "--alternate",
            defaultValue = "1",
            paramLabel = "R",
            description = "rounds, engines taking turns; medians and spread are reported (${DEFAULT-VALUE})")
    private int rounds;

    @Option(
            names = "--cgroup",
            description = "limit each process to memory + heap + 96 MiB, page cache included (Linux, root)")
    private boolean cgroup;

    @Option(
            names = "--heap",
            defaultValue = "256MiB",
            paramLabel = "SIZE",
            description = "Java heap of each process (${DEFAULT-VALUE})")
    private String heap = "";

    @Option(
            names = "--jvm-args",
            split = " ",
            paramLabel = "ARGS",
            description = "more Java flags for each process, separated by spaces")
    private List<String> jvmArguments = List.of();

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "leave a JFR recording of each run there, for `polder bench hot`; slows the run a little")
    private @Nullable Path profiles;

    @Option(
            names = "--folder",
            defaultValue = "polder-bench-data",
            description = "where the stores lie; removed at the end (${DEFAULT-VALUE})")
    private Path folder = Path.of("");

    @Mixin
    private WatchOption watch = new WatchOption();

    @Mixin
    private Publication publication = new Publication();

    private @Nullable Machine machine;
    private final Map<EngineKind, EngineFacts> facts = new LinkedHashMap<>();
    private final List<KvRun> runs = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        KvLoad load = options.load();
        List<Workload> order = startingWithAFill(workloads);
        ChildProcess processes = new ChildProcess(KvOptions.bytes(heap), jvmArguments, profiles, options.arguments());
        if (cgroup) tryCgroup(processes, load.memoryBytes() + KvOptions.bytes(heap) + CGROUP_ROOM_BYTES);
        claimFolder();
        if (profiles != null) Files.createDirectories(profiles);
        try {
            List<EngineKind> turn = new ArrayList<>(engines);
            for (int round = 1; round <= rounds; round++) {
                for (Workload workload : order) {
                    for (EngineKind engine : turn) run(processes, round, engine, workload);
                }
                Collections.rotate(turn, -1);
            }
        } finally {
            DiskUse.deleteFolder(folder);
        }
        KvReport report = report(load);
        publication.publish(report);
        System.out.print(MarkdownReport.render(report));
        return 0;
    }

    private void run(ChildProcess processes, int round, EngineKind engine, Workload workload) throws Exception {
        Path store = folder.resolve(engine.toString());
        if (workload.fills()) DiskUse.deleteFolder(store);
        System.err.printf("round %d  %-16s %-8s ", round, workload, engine);
        KvReport.OfChild child;
        try (Watched _ = engine == EngineKind.POLDER ? watch.over(store) : null) {
            child = processes.run(round, engine, workload, store);
        }
        machine = child.machine();
        facts.put(engine, child.facts());
        runs.add(child.run());
        System.err.printf(
                "%,12.0f ops/s   settle %.2f s   peak RSS %d MiB%n",
                workload.writes()
                        ? child.run().settledOperationsPerSecond()
                        : child.run().operationsPerSecond(),
                child.run().settleSeconds(),
                child.run().peakRssBytes() >> 20);
    }

    private List<Workload> startingWithAFill(List<Workload> wanted) {
        if (wanted.getFirst().fills()) return wanted;
        List<Workload> order = new ArrayList<>(wanted);
        order.addFirst(Workload.FILLRANDOM);
        System.err.println("note: " + wanted.getFirst() + " needs a full store, so fillrandom runs first");
        return order;
    }

    private void tryCgroup(ChildProcess processes, long limitBytes) {
        try {
            MemoryCgroup.create(limitBytes).close();
            MemoryCgroup.dropPageCache();
            processes.limitMemory(limitBytes);
            publication.note(
                    "Each process ran in a memory cgroup of %d MiB, page cache included, which was empty at its start."
                            .formatted(limitBytes >> 20));
        } catch (IOException e) {
            publication.note("**No memory cgroup**: " + e + ". The page cache was not limited.");
            System.err.println("WARNING: --cgroup is skipped, the page cache is NOT limited: " + e);
        }
    }

    /// Takes a folder that is new or empty: what is removed at the end must be ours.
    private void claimFolder() throws IOException {
        Files.createDirectories(folder);
        try (var files = Files.list(folder)) {
            if (files.findAny().isPresent()) {
                throw new IllegalArgumentException("--folder " + folder
                        + " is not empty: name a new folder, or remove what a broken run left there");
            }
        }
    }

    private KvReport report(KvLoad load) {
        String peer = engines.stream()
                .filter(engine -> engine != EngineKind.POLDER)
                .findFirst()
                .orElse(engines.getFirst())
                .toString();
        return new KvReport(
                publication.arguments(),
                publication.date(),
                Objects.requireNonNull(machine),
                load,
                KvOptions.bytes(heap),
                peer,
                publication.notes(),
                List.copyOf(facts.values()),
                runs);
    }
}
