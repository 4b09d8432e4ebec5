package dev.polder.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What Polder wants of itself, beside RocksDB: its speed on writes with settling counted, twice its cached reads
/// and scans, no more than 1.15 times its bytes on disk, and never more memory than it was given.
final class Goals {
    private static final Map<String, Double> SPEED = Map.of(
            "fillseq", 1.0, "fillrandom", 1.0, "overwrite", 1.0, "readrandom", 2.0, "readmissing", 1.0, "scan100", 2.0);
    private static final double DISK = 1.15;
    private static final long BESIDE_HEAP_BYTES = 96L << 20;

    private Goals() {}

    record Verdict(String goal, String measured, String wanted, boolean met) {}

    /// Nothing where Polder or RocksDB did not run.
    static List<Verdict> judge(KvReport report, List<Summary> summaries) {
        List<Verdict> verdicts = new ArrayList<>();
        for (Summary polder : summaries) {
            if (!polder.engine().equals("polder")) continue;
            for (Summary rocksdb : summaries) {
                if (rocksdb.engine().equals("rocksdb") && rocksdb.workload().equals(polder.workload())) {
                    compare(polder, rocksdb, verdicts);
                }
            }
            long limit = report.load().memoryBytes() + report.heapBytes() + BESIDE_HEAP_BYTES;
            verdicts.add(new Verdict(
                    polder.workload() + ": peak RSS at most memory + heap + 96 MiB",
                    "%d MiB".formatted(polder.peakRssBytes() >> 20),
                    "%d MiB".formatted(limit >> 20),
                    polder.peakRssBytes() <= limit));
        }
        return verdicts;
    }

    private static void compare(Summary polder, Summary rocksdb, List<Verdict> verdicts) {
        Double wanted = SPEED.get(polder.workload());
        if (wanted == null) return;
        double speed = polder.operationsPerSecond() / rocksdb.operationsPerSecond();
        verdicts.add(new Verdict(
                polder.workload() + ": ops/s of rocksdb",
                "%.2f ×".formatted(speed),
                "%.2f ×".formatted(wanted),
                speed >= wanted));
        if (!polder.writes()) return;
        double disk = (double) polder.dataBytes() / rocksdb.dataBytes();
        verdicts.add(new Verdict(
                polder.workload() + ": bytes on disk, logs aside, of rocksdb",
                "%.2f ×".formatted(disk),
                "%.2f ×".formatted(DISK),
                disk <= DISK));
    }
}
