package dev.polder.bench.report;

import dev.polder.bench.engine.EngineFacts;
import dev.polder.bench.kv.KvLoad;
import dev.polder.bench.kv.Machine;
import java.util.List;
import java.util.Locale;

/// A report in Markdown: the figures, then all that is needed to judge them.
public final class MarkdownReport {
    private final KvReport report;
    private final List<Summary> summaries;
    private final StringBuilder text = new StringBuilder();

    private MarkdownReport(KvReport report) {
        this.report = report;
        this.summaries = Summary.of(report.runs());
    }

    public static String render(KvReport report) {
        MarkdownReport markdown = new MarkdownReport(report);
        markdown.figures();
        markdown.goals();
        markdown.circumstances();
        return markdown.text.toString();
    }

    private void figures() {
        text.append("| workload | engine | ops/s | of ")
                .append(report.peer())
                .append(" | while running | settle s |")
                .append(
                        " p50 µs | p99 µs | p99.9 µs | max µs | spread | CPU µs/op | peak RSS MiB | data MiB | logs MiB |\n");
        text.append("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (Summary line : summaries) {
            cell(line.workload());
            cell(line.engine());
            cell(count(line.operationsPerSecond()));
            cell(ratio(line));
            cell(line.writes() ? count(line.running()) : "");
            cell(line.writes() ? "%.2f".formatted(line.settleSeconds()) : "");
            cell(micros(line.p50Nanos()));
            cell(micros(line.p99Nanos()));
            cell(micros(line.p999Nanos()));
            cell(micros((double) line.maxNanos()));
            cell(line.rounds() == 1 ? "" : "%.0f %%".formatted(100 * line.spread()));
            cell(line.cpuMicrosPerOperation() < 0 ? "" : "%.2f".formatted(line.cpuMicrosPerOperation()));
            cell(mebibytes(line.peakRssBytes()));
            cell(mebibytes(line.dataBytes()));
            cell(mebibytes(line.logBytes()));
            text.append("|\n");
        }
        text.append('\n');
        for (Summary line : summaries) {
            if (line.writesBesideReadsPerSecond() > 0) {
                text.append("- %s, %s: the writer made %s writes/s beside the readers.\n"
                        .formatted(line.workload(), line.engine(), count(line.writesBesideReadsPerSecond())));
            }
        }
    }

    private void goals() {
        List<Goals.Verdict> verdicts = Goals.judge(report, summaries);
        if (verdicts.isEmpty()) return;
        text.append("\n| goal | measured | wanted | |\n|---|--:|--:|---|\n");
        for (Goals.Verdict verdict : verdicts) {
            text.append("| %s | %s | %s | %s |\n"
                    .formatted(
                            verdict.goal(),
                            verdict.measured(),
                            verdict.wanted(),
                            verdict.met() ? "met" : "**not met**"));
        }
    }

    private void circumstances() {
        KvLoad load = report.load();
        Machine machine = report.machine();
        text.append(
                "\nops/s of a write workload counts the time to settle; *while running* does not. Latencies are of a ");
        text.append(String.join(
                ", ", summaries.stream().map(this::latencyOf).distinct().toList()));
        text.append(
                ". Medians of %d round%s; max and peak RSS are the worst of all rounds, over the whole process, warm-up included.\n\n"
                        .formatted(rounds(), rounds() == 1 ? "" : "s"));
        text.append(
                "- Data: %s records, keys of 16 bytes (%s), values of %d bytes, half of them compressible; seed %d.%s\n"
                        .formatted(
                                count((double) load.records()),
                                load.keys().name().toLowerCase(Locale.ROOT),
                                load.valueBytes(),
                                load.seed(),
                                load.skew() == 0 ? "" : " Reads with a Zipf skew of %.2f.".formatted(load.skew())));
        text.append(
                "- Memory per engine: %d MiB; Java heap of every process: %d MiB. Threads: %d. Batches of %d. Reads: %s; %.1f s each, after %.1f s of warm-up.\n"
                        .formatted(
                                load.memoryBytes() >> 20,
                                report.heapBytes() >> 20,
                                load.threads(),
                                load.batch(),
                                load.reads(),
                                load.seconds(),
                                load.warmupSeconds()));
        text.append("- Machine: %s, %d processors, %d MiB; %s; %s; heap %s.\n"
                .formatted(
                        machine.processor(),
                        machine.processors(),
                        machine.memoryBytes() >> 20,
                        machine.system(),
                        machine.java(),
                        machine.heap()));
        text.append("- Java flags of every process: `").append(machine.flags()).append("`.\n");
        for (EngineFacts facts : report.engines()) {
            text.append("- **%s** (%s). Durability: %s. I/O: %s. Codec: %s. Memory: %s. Settling: %s.\n"
                    .formatted(
                            facts.engine(),
                            facts.version(),
                            facts.durability(),
                            facts.io(),
                            facts.codec(),
                            facts.memory(),
                            facts.settling()));
        }
        for (String note : report.notes()) text.append("- ").append(note).append('\n');
        text.append("\nMeasured on %s with `./polder bench %s`.\n".formatted(report.date(), report.command()));
    }

    private String latencyOf(Summary line) {
        return line.timed() + (line.sampledEvery() == 1 ? "" : " (1 in %d timed)".formatted(line.sampledEvery()));
    }

    private int rounds() {
        return summaries.stream().mapToInt(Summary::rounds).max().orElse(0);
    }

    private String ratio(Summary line) {
        return summaries.stream()
                .filter(other ->
                        other.engine().equals(report.peer()) && other.workload().equals(line.workload()))
                .findFirst()
                .map(peer -> "%.2f ×".formatted(line.operationsPerSecond() / peer.operationsPerSecond()))
                .orElse("");
    }

    private void cell(String content) {
        text.append("| ").append(content).append(' ');
    }

    static String count(double number) {
        return String.format(Locale.ROOT, "%,.0f", number);
    }

    private static String micros(double nanos) {
        return String.format(Locale.ROOT, nanos < 100_000 ? "%.2f" : "%,.0f", nanos / 1e3);
    }

    private static String mebibytes(long bytes) {
        return bytes < 0 ? "" : String.format(Locale.ROOT, "%.1f", bytes / 1048576.0);
    }
}
