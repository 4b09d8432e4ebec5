package dev.polder.bench.cache;

import dev.polder.bench.cache.CacheReport.Cell;
import dev.polder.bench.cache.CacheReport.Line;
import java.util.List;
import java.util.Locale;

/// Hit rates as Markdown: a table of all cells, and one that sums the policies up.
public final class CacheTables {
    private CacheTables() {}

    public static String render(CacheReport report) {
        StringBuilder text = new StringBuilder(head(policies(report)));
        for (Cell cell : report.cells()) text.append(row(cell));
        return text.append(summaries(report)).toString();
    }

    /// Of the table of all cells.
    static String head(List<String> policies) {
        return "| trace @frames | " + String.join(" | ", policies) + " | OPT |\n|---|"
                + "--:|".repeat(policies.size() + 1) + "\n";
    }

    static String row(Cell cell) {
        StringBuilder text = new StringBuilder("| " + cell.trace() + " @" + cell.frames() + " |");
        for (Line line : cell.lines())
            text.append(' ').append(number(rate(cell, line.policy()))).append(" |");
        return text.append(' ').append(number(optRate(cell))).append(" |\n").toString();
    }

    static String summaries(CacheReport report) {
        StringBuilder text =
                new StringBuilder("\n| policy | mean hit % | mean % of OPT | mean regret | worst regret | where |\n");
        text.append("|---|--:|--:|--:|--:|---|\n");
        for (String policy : policies(report)) summary(text, report, policy);
        text.append("\nHits in percent of all requests; regret: points below the best policy of the cell. ")
                .append("Measured on ")
                .append(report.date())
                .append(" with `./polder bench ")
                .append(report.command())
                .append("`.\n");
        return text.toString();
    }

    private static void summary(StringBuilder text, CacheReport report, String policy) {
        double rates = 0;
        double ofOpt = 0;
        double regrets = 0;
        double worst = -1;
        String where = "";
        for (Cell cell : report.cells()) {
            double rate = rate(cell, policy);
            double best = cell.lines().stream()
                    .mapToDouble(line -> rate(cell, line.policy()))
                    .max()
                    .orElseThrow();
            rates += rate;
            ofOpt += optRate(cell) == 0 ? 100 : 100 * rate / optRate(cell);
            regrets += best - rate;
            if (best - rate > worst) {
                worst = best - rate;
                where = cell.trace() + " @" + cell.frames();
            }
        }
        int cells = report.cells().size();
        text.append("| %s | %s | %s | %s | %s | %s |\n"
                .formatted(
                        policy, two(rates / cells), number(ofOpt / cells), two(regrets / cells), number(worst), where));
    }

    static List<String> policies(CacheReport report) {
        return report.cells().getFirst().lines().stream().map(Line::policy).toList();
    }

    /// In percent.
    static double rate(Cell cell, String policy) {
        return 100.0 * line(cell, policy).hits() / cell.requests();
    }

    static double optRate(Cell cell) {
        return 100.0 * cell.optHits() / cell.requests();
    }

    private static Line line(Cell cell, String policy) {
        return cell.lines().stream()
                .filter(line -> line.policy().equals(policy))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + policy + " at " + cell.trace()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String two(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
