package dev.polder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `scan` and `count`: prefixes, ranges, both directions, and a reader that leaves.
class RangeCommandsTest {
    private Shell shell;

    @BeforeEach
    void store(@TempDir Path folder) {
        shell = new Shell(folder);
        StringBuilder csv = new StringBuilder("k\n");
        for (String key : new String[] {"a", "ab", "abc", "abd", "b", "ba"})
            csv.append(key).append('\n');
        shell.polder("load {}/s --space x --key k", shell.file("k.csv", csv.toString()))
                .exits(Exit.OK);
    }

    private void keys(String options, String... expected) {
        String lines = expected.length == 0 ? "" : String.join("\n", expected) + "\n";
        shell.polder("scan {}/s --keys-only " + options).exits(Exit.OK).prints(lines);
        if (!options.contains("--limit") && !options.contains("--reverse")) {
            shell.polder("count {}/s " + options).exits(Exit.OK).prints(expected.length + "\n");
        }
    }

    @Test
    void everythingInOrder() {
        keys("", "a", "ab", "abc", "abd", "b", "ba");
        keys("--reverse", "ba", "b", "abd", "abc", "ab", "a");
    }

    @Test
    void prefixes() {
        keys("--prefix ab", "ab", "abc", "abd");
        keys("--prefix ab --reverse", "abd", "abc", "ab");
        keys("--prefix c");
        keys("--prefix ''", "a", "ab", "abc", "abd", "b", "ba");
    }

    @Test
    void rangesIncludeFromAndExcludeTo() {
        keys("--from ab --to b", "ab", "abc", "abd");
        keys("--from abcc", "abd", "b", "ba");
        keys("--to ab", "a");
        keys("--from b --to a");
        keys("--from b --to b");
    }

    @Test
    void prefixAndRangeIntersect() {
        keys("--prefix ab --from abc", "abc", "abd");
        keys("--prefix ab --to abd", "ab", "abc");
        keys("--prefix ab --from b");
        keys("--prefix ab --from a --to z --reverse", "abd", "abc", "ab");
    }

    @Test
    void limits() {
        keys("--limit 2", "a", "ab");
        keys("--limit 2 --reverse", "ba", "b");
        keys("--limit 0");
        keys("--limit 99 --prefix b", "b", "ba");
    }

    @Test
    void prefixesOfHighBytesHaveNoEnd() {
        shell.polder("put {}/s --space x --hex ffff v").exits(Exit.OK);
        shell.polder("put {}/s --space x --hex ff v").exits(Exit.OK);
        shell.polder("scan {}/s --hex --keys-only --prefix ff").prints("ff\nffff\n");
        shell.polder("scan {}/s --hex --keys-only --prefix ffff").prints("ffff\n");
        shell.polder("count {}/s --hex --prefix fe").prints("0\n");
    }

    @Test
    void linesOfJson() {
        shell.polder("scan {}/s --prefix abd --json").prints("{\"key\":\"abd\",\"value\":{\"k\":\"abd\"}}\n");
        shell.polder("scan {}/s --prefix ab --json --keys-only --limit 1").prints("{\"key\":\"ab\"}\n");
        shell.polder("count {}/s --prefix ab --json").prints("{\"space\":\"x\",\"count\":3}\n");
    }

    @Test
    void aReaderThatLeavesEndsTheScanQuietly() {
        for (String json : new String[] {"", "--json"}) {
            Pipe head = new Pipe("Broken pipe", 3);
            Shell.Ran ran = run(head, "scan", store(), "--keys-only", json);
            assertThat(ran.status()).isEqualTo(Exit.OK);
            assertThat(ran.err()).isEmpty();
        }
    }

    @Test
    void aFullDiskBehindStdoutIsAnError() {
        Pipe disk = new Pipe("No space left on device", 3);
        Shell.Ran ran = run(disk, "scan", store());
        ran.exits(Exit.IO).complains("standard output: No space left on device");
    }

    private String store() {
        return shell.folder().resolve("s").toString();
    }

    private static Shell.Ran run(OutputStream out, String... words) {
        var err = new java.io.ByteArrayOutputStream();
        String[] arguments =
                java.util.Arrays.stream(words).filter(word -> !word.isEmpty()).toArray(String[]::new);
        int status = Main.run(arguments, Shell.console("", out, err));
        return new Shell.Ran(status, "", err.toString(java.nio.charset.StandardCharsets.UTF_8));
    }

    /// Takes some bytes and then fails, as a pipe does whose reader left.
    private static final class Pipe extends OutputStream {
        private final String failure;
        private int room;

        Pipe(String failure, int room) {
            this.failure = failure;
            this.room = room;
        }

        @Override
        public void write(int b) throws IOException {
            if (room-- <= 0) throw new IOException(failure);
        }
    }
}
