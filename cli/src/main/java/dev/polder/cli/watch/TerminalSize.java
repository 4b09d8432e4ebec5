package dev.polder.cli.watch;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/// How large the terminal is now. The JDK does not know, so `stty` is asked; where there is none, or no terminal, it is
/// taken for one of 80 columns with rows without end.
record TerminalSize(int rows, int columns) {
    static final TerminalSize UNKNOWN = new TerminalSize(Integer.MAX_VALUE, 80);

    private static final int WAIT_SECONDS = 1;

    static TerminalSize now() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
                stty.destroyForcibly();
                return UNKNOWN;
            }
            return parse(new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN;
        }
    }

    /// What `stty size` prints: rows, a blank, columns; zeros from a terminal that does not know itself.
    static TerminalSize parse(String text) {
        String[] words = text.strip().split(" ", -1);
        try {
            int rows = Integer.parseInt(words[0]);
            int columns = words.length < 2 ? 0 : Integer.parseInt(words[1]);
            return rows > 0 && columns > 0 ? new TerminalSize(rows, columns) : UNKNOWN;
        } catch (NumberFormatException e) {
            return UNKNOWN;
        }
    }
}
