package dev.polder.bench.warm;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/// A [WarmReport] in Markdown: medians over the rounds.
public final class WarmTables {
    private WarmTables() {}

    public static String render(WarmReport report) {
        StringBuilder text = new StringBuilder("| data | reads |");
        for (int share : report.shares()) text.append(" %d %%: reads/s | device reads per read |".formatted(share));
        text.append(" best |\n|---|---|")
                .append("--:|".repeat(2 * report.shares().size() + 1))
                .append('\n');
        for (double times : report.runs().stream()
                .mapToDouble(WarmReport.Run::times)
                .distinct()
                .toArray())
            for (double skew : report.runs().stream()
                    .mapToDouble(WarmReport.Run::skew)
                    .distinct()
                    .toArray()) row(text, report, times, skew);
        text.append(
                "%nOne thread, random reads of values of %d bytes (as a copy) for %.0f s each, %d rounds in turns, medians; budget %d MiB; a compressed block had 1/%.1f of its size.%n%n"
                        .formatted(
                                report.valueBytes(),
                                report.seconds(),
                                report.runs().stream()
                                        .mapToInt(WarmReport.Run::round)
                                        .max()
                                        .orElse(0),
                                report.memoryBytes() >> 20,
                                report.imageRatio()));
        text.append("- Machine: %s, %d processors, %d MiB; %s; %s.%n"
                .formatted(
                        report.machine().processor(),
                        report.machine().processors(),
                        report.machine().memoryBytes() >> 20,
                        report.machine().system(),
                        report.machine().java()));
        for (String note : report.notes()) text.append("- ").append(note).append('\n');
        text.append("%nMeasured on %s with `./polder bench %s`.%n".formatted(report.date(), report.command()));
        return text.toString();
    }

    private static void row(StringBuilder text, WarmReport report, double times, double skew) {
        text.append(String.format(
                Locale.ROOT,
                "| %s × budget | %s |",
                times == Math.rint(times) ? Long.toString((long) times) : Double.toString(times),
                skew == 0 ? "uniform" : "Zipf %.2f".formatted(skew)));
        int best = 0;
        double most = 0;
        double none = 0;
        for (int share : report.shares()) {
            List<WarmReport.Run> runs = report.runs().stream()
                    .filter(run -> run.times() == times && run.skew() == skew && run.share() == share)
                    .toList();
            double rate = median(runs, WarmReport.Run::readsPerSecond);
            text.append(String.format(
                    Locale.ROOT, " %,.0f | %.3f |", rate, median(runs, r -> (double) r.deviceReads() / r.reads())));
            if (share == 0) none = rate;
            if (rate > most) {
                most = rate;
                best = share;
            }
        }
        text.append(none == 0 ? " |\n" : " %d %% (%.2f ×) |\n".formatted(best, most / none));
    }

    private static double median(List<WarmReport.Run> runs, ToDoubleFunction<WarmReport.Run> value) {
        double[] sorted = runs.stream().mapToDouble(value).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
