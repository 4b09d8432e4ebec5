package dev.polder.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// The streams of one run of the command, and whether a person is watching.
///
/// Always UTF-8, whatever the locale says: keys and values are bytes, and a script must get the same ones everywhere.
/// Standard output is buffered and its errors are seen ([OutputException]); `System.out` would swallow them.
public final class Console {
    private final InputStream in;
    private final OutputStream out;
    private final OutputStream err;
    private final boolean watched;
    private final boolean screen;
    private final boolean unicode;

    /// @param watched whether stderr is a terminal, so that a line may be redrawn; stdout is taken for one too
    /// @param unicode whether that terminal can be expected to show block characters
    public Console(InputStream in, OutputStream out, OutputStream err, boolean watched, boolean unicode) {
        this(in, out, err, watched, watched, unicode);
    }

    private Console(
            InputStream in, OutputStream out, OutputStream err, boolean watched, boolean screen, boolean unicode) {
        this.in = in;
        this.out = new BufferedOutputStream(new SeenErrors(out), 1 << 16);
        this.err = err;
        this.watched = watched;
        this.screen = screen;
        this.unicode = unicode;
    }

    public static Console system() {
        return new Console(
                System.in,
                new FileOutputStream(FileDescriptor.out),
                new FileOutputStream(FileDescriptor.err),
                isTerminal(2),
                isTerminal(1),
                localeIsUtf8());
    }

    public InputStream in() {
        return in;
    }

    /// Standard output. Its writes throw [OutputException], never [IOException].
    public OutputStream out() {
        return out;
    }

    /// One line of data.
    public void line(String text) {
        write(text.getBytes(StandardCharsets.UTF_8));
        write(NEWLINE);
    }

    public void write(byte[] bytes) {
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }

    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }

    /// One line about the data, on stderr.
    public void note(String text) {
        noteRaw(text + "\n");
    }

    /// Bytes for stderr as they are, for whoever redraws a line. Nobody can be told if stderr itself is gone.
    public void noteRaw(String text) {
        try {
            err.write(text.getBytes(StandardCharsets.UTF_8));
            err.flush();
        } catch (IOException _) {
            // there is no place left to say it
        }
    }

    public void trace(Throwable failure) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        noteRaw(trace.toString());
    }

    public boolean watched() {
        return watched;
    }

    /// Whether stdout is a terminal, so that what is shown may be redrawn.
    public boolean screen() {
        return screen;
    }

    public boolean unicode() {
        return unicode;
    }

    private static final byte[] NEWLINE = {'\n'};

    /// Linux says which device is behind a stream; elsewhere the JDK's answer for stdin and stdout together
    /// must do.
    private static boolean isTerminal(int stream) {
        if ("dumb".equals(System.getenv("TERM"))) return false;
        Path device = Path.of("/proc/self/fd/" + stream);
        try {
            String target = Files.readSymbolicLink(device).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.startsWith("/dev/console");
        } catch (IOException | UnsupportedOperationException _) {
            return Objects.requireNonNull(System.console()).isTerminal();
        }
    }

    private static boolean localeIsUtf8() {
        String encoding = System.getProperty("native.encoding", "");
        return Charset.isSupported(encoding) && Charset.forName(encoding).equals(StandardCharsets.UTF_8);
    }

    /// Turns the errors of a stream into [OutputException], so that no writer in between can mistake or
    /// swallow them.
    private static final class SeenErrors extends OutputStream {
        private final OutputStream to;

        SeenErrors(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            try {
                to.write(bytes, from, count);
            } catch (IOException e) {
                throw new OutputException(e);
            }
        }

        @Override
        public void flush() {
            try {
                to.flush();
            } catch (IOException e) {
                throw new OutputException(e);
            }
        }
    }
}
