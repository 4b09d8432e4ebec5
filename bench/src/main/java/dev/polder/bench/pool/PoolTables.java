package dev.polder.bench.pool;

import dev.polder.bench.pool.PoolReport.PoolRun;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// A [PoolReport] in Markdown: medians over the pairs, and how far the pairs lie apart.
public final class PoolTables {
    private PoolTables() {}

    public static String render(PoolReport report) {
        StringBuilder text = new StringBuilder();
        text.append(
                        "| workload | | ns | spread | | ns | spread | ratio (median of pairs) | lowest – highest | wanted | |")
                .append(" heap bytes/op |\n");
        text.append("|---|---|--:|--:|---|--:|--:|--:|--:|--:|---|--:|\n");
        for (PoolWorkload workload : PoolWorkload.values())
            if (report.runs().stream().anyMatch(run -> run.workload().equals(workload.name())))
                line(text, report, workload);
        text.append(String.format(
                Locale.ROOT,
                "%n%,d resident blocks of 4 KiB, %,d MiB of the process in huge pages; %d pairs, in turns. ns: per"
                        + " operation, of all threads together. Spread: (highest − lowest) / median.%n%n",
                report.residentBlocks(),
                report.hugeBytes() >> 20,
                report.runs().stream().mapToInt(PoolRun::pair).max().orElse(0)));
        text.append(String.format(
                "- Machine: %s, %d processors, %d MiB; %s; %s.%n",
                report.machine().processor(),
                report.machine().processors(),
                report.machine().memoryBytes() >> 20,
                report.machine().system(),
                report.machine().java()));
        for (String note : report.notes()) text.append("- ").append(note).append('\n');
        text.append(String.format("%nMeasured on %s with `./polder bench %s`.%n", report.date(), report.command()));
        return text.toString();
    }

    private static void line(StringBuilder text, PoolReport report, PoolWorkload workload) {
        double[] side = figures(report, workload, workload.side, PoolRun::nanos);
        double[] control = figures(report, workload, workload.control, PoolRun::nanos);
        double[] ratios = IntStream.range(0, side.length)
                .mapToDouble(i -> workload.threads ? control[i] / side[i] : side[i] / control[i])
                .sorted()
                .toArray();
        double allocated = median(figures(report, workload, workload.side, PoolRun::allocated));
        double ratio = median(ratios);
        boolean met = workload.threads ? ratio >= workload.wanted : ratio <= workload.wanted;
        text.append(String.format(
                Locale.ROOT,
                "| %s | %s | %.1f | %.0f %% | %s | %.1f | %.0f %% | %.2f | %.2f – %.2f | %s | %s | %.2f |%n",
                workload.title,
                workload.side,
                median(side),
                100 * spread(side),
                workload.control,
                median(control),
                100 * spread(control),
                ratio,
                ratios[0],
                ratios[ratios.length - 1],
                workload.wanted == 0 ? "" : (workload.threads ? "≥ " : "≤ ") + workload.wanted,
                workload.wanted == 0 ? "" : met ? "met" : "**not met**",
                allocated));
    }

    /// In the order of the pairs.
    private static double[] figures(
            PoolReport report, PoolWorkload workload, String side, ToDoubleFunction<PoolRun> figure) {
        return report.runs().stream()
                .filter(run ->
                        run.workload().equals(workload.name()) && run.side().equals(side))
                .mapToDouble(figure)
                .toArray();
    }

    private static double median(double[] figures) {
        double[] sorted = figures.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double spread(double[] figures) {
        return (Arrays.stream(figures).max().orElse(0)
                        - Arrays.stream(figures).min().orElse(0))
                / median(figures);
    }
}
