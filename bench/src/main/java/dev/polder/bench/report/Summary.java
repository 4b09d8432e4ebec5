package dev.polder.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// All rounds of one workload on one engine as one line: medians, with the worst of what must not be averaged away.
///
/// @param operationsPerSecond median; time to settle counts in write workloads
/// @param running             median of the same without time to settle
/// @param spread              (highest - lowest) / median of `operationsPerSecond` over the rounds
/// @param maxNanos            the longest of all rounds
/// @param peakRssBytes        the highest of all rounds
public record Summary(
        String workload,
        String engine,
        int rounds,
        boolean writes,
        String timed,
        int sampledEvery,
        double operationsPerSecond,
        double running,
        double spread,
        double settleSeconds,
        double p50Nanos,
        double p99Nanos,
        double p999Nanos,
        long maxNanos,
        long peakRssBytes,
        long dataBytes,
        long logBytes,
        double writesBesideReadsPerSecond,
        double cpuMicrosPerOperation) {
    private static final List<String> WRITE_WORKLOADS = List.of("fillseq", "fillrandom", "overwrite");

    /// One line for each workload and engine, workloads and engines in the order of their first run.
    public static List<Summary> of(List<KvRun> runs) {
        Map<String, Map<String, List<KvRun>>> groups = new LinkedHashMap<>();
        for (KvRun run : runs) {
            groups.computeIfAbsent(run.workload(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(run.engine(), _ -> new ArrayList<>())
                    .add(run);
        }
        List<Summary> summaries = new ArrayList<>();
        groups.values().forEach(engines -> engines.values().forEach(rounds -> summaries.add(summarize(rounds))));
        return summaries;
    }

    private static Summary summarize(List<KvRun> rounds) {
        KvRun any = rounds.getFirst();
        boolean writes = WRITE_WORKLOADS.contains(any.workload());
        ToDoubleFunction<KvRun> speed = writes ? KvRun::settledOperationsPerSecond : KvRun::operationsPerSecond;
        double median = median(rounds, speed);
        double lowest = rounds.stream().mapToDouble(speed).min().orElseThrow();
        double highest = rounds.stream().mapToDouble(speed).max().orElseThrow();
        return new Summary(
                any.workload(),
                any.engine(),
                rounds.size(),
                writes,
                any.timed(),
                any.sampledEvery(),
                median,
                median(rounds, KvRun::operationsPerSecond),
                (highest - lowest) / median,
                median(rounds, KvRun::settleSeconds),
                median(rounds, KvRun::p50Nanos),
                median(rounds, KvRun::p99Nanos),
                median(rounds, KvRun::p999Nanos),
                rounds.stream().mapToLong(KvRun::maxNanos).max().orElseThrow(),
                rounds.stream().mapToLong(KvRun::peakRssBytes).max().orElseThrow(),
                (long) median(rounds, KvRun::dataBytes),
                (long) median(rounds, KvRun::logBytes),
                median(rounds, run -> run.writesBesideReads() / run.seconds()),
                median(rounds, run -> run.cpuSeconds() * 1e6 / run.operations()));
    }

    static double median(List<KvRun> runs, ToDoubleFunction<KvRun> figure) {
        double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
