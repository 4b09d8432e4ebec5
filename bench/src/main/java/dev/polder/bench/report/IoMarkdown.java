package dev.polder.bench.report;

import java.util.Locale;

/// An [IoReport] in Markdown: medians over the pairs, and how far the pairs lie apart.
public final class IoMarkdown {
    private IoMarkdown() {}

    public static String render(IoReport report) {
        StringBuilder text = new StringBuilder();
        text.append("| workload | | polder ops/s | MB/s | spread | fio ops/s | spread | of fio (median of pairs) |")
                .append(" lowest – highest pair | wanted | | CPU µs/op |\n");
        text.append("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|--:|\n");
        int pairs = 0;
        for (IoReport.Load load : report.loads()) {
            double[] ours = sorted(report, load, "polder");
            double[] theirs = sorted(report, load, "fio");
            double[] ratios = ratios(report, load, "fio");
            pairs = ratios.length;
            double ratio = median(ratios);
            double bytes = report.runs().stream()
                    .filter(run -> run.workload().equals(load.workload()))
                    .mapToDouble(run -> (double) run.bytes() / run.operations())
                    .findFirst()
                    .orElse(0);
            double cpu = median(report.runs().stream()
                    .filter(run ->
                            run.workload().equals(load.workload()) && run.by().equals("polder"))
                    .mapToDouble(IoRun::cpuMicros)
                    .sorted()
                    .toArray());
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %,.0f | %,.0f | %.0f %% | %,.0f | %.0f %% | %.0f %% | %.0f – %.0f %% | %.0f %% | %s | %.1f |%n",
                    load.workload(),
                    load.description(),
                    median(ours),
                    median(ours) * bytes / 1e6,
                    100 * spread(ours),
                    median(theirs),
                    100 * spread(theirs),
                    100 * ratio,
                    100 * ratios[0],
                    100 * ratios[ratios.length - 1],
                    100 * load.wanted(),
                    ratio >= load.wanted() ? "met" : "**not met**",
                    cpu));
        }
        for (IoReport.Load load : report.loads()) {
            double[] one = sorted(report, load, "one");
            if (one.length == 0) continue;
            double[] times = ratios(report, load, "one");
            text.append(String.format(
                    Locale.ROOT,
                    "%n`%s` beside look-ups one by one (%,.0f ops/s): %.1f × (%.1f – %.1f), wanted 5 ×: %s.%n",
                    load.workload(),
                    median(one),
                    median(times),
                    times[0],
                    times[times.length - 1],
                    median(times) >= 5 ? "met" : "**not met**"));
        }
        text.append(String.format(
                Locale.ROOT,
                "%nDirect I/O, one thread, one file of %d MiB; %d pairs of %.1f s each, in turns. Spread: (highest − lowest)"
                        + " / median. fio with `psync` where one is in flight, else `io_uring`; CPU is Polder's.%n%n",
                report.fileBytes() >> 20,
                pairs,
                report.seconds()));
        text.append(String.format("- Polder: %s. fio: %s.%n", report.engine(), report.fioVersion()));
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

    private static double[] sorted(IoReport report, IoReport.Load load, String by) {
        return report.runs().stream()
                .filter(run ->
                        run.workload().equals(load.workload()) && run.by().equals(by))
                .mapToDouble(IoRun::operationsPerSecond)
                .sorted()
                .toArray();
    }

    private static double[] ratios(IoReport report, IoReport.Load load, String other) {
        return report.runs().stream()
                .filter(run ->
                        run.workload().equals(load.workload()) && run.by().equals("polder"))
                .mapToDouble(run ->
                        run.operationsPerSecond() / ofPair(report, run, other).operationsPerSecond())
                .sorted()
                .toArray();
    }

    private static IoRun ofPair(IoReport report, IoRun run, String by) {
        return report.runs().stream()
                .filter(other -> other.pair() == run.pair()
                        && other.workload().equals(run.workload())
                        && other.by().equals(by))
                .findFirst()
                .orElseThrow();
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static double spread(double[] sorted) {
        return (sorted[sorted.length - 1] - sorted[0]) / median(sorted);
    }
}
