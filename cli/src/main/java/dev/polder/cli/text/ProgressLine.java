package dev.polder.cli.text;

import dev.polder.cli.Console;

/// One line on stderr that is redrawn while someone watches; silent when nobody does.
///
///     loading  ███████████████▍              52 %  8.5 MiB  21 MiB/s
///
/// Redrawn at most ten times a second, so that a fast command does not spend its time on drawing.
public final class ProgressLine implements AutoCloseable {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR_CELLS = 30;
    private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

    private final Console console;
    private final String label;
    private final long startNanos = System.nanoTime();
    private long drawnNanos;
    private boolean drawn;

    public ProgressLine(Console console, String label) {
        this.console = console;
        this.label = label;
    }

    /// @param totalBytes 0 if it is not known: no bar then
    public void show(long doneBytes, long totalBytes) {
        if (!console.watched()) return;
        long now = System.nanoTime();
        if (now - drawnNanos < REDRAW_NANOS && drawn) return;
        drawnNanos = now;
        drawn = true;
        long perSecond = (long) (doneBytes / Math.max(1e-3, (now - startNanos) / 1e9));
        StringBuilder line = new StringBuilder("\r").append(label).append("  ");
        if (totalBytes > 0) {
            double share = Math.clamp((double) doneBytes / totalBytes, 0, 1);
            line.append(bar(share, BAR_CELLS, console.unicode())).append(String.format("%4d %%", (int) (share * 100)));
        }
        line.append("  ").append(Units.bytes(doneBytes)).append("  ");
        line.append(Units.bytes(perSecond)).append("/s\u001b[K");
        console.noteRaw(line.toString());
    }

    /// A bar of `cells` characters, filled by `share`, in eighths of a cell where the terminal can show them.
    public static String bar(double share, int cells, boolean unicode) {
        int eighths = (int) Math.round(share * cells * 8);
        StringBuilder bar = new StringBuilder(cells);
        bar.repeat(unicode ? "█" : "#", eighths / 8);
        if (bar.length() < cells) bar.append(unicode ? EIGHTHS.charAt(eighths % 8) : ' ');
        bar.repeat(' ', cells - bar.length());
        return bar.toString();
    }

    /// Wipes the line, so that what follows starts on a clean one.
    @Override
    public void close() {
        if (drawn) console.noteRaw("\r\u001b[K");
        drawn = false;
    }
}
