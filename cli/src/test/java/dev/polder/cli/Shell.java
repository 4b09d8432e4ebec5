package dev.polder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// Runs command lines in this process and keeps what they print. Words are separated by blanks; quote one with '…'.
public final class Shell {
    private final Path folder;

    /// What one command line left behind.
    public record Ran(int status, String out, String err) {
        /// Asserts the status; the description shows what was printed instead.
        public Ran exits(int expected) {
            assertThat(status).as("out: %s%nerr: %s", out, err).isEqualTo(expected);
            return this;
        }

        public Ran prints(String expected) {
            assertThat(out).as("err: %s", err).isEqualTo(expected);
            return this;
        }

        /// Asserts that the last line on stderr is one line of ours with these parts.
        public Ran complains(String... parts) {
            assertThat(err).endsWith("\n");
            assertThat(err.lines().toList().getLast()).startsWith("polder: ").contains(parts);
            assertThat(err).doesNotContain("\tat ");
            return this;
        }
    }

    public Shell(Path folder) {
        this.folder = folder;
    }

    /// Runs `polder` with these words; `{}` stands for the test's folder.
    public Ran polder(String words, Object... more) {
        return run("", words, more);
    }

    public Ran run(String stdin, String words, Object... more) {
        String[] fixed = Arrays.stream(words.split(" (?=([^']*'[^']*')*[^']*$)"))
                .filter(word -> !word.isEmpty())
                .map(word -> word.replace("'", "").replace("{}", folder.toString()))
                .toArray(String[]::new);
        String[] arguments = Arrays.copyOf(fixed, fixed.length + more.length);
        for (int i = 0; i < more.length; i++) arguments[fixed.length + i] = more[i].toString();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = Main.run(arguments, console(stdin, out, err));
        return new Ran(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    public static Console console(String stdin, OutputStream out, OutputStream err) {
        return new Console(new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)), out, err, false, true);
    }

    /// Writes a file into the test's folder.
    public Path file(String name, String text) {
        return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    public Path file(String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public Path folder() {
        return folder;
    }
}
