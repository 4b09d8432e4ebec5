package dev.polder.bench.warm;

import dev.polder.Batch;
import dev.polder.Budget;
import dev.polder.Durability;
import dev.polder.Engine;
import dev.polder.EngineMetrics;
import dev.polder.EngineOptions;
import dev.polder.KeyValues;
import dev.polder.Store;
import dev.polder.bench.command.Publication;
import dev.polder.bench.command.WatchOption;
import dev.polder.bench.command.Watched;
import dev.polder.bench.data.KeyShape;
import dev.polder.bench.data.Random64;
import dev.polder.bench.data.Values;
import dev.polder.bench.data.Zipf;
import dev.polder.bench.kv.DiskUse;
import dev.polder.bench.kv.KvOptions;
import dev.polder.bench.kv.Machine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// When does a warm share pay? Estimate: a read from the device costs 65 µs, a warm hit about 2 µs and 6 µs for the
/// block that it puts out; with images of half the size, a share of a fifth adds a fifth of the budget to what is
/// near. So reads from a store of twice the budget should gain some ten percent of their misses, from one of ten
/// times the budget little, and from one that fits nothing can be gained and little should be lost. Control: the
/// share of 0, and the data that fits.
@Command(
        name = "warm",
        description = "Reads with shares of the budget for compressed blocks, by size of the data.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  polder bench warm --memory 32MiB --times 1,4 --rounds 1 --seconds 1      a first look",
            "  polder bench warm --json docs/results/warm.json                          the full table"
        })
public final class WarmCommand implements Callable<Integer> {
    @Option(names = "--memory", defaultValue = "64MiB", paramLabel = "SIZE", description = "budget (${DEFAULT-VALUE})")
    private String memory = "";

    @Option(
            names = "--times",
            split = ",",
            defaultValue = "0.5,1,2,4,10",
            description = "data, in units of the budget (${DEFAULT-VALUE})")
    private List<Double> times = List.of();

    @Option(names = "--skews", split = ",", defaultValue = "0,0.99", description = "of the reads (${DEFAULT-VALUE})")
    private List<Double> skews = List.of();

    @Option(names = "--shares", split = ",", defaultValue = "0,10,20,40", description = "percent (${DEFAULT-VALUE})")
    private List<Integer> shares = List.of();

    @Option(names = "--value-bytes", defaultValue = "100", description = "bytes per value (${DEFAULT-VALUE})")
    private int valueBytes;

    @Option(names = "--rounds", defaultValue = "3", description = "runs of each kind (${DEFAULT-VALUE})")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "3", description = "per run, after as many (${DEFAULT-VALUE})")
    private double seconds;

    @Option(
            names = "--folder",
            defaultValue = "polder-bench-data",
            description = "where the stores lie; removed at the end (${DEFAULT-VALUE})")
    private Path folder = Path.of("");

    @Mixin
    private WatchOption watch = new WatchOption();

    @Mixin
    private Publication publication = new Publication();

    private final List<WarmReport.Run> runs = new ArrayList<>();
    private double imageRatio;

    @Override
    public Integer call() throws Exception {
        long memoryBytes = KvOptions.bytes(memory);
        if (rounds < 1 || seconds <= 0) throw new IllegalArgumentException("use at least one round and some seconds");
        Path store = folder.resolve("warm");
        if (Files.exists(store)) throw new IllegalArgumentException(store + " exists: remove it, or name --folder");
        for (double size : times) {
            long records = (long) (size * memoryBytes / (KeyShape.KEY_BYTES + valueBytes));
            try {
                fill(store, memoryBytes, records);
                try (Watched _ = watch.over(store)) {
                    for (int round = 1; round <= rounds; round++)
                        for (double skew : skews)
                            for (int share : shares) run(round, size, skew, share, store, memoryBytes, records);
                }
            } finally {
                DiskUse.deleteFolder(store);
            }
        }
        WarmReport report = new WarmReport(
                publication.arguments(),
                publication.date(),
                Machine.here(),
                memoryBytes,
                valueBytes,
                seconds,
                shares,
                imageRatio,
                publication.notes(),
                runs);
        publication.publish(report);
        System.out.print(WarmTables.render(report));
        return 0;
    }

    private void fill(Path path, long memoryBytes, long records) {
        Values values = new Values(valueBytes, 1);
        byte[] key = new byte[KeyShape.KEY_BYTES];
        byte[] value = new byte[valueBytes];
        try (Engine engine = Engine.open(Budget.bytes(memoryBytes));
                Store store = engine.store(path)) {
            KeyValues space = store.keyValues("records");
            Batch batch = store.batch();
            for (long record = 0; record < records; record++) {
                KeyShape.BINARY.present(record, key);
                values.write(record, 0, value);
                batch.put(space, key, value);
                if (batch.count() == 1000 || record == records - 1) {
                    store.write(batch, Durability.BUFFERED);
                    batch.clear();
                }
            }
            store.flush();
            store.settle();
        }
    }

    private void run(int round, double size, double skew, int share, Path path, long memoryBytes, long records) {
        EngineOptions options = EngineOptions.of(Budget.bytes(memoryBytes)).withWarmPercent(share);
        try (Engine engine = Engine.open(options);
                Store store = engine.store(path)) {
            KeyValues space = store.keyValues("records");
            Zipf zipf = new Zipf(records, skew, new Random64(round));
            read(space, zipf, seconds);
            EngineMetrics before = engine.metrics();
            long start = System.nanoTime();
            long reads = read(space, zipf, seconds);
            double took = (System.nanoTime() - start) / 1e9;
            EngineMetrics after = engine.metrics();
            WarmReport.Run run = new WarmReport.Run(
                    round,
                    size,
                    skew,
                    share,
                    reads,
                    took,
                    after.poolMisses() - before.poolMisses(),
                    after.warmHits() - before.warmHits(),
                    after.blockReads() - before.blockReads());
            runs.add(run);
            if (after.warmImageBytes() > 0) imageRatio = (double) after.warmRawBytes() / after.warmImageBytes();
            System.err.printf(
                    "data %4.1f x  skew %.2f  share %2d %%  round %d  %,10.0f reads/s  %.3f device reads each  %.3f warm hits%n",
                    size,
                    skew,
                    share,
                    round,
                    run.readsPerSecond(),
                    (double) run.deviceReads() / reads,
                    (double) run.warmHits() / reads);
        }
    }

    private long read(KeyValues space, Zipf zipf, double forSeconds) {
        byte[] key = new byte[KeyShape.KEY_BYTES];
        byte[] value = new byte[valueBytes];
        long end = System.nanoTime() + (long) (forSeconds * 1e9);
        long reads = 0;
        while ((reads & 15) != 0 || System.nanoTime() < end) {
            KeyShape.BINARY.present(zipf.next(), key);
            if (space.get(key, value) != valueBytes) throw new IllegalStateException("a record is missing");
            reads++;
        }
        return reads;
    }
}
