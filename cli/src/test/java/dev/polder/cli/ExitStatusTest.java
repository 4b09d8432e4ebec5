package dev.polder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.Budget;
import dev.polder.Engine;
import dev.polder.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a script sees of a command that is refused: the status of the process, one line on stderr, nothing on stdout.
class ExitStatusTest {
    @TempDir
    Path folder;

    @Test
    void theProcessEndsWithTheDocumentedStatus() throws Exception {
        Path store = folder.resolve("s");
        refused(Exit.REFUSED, "16MiB", "put", store, "--space", "x", "k", "v", "--budget", "1m");
        assertThat(store).doesNotExist();
        refused(Exit.REFUSED, "not a store", "get", folder.resolve("none"), "--space", "x", "k");
        Path file = Files.writeString(folder.resolve("file"), "a file");
        refused(Exit.REFUSED, "is a file", "get", file, "--space", "x", "k");
        refused(Exit.IO, "no such file", "load", store, "--space", "x", "--number", folder.resolve("none.csv"));
        assertThat(run("put", store, "--space", "x", "k", "v"))
                .satisfies(ran -> assertThat(ran.status).as(ran.err).isEqualTo(Exit.OK));
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store _ = engine.store(store)) {
            refused(Exit.REFUSED, "open in another process", "put", store, "--space", "x", "k", "v");
            refused(Exit.REFUSED, "--watch` shows", "stats", store);
        }
        assertThat(run("get", store, "--space", "x", "k")).isEqualTo(new Ran(Exit.OK, "v\n", ""));
    }

    private record Ran(int status, String out, String err) {}

    private void refused(int status, String part, Object... words) throws Exception {
        Ran ran = run(words);
        assertThat(ran.status).as(ran.err).isEqualTo(status);
        assertThat(ran.out).isEmpty();
        assertThat(ran.err).startsWith("polder: ").contains(part).hasLineCount(1);
    }

    private Ran run(Object... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Xmx96m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        for (Object word : words) command.add(word.toString());
        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        int status = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start()
                .waitFor();
        return new Ran(
                status, Files.readString(out, StandardCharsets.UTF_8), Files.readString(err, StandardCharsets.UTF_8));
    }
}
