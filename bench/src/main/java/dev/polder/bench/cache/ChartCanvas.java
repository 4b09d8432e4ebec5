package dev.polder.bench.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/// What a chart is drawn on. Colours are `#rrggbb`; a text stands on `y`, and `x` is where its anchor is.
interface ChartCanvas {
    /// Where a text lies to its `x`.
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    void text(int x, double y, Anchor anchor, boolean bold, String colour, String text);

    void line(double fromX, double fromY, double toX, double toY, String colour);

    void dot(double x, double y, String colour);

    /// Writes the finished picture.
    void save(Path file) throws IOException;

    /// Whether there are pictures with such a name.
    static boolean draws(Path file) {
        return isSvg(file) || isPng(file);
    }

    /// The kind of picture the file's name asks for; [#draws] said there is one.
    static ChartCanvas of(Path file, int width, int height) {
        return isPng(file) ? new PngCanvas(width, height) : new SvgCanvas(width, height);
    }

    private static boolean isSvg(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".svg");
    }

    private static boolean isPng(Path file) {
        return file.toString().toLowerCase(Locale.ROOT).endsWith(".png");
    }
}
