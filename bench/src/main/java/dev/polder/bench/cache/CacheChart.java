package dev.polder.bench.cache;

import dev.polder.bench.cache.CacheReport.Cell;
import dev.polder.bench.cache.ChartCanvas.Anchor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Hit rates as a picture: one panel per trace, frames from left to right, a line per policy, OPT above them all.
final class CacheChart {
    private static final int WIDTH = 300, HEIGHT = 200, MARGIN = 44, COLUMNS = 3, LEGEND = 40;
    private static final List<String> COLOURS =
            List.of("#7f7f7f", "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#8c564b", "#e377c2", "#17becf", "#bcbd22");

    private final ChartCanvas canvas;
    private final List<String> policies;

    private CacheChart(ChartCanvas canvas, List<String> policies) {
        this.canvas = canvas;
        this.policies = policies;
    }

    /// Draws into a file, as SVG or PNG: its name tells which.
    static void draw(CacheReport report, Path file) throws IOException {
        Map<String, List<Cell>> traces = new LinkedHashMap<>();
        for (Cell cell : report.cells())
            traces.computeIfAbsent(cell.trace(), _ -> new ArrayList<>()).add(cell);
        int rows = (traces.size() + COLUMNS - 1) / COLUMNS;
        ChartCanvas canvas =
                ChartCanvas.of(file, COLUMNS * (WIDTH + 2 * MARGIN), LEGEND + rows * (HEIGHT + 2 * MARGIN));
        new CacheChart(canvas, CacheTables.policies(report)).panels(traces);
        canvas.save(file);
    }

    private void panels(Map<String, List<Cell>> traces) {
        legend();
        int panel = 0;
        for (var trace : traces.entrySet()) {
            int left = MARGIN + panel % COLUMNS * (WIDTH + 2 * MARGIN);
            int top = LEGEND + MARGIN + panel / COLUMNS * (HEIGHT + 2 * MARGIN);
            panel(trace.getKey(), trace.getValue(), left, top);
            panel++;
        }
    }

    private void legend() {
        int left = MARGIN;
        for (String policy : withOpt()) {
            canvas.dot(left, 20, colour(policy));
            canvas.text(left + 6, 24, Anchor.START, false, colour(policy), policy);
            left += 24 + 8 * policy.length();
        }
    }

    private void panel(String name, List<Cell> cells, int left, int top) {
        int bottom = top + HEIGHT;
        canvas.text(left, top - 8, Anchor.START, true, "#000000", name);
        for (int percent = 0; percent <= 100; percent += 25) {
            int y = bottom - percent * HEIGHT / 100;
            canvas.line(left, y, left + WIDTH, y, "#dddddd");
            canvas.text(left - 4, y + 4, Anchor.END, false, "#000000", percent + " %");
        }
        for (int i = 0; i < cells.size(); i++) {
            String frames = String.valueOf(cells.get(i).frames());
            canvas.text(x(i, cells, left), bottom + 16, Anchor.MIDDLE, false, "#000000", frames);
        }
        for (String policy : withOpt()) line(policy, cells, left, bottom);
    }

    private void line(String policy, List<Cell> cells, int left, int bottom) {
        double before = 0;
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            double rate = policy.equals("OPT") ? CacheTables.optRate(cell) : CacheTables.rate(cell, policy);
            double y = bottom - rate * HEIGHT / 100;
            canvas.dot(x(i, cells, left), y, colour(policy));
            if (i > 0) canvas.line(x(i - 1, cells, left), before, x(i, cells, left), y, colour(policy));
            before = y;
        }
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
}
