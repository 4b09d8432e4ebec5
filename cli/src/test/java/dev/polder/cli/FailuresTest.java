package dev.polder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.Budget;
import dev.polder.Engine;
import dev.polder.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Every way to fail: one line on stderr, the documented exit status, and nothing created.
class FailuresTest {
    private Shell shell;

    @BeforeEach
    void folder(@TempDir Path folder) {
        shell = new Shell(folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get {}/none --space x k",
                "delete {}/none --space x k",
                "scan {}/none",
                "count {}/none",
                "stats {}/none",
                "memory {}/none",
                "verify {}/none",
                "spaces {}/none",
                "drop {}/none --space x --yes"
            })
    void aReaderOfWhatIsNoStoreCreatesNothing(String command) {
        shell.polder(command).exits(Exit.REFUSED).prints("").complains("none");
        assertThat(shell.folder().resolve("none")).doesNotExist();
    }

    @Test
    void anEmptyFolderIsNoStoreAndStaysEmpty() throws IOException {
        Path empty = Files.createDirectory(shell.folder().resolve("empty"));
        shell.polder("get {}/empty --space x k").exits(Exit.REFUSED).complains("empty");
        try (Stream<Path> inside = Files.list(empty)) {
            assertThat(inside).isEmpty();
        }
    }

    @Test
    void aFolderOfOtherThingsIsNotMadeAStore() throws IOException {
        Path other = Files.createDirectory(shell.folder().resolve("home"));
        Files.writeString(other.resolve("thesis.txt"), "years of work");
        shell.polder("put {}/home --space x k v").exits(Exit.REFUSED).complains("home");
        try (Stream<Path> inside = Files.list(other)) {
            assertThat(inside).containsExactly(other.resolve("thesis.txt"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "put {}/photo.jpg --space x k v",
                "put {}/photo.jpg/below --space x k v",
                "get {}/photo.jpg --space x k",
                "load {}/photo.jpg --space x --key id {}/some.csv"
            })
    void aFileIsNoStoreAndStaysAsItIs(String command) throws IOException {
        Path photo = shell.file("photo.jpg", "a photo");
        shell.file("some.csv", "id\n1\n");
        Shell.Ran ran =
                shell.polder(command).exits(Exit.REFUSED).prints("").complains("not a store", photo + " is a file");
        assertThat(ran.err()).doesNotContain("java.").doesNotContain("0 records");
        assertThat(photo).hasContent("a photo");
    }

    /// Nobody but the manifest knows that it was there.
    @Test
    void aMissingFileOfRunsIsDamage() throws IOException {
        Path directory = shell.folder().resolve("s");
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            store.keyValues("x").put(new byte[] {'k'}, new byte[] {'v'});
            store.flush();
        }
        Path run;
        try (Stream<Path> files = Files.list(directory)) {
            run = files.filter(file -> file.getFileName().toString().startsWith("run-"))
                    .findFirst()
                    .orElseThrow();
        }
        Files.delete(run);
        for (String command : new String[] {"get {}/s --space x k", "put {}/s --space x k w"}) {
            shell.polder(command).exits(Exit.NO).complains("corrupt data", run.toString(), "missing", "backup");
        }
        Shell.Ran verify =
                shell.polder("verify {}/s").exits(Exit.NO).complains("1 place", "cannot be opened", "backup");
        assertThat(verify.out()).contains(run.toString(), "missing");
    }

    @Test
    void aStoreThatIsOpenElsewhereIsRefused() {
        shell.polder("put {}/s --space x k v").exits(Exit.OK);
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store _ = engine.store(shell.folder().resolve("s"))) {
            shell.polder("put {}/s --space x k v").exits(Exit.REFUSED).complains("s");
        }
        shell.polder("put {}/s --space x k v").exits(Exit.OK);
    }

    @Test
    void aBudgetThatIsTooSmallNamesTheMinimum() {
        shell.polder("put {}/s --space x k v --budget 1MiB").exits(Exit.REFUSED).complains("16MiB");
        assertThat(shell.folder().resolve("s")).doesNotExist();
    }

