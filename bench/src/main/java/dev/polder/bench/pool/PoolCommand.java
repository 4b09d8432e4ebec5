package dev.polder.bench.pool;

import dev.polder.bench.command.Publication;
import dev.polder.bench.kv.Machine;
import dev.polder.bench.pool.PoolReport.PoolRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// What does a hit cost beside a bare read of the same memory? Estimate: a bare read is one line from memory. A hit
/// reads two more, the slot of the page table and the descriptor; the latter is read beside the block, so a dependent
/// hit waits for two lines in a row, of which the slot is often in a cache: 1.6 times. Control: the bare reads of the
/// same pair.
@Command(
        name = "pool",
        description = "Hits of the buffer pool beside bare reads of the same memory, in turns.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  polder bench pool --pairs 3 --operations 1000000     a first look",
            "  polder bench pool --json docs/results/pool.json      the full comparison",
            "  polder bench jmh PoolHitBenchmark -prof gc           the same hits in JMH, with what they allocate"
        })
public final class PoolCommand implements Callable<Integer> {
    private static final int MISS_BLOCKS = 1 << 14;

    @Option(names = "--workloads", split = ",", description = "${COMPLETION-CANDIDATES}; all by default")
    private List<PoolWorkload> workloads = List.of(PoolWorkload.values());

    @Option(names = "--blocks", defaultValue = "100000", description = "resident blocks of 4 KiB (${DEFAULT-VALUE})")
    private int blocks;

    @Option(names = "--pairs", defaultValue = "7", description = "runs of each side (${DEFAULT-VALUE})")
    private int pairs;

    @Option(names = "--operations", defaultValue = "4000000", description = "hits per run (${DEFAULT-VALUE})")
    private int operations;

    @Mixin
    private Publication publication = new Publication();

    @Override
    public Integer call() throws Exception {
        if (pairs < 1 || operations < 100 || blocks < 1000)
            throw new IllegalArgumentException("use at least one pair, 100 operations and 1000 blocks");
        PoolReport report = measure();
        publication.publish(report);
        System.out.print(PoolTables.render(report));
        return 0;
    }

    private PoolReport measure() throws InterruptedException, IOException {
        List<PoolRun> runs = new ArrayList<>();
        long hugeBytes = hits(runs, true);
        if (workloads.stream().anyMatch(workload -> !workload.hinted())) hits(runs, false);
        try (ResidentBlocks few = new ResidentBlocks(Math.min(blocks, MISS_BLOCKS))) {
            PoolSides sides = new PoolSides(few);
            for (PoolWorkload workload : workloads)
                if (workload.misses()) pairs(runs, sides, workload, Math.max(100, operations / 20));
        }
        return new PoolReport(
                publication.arguments(),
                publication.date(),
                Machine.here(),
                blocks,
                hugeBytes,
                publication.notes(),
                runs);
    }

    /// Runs the workloads of a pool with hints or without; returns how much of it lay in huge pages.
    private long hits(List<PoolRun> runs, boolean hinted) throws InterruptedException, IOException {
        try (ResidentBlocks resident = new ResidentBlocks(blocks, hinted)) {
            PoolSides sides = new PoolSides(resident);
            for (PoolWorkload workload : workloads)
                if (!workload.misses() && workload.hinted() == hinted) pairs(runs, sides, workload, operations);
            resident.checkAllWereHits();
            return hugeBytes();
        }
    }

    private void pairs(List<PoolRun> runs, PoolSides sides, PoolWorkload workload, int operations)
            throws InterruptedException {
        for (int pair = -1; pair <= pairs; pair++) { // the first two warm the compiler up
            for (int turn = 0; turn < 2; turn++) {
                PoolRun run = sides.run(pair, workload, pair % 2 == 0 == (turn == 0), operations);
                if (pair < 1) continue;
                runs.add(run);
                System.err.printf(
                        "%-17s pair %d  %-9s %8.1f ns  %.2f B%n",
                        workload, pair, run.side(), run.nanos(), run.allocated());
            }
        }
    }

    /// How much of this process lies in huge pages; 0 where the system does not say.
    private static long hugeBytes() throws IOException {
        Path file = Path.of("/proc/self/smaps_rollup");
        if (!Files.isReadable(file)) return 0;
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith("AnonHugePages:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .sum();
    }
}
