package dev.polder.bench.io;

import dev.polder.bench.command.Publication;
import dev.polder.bench.command.WatchOption;
import dev.polder.bench.command.Watched;
import dev.polder.bench.kv.DiskUse;
import dev.polder.bench.kv.KvOptions;
import dev.polder.bench.kv.Machine;
import dev.polder.bench.report.IoMarkdown;
import dev.polder.bench.report.IoReport;
import dev.polder.bench.report.IoRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Do our reads and writes come near what the device can do? Estimate: a read of 4 KiB costs 2 to 7 µs of
/// processor time, a tenth of which is ours; at 32 in flight the device is the limit, so at least 95 % of fio.
/// Control: `random-one` and the sequential ones, which need no ring and must be at 90 to 95 % at least.
@Command(
        name = "io",
        description = "Reads and writes of the disk manager beside fio, in turns, on the same file.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Needs fio (Debian, Ubuntu: apt-get install fio) and a file system with direct I/O.",
            "",
            "Examples:",
            "  polder bench io --pairs 3 --seconds 0.5 --size 256MiB      a first look",
            "  polder bench io --json docs/results/io.json                the full comparison"
        })
public final class IoCommand implements Callable<Integer> {
    @Option(
            names = "--workloads",
            split = ",",
            defaultValue = "RANDOM_DEEP,RANDOM_ONE,READ_DEEP,READ_ONE,WRITE_ONE,MULTI_GET,SCAN",
            description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
    private List<IoWorkload> workloads = List.of();

    @Option(names = "--pairs", defaultValue = "7", description = "runs of each side (${DEFAULT-VALUE})")
    private int pairs;

    @Option(names = "--seconds", defaultValue = "2", description = "per run (${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--size",
            defaultValue = "1GiB",
            paramLabel = "SIZE",
            description = "of the file (${DEFAULT-VALUE})")
    private String size = "";

    @Option(names = "--depth", defaultValue = "32", description = "small reads in flight (${DEFAULT-VALUE})")
    private int depth;

    @Option(names = "--register", description = "register Polder's memory with io_uring")
    private boolean register;

    @Option(names = "--fio", defaultValue = "fio", paramLabel = "COMMAND", description = "(${DEFAULT-VALUE})")
    private String fioCommand = "";

    @Option(
            names = "--folder",
            defaultValue = "polder-bench-data",
            description = "where the files lie; removed at the end (${DEFAULT-VALUE})")
    private Path folder = Path.of("");

    @Mixin
    private WatchOption watch = new WatchOption();

    @Mixin
    private Publication publication = new Publication();

    @Override
    public Integer call() throws Exception {
        long fileBytes = KvOptions.bytes(size) & -(1L << 20);
        if (fileBytes < 16 << 20) throw new IllegalArgumentException("--size " + size + ": use at least 16MiB");
        if (pairs < 1 || depth < 1 || seconds <= 0) {
            throw new IllegalArgumentException("use at least one pair, a depth of 1 and some seconds");
        }
        Fio fio = new Fio(fioCommand);
        Files.createDirectories(folder);
        Path readFile = folder.resolve("io-read.data");
        Path writeFile = folder.resolve("io-write.data");
        List<IoRun> runs = new ArrayList<>();
        String engine;
        try {
            try (PolderSide polder = new PolderSide(readFile, writeFile, fileBytes, register)) {
                engine = polder.engine();
                for (IoWorkload workload : workloads) {
                    if (workload.ofStore()) continue;
                    int inFlight = workload.depth(depth);
                    Path file = workload.writes() ? writeFile : readFile;
                    polder.run(0, workload, inFlight, Math.min(seconds, 1)); // warms the compiler up, not counted
                    runs.addAll(inTurns(
                            pair -> polder.run(pair, workload, inFlight, seconds),
                            pair -> fio.run(pair, workload, inFlight, file, fileBytes, seconds)));
                }
            }
            if (workloads.stream().anyMatch(IoWorkload::ofStore))
                runs.addAll(throughTheStore(fio, readFile, fileBytes));
        } finally {
            Files.deleteIfExists(readFile);
            Files.deleteIfExists(writeFile);
            try (var left = Files.list(folder)) {
                if (left.findAny().isEmpty()) Files.delete(folder);
            }
        }
        IoReport report = new IoReport(
                publication.arguments(),
                publication.date(),
                Machine.here(),
                engine,
                fio.version(),
                fileBytes,
                seconds,
                publication.notes(),
                workloads.stream()
                        .map(w -> new IoReport.Load(w.title, w.description(depth), w.fioEngine, w.wanted))
                        .toList(),
                runs);
        publication.publish(report);
        System.out.print(IoMarkdown.render(report));
        return 0;
    }

    /// The same fio on the same file as before; between the two, look-ups one by one.
    private List<IoRun> throughTheStore(Fio fio, Path readFile, long fileBytes) throws Exception {
        Path directory = folder.resolve("io-store");
        List<IoRun> runs = new ArrayList<>();
        try (StoreSide store = new StoreSide(directory, fileBytes, register);
                Watched _ = watch.over(directory)) {
            for (IoWorkload workload : workloads) {
                if (!workload.ofStore()) continue;
                int inFlight = workload.depth(depth);
                List<Side> sides = new ArrayList<>();
                sides.add(pair -> store.run(pair, workload, "polder", seconds));
                sides.add(pair -> fio.run(pair, workload, inFlight, readFile, fileBytes, seconds));
                if (workload == IoWorkload.MULTI_GET) sides.add(pair -> store.run(pair, workload, "one", seconds));
                for (String by : List.of("one", "polder")) store.run(0, workload, by, WARM_SECONDS);
                runs.addAll(inTurns(sides.toArray(Side[]::new)));
            }
        } finally {
            DiskUse.deleteFolder(directory);
        }
        return runs;
    }

    /// Look-ups and cursors are much code: it takes so long until it is compiled.
    private static final double WARM_SECONDS = 5;

    private interface Side {
        IoRun run(int pair) throws Exception;
    }

    /// Each side once a pair; who begins changes.
    private List<IoRun> inTurns(Side... sides) throws Exception {
        List<IoRun> runs = new ArrayList<>();
        for (int pair = 1; pair <= pairs; pair++) {
            for (int turn = 0; turn < sides.length; turn++) {
                IoRun run = sides[(pair - 1 + turn) % sides.length].run(pair);
                runs.add(run);
                System.err.printf(
                        "%-12s pair %d  %-7s %,12.0f ops/s%n",
                        run.workload(), pair, run.by(), run.operationsPerSecond());
            }
        }
        return runs;
    }
}
