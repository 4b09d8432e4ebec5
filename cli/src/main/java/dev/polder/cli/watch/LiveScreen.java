package dev.polder.cli.watch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// Draws some lines over those it drew before, on an ordinary terminal. The cursor rests below them, so whatever ends
/// the process leaves a clean screen with the last numbers on it.
final class LiveScreen {
    private static final String WIPE_LINE = "\u001b[K";
    private static final String WIPE_BELOW = "\u001b[J";
    private static final String NO_WRAP = "\u001b[?7l";
    private static final String WRAP = "\u001b[?7h";

    private final Consumer<String> out;
    private int drawn;

    LiveScreen(Consumer<String> out) {
        this.out = out;
    }

    /// In one write, so that no half of it is seen. Lines too long for the terminal are cut off by it; of more lines
    /// than it has, the first are shown, since the cursor could not go back up to them.
    void draw(List<String> all, int rows) {
        List<String> lines = fitting(all, rows - 1);
        StringBuilder frame = new StringBuilder(4096);
        if (drawn > 0) frame.append("\u001b[").append(drawn).append("A\r");
        frame.append(NO_WRAP);
        for (String line : lines) frame.append(line).append(WIPE_LINE).append('\n');
        frame.append(WRAP).append(WIPE_BELOW);
        drawn = lines.size();
        out.accept(frame.toString());
    }

    private static List<String> fitting(List<String> lines, int most) {
        if (lines.size() <= most || most < 2) return lines;
        List<String> first = new ArrayList<>(lines.subList(0, most - 1));
        first.add("… and " + (lines.size() - first.size()) + " more lines: make the terminal higher");
        return first;
    }
}
