package dev.polder.bench.kv;

import dev.polder.bench.engine.EngineFacts;
import dev.polder.bench.engine.EngineKind;
import dev.polder.bench.engine.EngineSettings;
import dev.polder.bench.engine.KvEngine;
import dev.polder.bench.report.KvReport;
import dev.polder.bench.report.KvRun;
import dev.polder.bench.report.RecordJson;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The process of one run: one engine, one workload. Opens, warms up, measures, settles, closes, weighs the files.
@Command(name = "kv-child", hidden = true, description = "One run of `bench kv`; started by it.")
public final class KvChild implements Callable<Integer> {
    @Mixin
    private KvOptions options = new KvOptions();

    @Option(names = "--engine", required = true)
    private EngineKind engine = EngineKind.POLDER;

    @Option(names = "--workload", required = true)
    private Workload workload = Workload.FILLSEQ;

    @Option(names = "--folder", required = true)
    private Path folder = Path.of("");

    @Option(names = "--result", required = true)
    private Path result = Path.of("");

    @Override
    public Integer call() throws Exception {
        RecordJson.write(run(engine, workload, options.load(), folder), result);
        return 0;
    }

    static KvReport.OfChild run(EngineKind kind, Workload workload, KvLoad load, Path folder) throws Exception {
        if (workload.writes())
            warmUpElsewhere(kind, workload, load, folder.resolveSibling(folder.getFileName() + "-warmup"));
        long openStart = System.nanoTime();
        KvEngine engine = kind.open(settings(load, folder));
        double openSeconds = secondsSince(openStart);
        EngineFacts facts;
        Measured measured;
        double settleSeconds;
        double cpuSeconds;
        try (engine) {
            facts = engine.facts();
            WorkloadRunner runner = new WorkloadRunner(engine, load);
            if (!workload.writes()) runner.warmUp(workload, load.warmupSeconds());
            double cpuBefore = Machine.cpuSeconds();
            measured = runner.measure(workload);
            long settleStart = System.nanoTime();
            engine.settle();
            settleSeconds = secondsSince(settleStart);
            cpuSeconds = cpuBefore < 0 ? -1 : Machine.cpuSeconds() - cpuBefore;
        }
        DiskUse disk = DiskUse.of(folder, engine);
        Histogram latencies = measured.latencies();
        KvRun run = new KvRun(
                1,
                kind.toString(),
                workload.toString(),
                measured.operations(),
                measured.seconds(),
                settleSeconds,
                measured.found(),
                measured.checked(),
                measured.writerOperations(),
                workload.timed(load.batch()),
                workload.sampledEvery(),
                latencies.getValueAtPercentile(50),
                latencies.getValueAtPercentile(99),
                latencies.getValueAtPercentile(99.9),
                latencies.getMaxValue(),
                Machine.peakRssBytes(),
                -1,
                disk.dataBytes(),
                disk.logBytes(),
                openSeconds,
                cpuSeconds);
        return new KvReport.OfChild(Machine.here(), facts, run);
    }

    /// A write workload warms up in stores of its own, which are thrown away: the measured one must begin as it stands.
    /// One after the other, until the time is over: few records are written long before the code has come into its
    /// compiled form, and what compiles it would be counted.
    private static void warmUpElsewhere(EngineKind kind, Workload workload, KvLoad load, Path folder) throws Exception {
        long start = System.nanoTime();
        for (double left = load.warmupSeconds(); left > 0; left = load.warmupSeconds() - secondsSince(start)) {
            DiskUse.deleteFolder(folder);
            try (KvEngine engine = kind.open(settings(load, folder))) {
                new WorkloadRunner(engine, load).warmUp(workload, left);
                engine.settle();
            }
        }
        DiskUse.deleteFolder(folder);
    }

    private static EngineSettings settings(KvLoad load, Path folder) {
        return new EngineSettings(
                folder,
                load.memoryBytes(),
                load.records(),
                load.valueBytes(),
                load.keys(),
                load.rocksdbDirect(),
                load.warmPercent());
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
