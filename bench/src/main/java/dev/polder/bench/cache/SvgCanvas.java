package dev.polder.bench.cache;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/// Draws as SVG text.
final class SvgCanvas implements ChartCanvas {
    private final StringBuilder svg = new StringBuilder();

    SvgCanvas(int width, int height) {
        add(
                "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d' font-family='sans-serif' font-size='11'>",
                width, height);
        add("<rect width='100%%' height='100%%' fill='white'/>");
    }

    @Override
    public void text(int x, double y, Anchor anchor, boolean bold, String colour, String text) {
        add(
                "<text x='%d' y='%.0f' text-anchor='%s' fill='%s'%s>%s</text>",
                x,
                y,
                anchor.name().toLowerCase(Locale.ROOT),
                colour,
                bold ? " font-weight='bold'" : "",
                text.replace("&", "&amp;").replace("<", "&lt;"));
    }

    @Override
    public void line(double fromX, double fromY, double toX, double toY, String colour) {
        add("<line x1='%.1f' y1='%.1f' x2='%.1f' y2='%.1f' stroke='%s'/>", fromX, fromY, toX, toY, colour);
    }

    @Override
    public void dot(double x, double y, String colour) {
        add("<circle cx='%.1f' cy='%.1f' r='2.5' fill='%s'/>", x, y, colour);
    }

    @Override
    public void save(Path file) throws IOException {
        Files.writeString(file, svg + "</svg>\n");
    }

    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }
}