    @Test
    void aBudgetThatIsNoSizeIsMisunderstood() {
        shell.polder("put {}/s --space x k v --budget lots").exits(Exit.USAGE).complains("lots");
    }

    @Test
    void anIntactStoreIsCalledIntact() {
        shell.polder("put {}/s --space x k v").exits(Exit.OK);
        assertThat(shell.polder("verify {}/s").exits(Exit.OK).out()).startsWith("intact: ");
        assertThat(shell.polder("verify {}/s --json").exits(Exit.OK).out()).startsWith("{\"intact\":true,");
    }

    @Test
    void aFlippedBitIsFoundAndItsPlaceNamed() throws IOException {
        Path csv = shell.file("in.csv", "k,v\n" + rows(20_000));
        shell.polder("load {}/s --space x --key k", csv).exits(Exit.OK);
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(shell.folder().resolve("s"))) {
            store.flush();
        }
        Path run = largestRun();
        byte[] bytes = Files.readAllBytes(run);
        bytes[bytes.length / 2] ^= 1;
        Files.write(run, bytes);

        String name = run.getFileName().toString();
        Shell.Ran verify = shell.polder("verify {}/s").exits(Exit.NO).complains("is damaged in at least 1 place");
        assertThat(verify.out())
                .contains("corrupt data: file=", name + " offset=")
                .hasLineCount(1);
        assertThat(shell.polder("verify {}/s --json").exits(Exit.NO).out())
                .startsWith("{\"intact\":false,")
                .contains(name)
                .hasLineCount(1);
        shell.polder("count {}/s").exits(Exit.NO).prints("").complains("corrupt data", name);
    }

    /// Whoever is told to run `polder verify` learns something from it, though the store does not open.
    @Test
    void damageOfTheLogIsNamedThoughTheStoreDoesNotOpen() throws IOException {
        Path directory = shell.folder().resolve("s");
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            store.keyValues("x").put(new byte[] {'k'}, new byte[] {'v'});
            store.flush();
            store.keyValues("x").put(new byte[] {'l'}, new byte[] {'w'});
        }
        Path log = flipped(newest("log-"), 4096 + 50);
        for (String command : new String[] {"get {}/s --space x k", "put {}/s --space x k w"}) {
            shell.polder(command).exits(Exit.NO).complains("corrupt data", log.toString(), "run `polder verify`");
        }
        Shell.Ran verify = shell.polder("verify {}/s")
                .exits(Exit.NO)
                .complains("is damaged in at least 1 place, and cannot be opened. Restore the store from a backup");
        assertThat(verify.err()).doesNotContain("polder verify");
        assertThat(verify.out()).contains(log + " offset=").hasLineCount(1);

        Path run = flipped(newest("run-"), 10);
        verify = shell.polder("verify {}/s").exits(Exit.NO).complains("in at least 2 places, and cannot be opened");
        assertThat(verify.out()).contains(log + " offset=", run + " offset=").hasLineCount(2);
        assertThat(shell.polder("verify {}/s --json").exits(Exit.NO).out())
                .startsWith("{\"intact\":false,\"files\":1,")
                .contains(log.toString(), run.toString());
    }

    @Test
    void soIsAManifestThatCannotBeRead() throws IOException {
        shell.polder("put {}/s --space x k v").exits(Exit.OK);
        for (String copy : new String[] {"-a", "-b"}) {
            try (Stream<Path> files = Files.list(shell.folder().resolve("s"))) {
                for (Path file :
                        files.filter(at -> at.toString().endsWith(copy)).toList()) flipped(file, 60);
            }
        }
        shell.polder("get {}/s k").exits(Exit.NO).complains("corrupt data", "manifest-");
        Shell.Ran verify = shell.polder("verify {}/s").exits(Exit.NO).complains("1 place, and cannot be opened");
        assertThat(verify.out()).contains("manifest-", "no valid first edit").hasLineCount(1);
    }

    /// The newest of the files whose names begin so.
    private Path newest(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(shell.folder().resolve("s"))) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    private static Path flipped(Path file, int at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[at] ^= 1;
        return Files.write(file, bytes);
    }

    private static String rows(int count) {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < count; i++) rows.append(i).append(",some text to fill a few blocks with\n");
        return rows.toString();
    }

    private Path largestRun() throws IOException {
        try (Stream<Path> files = Files.list(shell.folder().resolve("s"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("run-"))
                    .max(Comparator.comparingLong(file -> file.toFile().length()))
                    .orElseThrow();
        }
    }

    @Test
    void unknownCommandsSuggestTheOneThatWasMeant() {
        shell.polder("lod {}/s").exits(Exit.USAGE).complains("no command 'lod'", "'load'");
        shell.polder("get").exits(Exit.USAGE).complains("DIR", "polder help get");
        shell.polder("get {}/s k --nope").exits(Exit.USAGE).complains("--nope");
        shell.polder("").exits(Exit.USAGE).prints("");
    }

    @Test
    void dropNeedsAYes() {
        shell.polder("put {}/s --space x k v");
        shell.polder("drop {}/s --space x").exits(Exit.USAGE).complains("nothing was deleted", "holds 1 key", "--yes");
        shell.polder("get {}/s k").prints("v\n");
        shell.polder("drop {}/s --space y --yes").exits(Exit.NO).complains("no space 'y'");
        shell.polder("drop {}/s --space x --yes").exits(Exit.OK);
        shell.polder("spaces {}/s").prints("");
    }

    @Test
    void debugAddsTheStackTrace() {
        Shell.Ran ran = shell.polder("get {}/none --space x k --debug").exits(Exit.REFUSED);
        assertThat(ran.err()).contains("\tat dev.polder");
    }

    @Test
    void everyCommandExplainsItselfByExample() {
        String help = shell.polder("help").exits(Exit.OK).out();
        String[] commands = help.lines()
                .dropWhile(line -> !line.startsWith("Commands"))
                .skip(1)
                .takeWhile(line -> !line.isEmpty())
                .map(line -> line.strip().replaceFirst(" .*", ""))
                .toArray(String[]::new);
        assertThat(commands).contains("demo", "load", "get", "verify", "help");
        for (String command : commands) {
            if (command.equals("help")) continue;
            String text = shell.polder("help " + command).exits(Exit.OK).out();
            assertThat(text).as(command).contains("Examples:", "  polder " + command + " ");
            shell.polder(command + " --help").exits(Exit.OK).prints(text);
        }
    }

    @Test
    void versionIsOneLine() {
        assertThat(shell.polder("--version").exits(Exit.OK).out())
                .startsWith("polder ")
                .hasLineCount(1);
    }

    @Test
    void theWarmUpForTheLauncherRunsThrough() {
        shell.polder("warm-up").exits(Exit.OK).prints("");
        assertThat(shell.polder("help").out()).doesNotContain("warm-up", "demo-writer");
    }

    @Test
    void storeWideCommandsAnswer() {
        shell.polder("put {}/s --space x k v");
        shell.polder("put {}/s --space y k v");
        shell.polder("spaces {}/s --count").prints("x\t1\ny\t1\n");
        shell.polder("spaces {}/s --json").prints("{\"space\":\"x\"}\n{\"space\":\"y\"}\n");
        assertThat(shell.polder("memory").exits(Exit.OK).out()).startsWith("budget 64 MiB = ");
        assertThat(shell.polder("memory --budget 16MiB --json").exits(Exit.OK).out())
                .startsWith("{\"budgetBytes\":16777216,");
        assertThat(shell.polder("stats {}/s").exits(Exit.OK).out()).contains("space ", "log ");
        assertThat(shell.polder("stats {}/s --json").exits(Exit.OK).out()).startsWith("{\"spaces\":[{\"space\":\"x\",");
    }
}
