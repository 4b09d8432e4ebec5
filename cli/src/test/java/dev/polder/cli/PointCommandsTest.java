package dev.polder.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import dev.polder.cli.text.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `get`, `put`, `delete`, and how bytes look.
class PointCommandsTest {
    private Shell shell;

    @BeforeEach
    void folder(@TempDir Path folder) {
        shell = new Shell(folder);
    }

    @Test
    void whatWasPutIsGot() {
        shell.polder("put {}/s --space notes monday 'buy milk'").exits(Exit.OK).prints("");
        shell.polder("get {}/s --space notes monday").exits(Exit.OK).prints("buy milk\n");
        shell.polder("put {}/s --space notes monday again").exits(Exit.OK);
        shell.polder("get {}/s --space notes monday").exits(Exit.OK).prints("again\n");
    }

    @Test
    void creatingAStoreOrASpaceIsAnnounced() {
        Shell.Ran first = shell.polder("put {}/s --space notes k v").exits(Exit.OK);
        assertThat(first.err()).contains("created a store in", "created space 'notes'");
        Shell.Ran second = shell.polder("put {}/s --space notes k v").exits(Exit.OK);
        assertThat(second.err()).isEmpty();
    }

    @Test
    void aMissingKeyIsNo() {
        shell.polder("put {}/s --space notes k v");
        shell.polder("get {}/s --space notes kk").exits(Exit.NO).prints("").complains("no key 'kk'", "space 'notes'");
        shell.polder("delete {}/s --space notes kk").exits(Exit.NO).complains("no key 'kk'");
    }

    @Test
    void deletedIsGone() {
        shell.polder("put {}/s --space notes k v");
        shell.polder("delete {}/s --space notes k").exits(Exit.OK).prints("");
        shell.polder("get {}/s --space notes k").exits(Exit.NO);
    }

    @Test
    void theOnlySpaceNeedNotBeNamed() {
        shell.polder("put {}/s --space notes k v");
        shell.polder("get {}/s k").exits(Exit.OK).prints("v\n");
        shell.polder("put {}/s --space more k v");
        shell.polder("get {}/s k").exits(Exit.USAGE).complains("which space?", "more, notes");
    }

    @Test
    void aMissingSpaceIsNoAndNamesThoseThereAre() {
        shell.polder("put {}/s --space notes k v");
        shell.polder("get {}/s --space nodes k").exits(Exit.NO).complains("no space 'nodes'", "there is: notes");
        shell.polder("spaces {}/s").prints("notes\n");
    }

    @Test
    void controlCharactersDoNotReachTheTerminal() {
        shell.polder("put {}/s --space notes", "a\tb\u001b[2J", "line\nline\u202e");
        shell.polder("scan {}/s").prints("a\\tb\\u001b[2J\tline\\nline\\u202e\n");
    }

    @Test
    void bytesThatAreNoTextAreShownInHexadecimal() {
        shell.polder("put {}/s --space notes --hex 00ff", "v").exits(Exit.OK);
        shell.polder("scan {}/s").prints("0x00ff\tv\n");
        shell.polder("scan {}/s --hex").prints("00ff\tv\n");
        shell.polder("get {}/s --hex 0x00FF").prints("v\n");
        shell.polder("get {}/s --hex 0x00FF --json").prints("{\"keyHex\":\"00ff\",\"value\":\"v\"}\n");
        shell.polder("get {}/s --hex abc").exits(Exit.USAGE).complains("'abc' is not hexadecimal");
    }

    @Test
    void rawGivesBackExactlyWhatAFileHeld() throws IOException {
        byte[] bytes = new byte[100_000];
        for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) ((i * 31) >> 3);
        Path file = shell.file("picture.bin", bytes);
        shell.polder("put {}/s --space files picture --value-file", file).exits(Exit.OK);

        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] get = {"get", shell.folder().resolve("s").toString(), "--raw", "picture"};
        assertThat(Main.run(get, Shell.console("", out, System.err))).isEqualTo(Exit.OK);
        assertThat(out.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void aValueMayComeFromAPipe() {
        shell.run("from a pipe", "put {}/s --space notes k --value-file -").exits(Exit.OK);
        shell.polder("get {}/s k").prints("from a pipe\n");
    }

    @Test
    void aValueIsSaidExactlyOnce() {
        shell.polder("put {}/s --space notes k").exits(Exit.USAGE).complains("say the value once");
        shell.polder("put {}/s --space notes k v --value-file f")
                .exits(Exit.USAGE)
                .complains("say the value once");
        assertThat(shell.folder().resolve("s")).doesNotExist();
    }

    @Test
    void aValueFileThatIsNotThereIsAnIoError() {
        shell.polder("put {}/s --space notes k --value-file {}/none")
                .exits(Exit.IO)
                .complains("no such file", "none");
        assertThat(shell.folder().resolve("s")).doesNotExist();
    }

    @Test
    void oversizedKeysAndValuesAreRefusedByName() {
        shell.polder("put {}/s --space notes", "k".repeat(3000), "v")
                .exits(Exit.USAGE)
                .complains("2048");
        Path file = shell.file("big", new byte[3 << 20]);
        shell.polder("put {}/s --space notes k --value-file", file)
                .exits(Exit.USAGE)
                .complains("3145728");
    }

    @Test
    void jsonValuesAreEmbeddedDigitForDigitAndOnOneLine() throws IOException {
        shell.polder("put {}/s --space notes k", "{\"a\": 1.10,\n \"b\": [1e400, 123456789012345678901234567890]}");
        String out = shell.polder("get {}/s k --json").exits(Exit.OK).out();
        assertThat(out)
                .isEqualTo("{\"key\":\"k\",\"value\":{\"a\":1.10,\"b\":[1e400,123456789012345678901234567890]}}\n");
        assertParses(out);
    }

    @Test
    void valuesThatOnlyLookLikeJsonAreStrings() throws IOException {
        for (String value : new String[] {"{\"a\":1", "{} {}", "[1,]", "12", "\"x\"", "{a:1}", "", "[".repeat(5000)}) {
            shell.polder("put {}/s --space notes k", value).exits(Exit.OK);
            String out = shell.polder("get {}/s k --json").exits(Exit.OK).out();
            assertParses(out);
            assertThat(out).startsWith("{\"key\":\"k\",\"value\":\"");
        }
    }

    @Test
    void keysBeginningWithDashesOrAtSignsAreKeys() {
        shell.polder("put {}/s --space notes @file v").exits(Exit.OK);
        shell.polder("get {}/s @file").prints("v\n");
        shell.polder("put {}/s --space notes -- --json v").exits(Exit.OK);
        shell.polder("get {}/s -- --json").prints("v\n");
    }

    @Test
    void unicodeKeysSortByTheirBytes() {
        for (String key : new String[] {"ä", "z", "日本", "🦆", "a"}) shell.polder("put {}/s --space notes", key, key);
        shell.polder("scan {}/s --keys-only").prints("a\nz\nä\n日本\n🦆\n");
    }

    @Test
    void aKeyTheLocaleDestroyedIsNotStored() {
        shell.polder("put {}/s --space notes", "Z\ufffdrich", "v")
                .exits(Exit.USAGE)
                .complains("LC_ALL=C.UTF-8");
    }

    private static void assertParses(String line) throws IOException {
        try (JsonParser parser = Json.FACTORY.createParser(line.getBytes(StandardCharsets.UTF_8))) {
            while (parser.nextToken() != null) {
                // the parser throws at what is no JSON
            }
        }
        assertThat(line).endsWith("\n").hasLineCount(1);
    }
}
