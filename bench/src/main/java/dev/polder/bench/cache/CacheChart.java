package dev.polder.bench.cache;

import dev.polder.bench.cache.CacheReport.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Hit rates as an SVG picture: one panel per trace, frames from left to right, a line per policy, OPT above them
/// all.
final class CacheChart {
    private static final int WIDTH = 300, HEIGHT = 200, MARGIN = 44, COLUMNS = 3, LEGEND = 40;
    private static final List<String> COLOURS =
            List.of("#7f7f7f", "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#17becf", "#bcbd22");

    private final StringBuilder svg = new StringBuilder();
    private final List<String> policies;

    private CacheChart(List<String> policies) {
        this.policies = policies;
    }

    static String render(CacheReport report) {
        Map<String, List<Cell>> traces = new LinkedHashMap<>();
        for (Cell cell : report.cells())
            traces.computeIfAbsent(cell.trace(), _ -> new ArrayList<>()).add(cell);
        CacheChart chart = new CacheChart(CacheTables.policies(report));
        chart.draw(traces);
        return chart.svg.toString();
    }

    private void draw(Map<String, List<Cell>> traces) {
        int rows = (traces.size() + COLUMNS - 1) / COLUMNS;
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='11'>",
                COLUMNS * (WIDTH + 2 * MARGIN), LEGEND + rows * (HEIGHT + 2 * MARGIN));
        add("<rect width='100%%' height='100%%' fill='white'/>");
        legend();
        int panel = 0;
        for (var trace : traces.entrySet()) {
            int left = MARGIN + panel % COLUMNS * (WIDTH + 2 * MARGIN);
            int top = LEGEND + MARGIN + panel / COLUMNS * (HEIGHT + 2 * MARGIN);
            panel(trace.getKey(), trace.getValue(), left, top);
            panel++;
        }
        add("</svg>");
    }

    private void legend() {
        int left = MARGIN;
        for (String policy : withOpt()) {
            add("<text x='%d' y='24' fill='%s'>● %s</text>", left, colour(policy), escaped(policy));
            left += 24 + 8 * policy.length();
        }
    }

    private void panel(String name, List<Cell> cells, int left, int top) {
        int bottom = top + HEIGHT;
        add("<text x='%d' y='%d' font-weight='bold'>%s</text>", left, top - 8, escaped(name));
        for (int percent = 0; percent <= 100; percent += 25) {
            int y = bottom - percent * HEIGHT / 100;
            add("<line x1='%d' x2='%d' y1='%d' y2='%d' stroke='#ddd'/>", left, left + WIDTH, y, y);
            add("<text x='%d' y='%d' text-anchor='end'>%d %%</text>", left - 4, y + 4, percent);
        }
        for (int i = 0; i < cells.size(); i++)
            add(
                    "<text x='%d' y='%d' text-anchor='middle'>%d</text>",
                    x(i, cells, left), bottom + 16, cells.get(i).frames());
        for (String policy : withOpt()) line(policy, cells, left, bottom);
    }

    private void line(String policy, List<Cell> cells, int left, int bottom) {
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            double rate = policy.equals("OPT") ? CacheTables.optRate(cell) : CacheTables.rate(cell, policy);
            int x = x(i, cells, left);
            double y = bottom - rate * HEIGHT / 100;
            points.append(String.format(Locale.ROOT, "%d,%.1f ", x, y));
            add("<circle cx='%d' cy='%.1f' r='2.5' fill='%s'/>", x, y, colour(policy));
        }
        add("<polyline points='%s' fill='none' stroke='%s'/>", points.toString().strip(), colour(policy));
    }

    /// Cells stand at equal distances, in their order: sizes usually grow by factors.
    private static int x(int cell, List<Cell> cells, int left) {
        return left + (cells.size() == 1 ? WIDTH / 2 : cell * WIDTH / (cells.size() - 1));
    }

    private List<String> withOpt() {
        List<String> all = new ArrayList<>(policies);
        all.add("OPT");
        return all;
    }

    private String colour(String policy) {
        return policy.equals("OPT") ? "#000000" : COLOURS.get(policies.indexOf(policy) % COLOURS.size());
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
