package dev.polder.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.cli.Exit;
import dev.polder.cli.Shell;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `polder load` of JSON arrays, sequences and lines.
class LoadJsonTest {
    private Shell shell;

    @BeforeEach
    void folder(@TempDir Path folder) {
        shell = new Shell(folder);
    }

    private Shell.Ran load(String name, String text, String options) {
        return shell.polder("load {}/s --space x " + options, shell.file(name, text));
    }

    private void holds(String... lines) {
        shell.polder("scan {}/s --space x").exits(Exit.OK).prints(String.join("\n", lines) + "\n");
    }

    @Test
    void arraysSequencesAndLinesAreTold() {
        String[] same = {
            "[{\"k\":1,\"v\":\"a\"},{\"k\":2,\"v\":\"b\"}]",
            "\ufeff [\n {\"k\": 1,\n  \"v\": \"a\"},\n {\"k\": 2, \"v\": \"b\"}\n]\n",
            "{\"k\":1,\"v\":\"a\"}\n{\"k\":2,\"v\":\"b\"}\n",
            "{\"k\":1,\n\"v\":\"a\"}{\"k\":2,\"v\":\"b\"}"
        };
        for (String text : same) {
            load("in.json", text, "--key k").exits(Exit.OK);
            holds("1\t{\"k\":1,\"v\":\"a\"}", "2\t{\"k\":2,\"v\":\"b\"}");
            shell.polder("drop {}/s --space x --yes").exits(Exit.OK);
        }
        load("in.jsonl", "{\"k\": 1, \"v\": \"a\"}\r\n\n{\"k\":2,\"v\":\"b\"}", "--key k")
                .exits(Exit.OK);
        holds("1\t{\"k\":1,\"v\":\"a\"}", "2\t{\"k\":2,\"v\":\"b\"}");
    }

    @Test
    void valuesKeepEveryDigitAndEveryCharacter() {
        String record = "{\"k\":\"a\",\"n\":[1.10,1e400,-0,123456789012345678901234567890],\"t\":\"é🦆\\u0000\\n\","
                + "\"o\":{\"deep\":[{\"x\":null},true]}}";
        load("in.json", "[" + record + "]", "--key k").exits(Exit.OK);
        shell.polder("get {}/s a").prints(record + "\n");
    }

    @Test
    void emptyFilesHoldNothing() {
        for (String text : new String[] {"", " \n", "[]", "[ ]\n"}) {
            assertThat(load("in.json", text, "--key k").exits(Exit.OK).out()).startsWith("0 records");
        }
        assertThat(load("in.jsonl", "\n\n", "--key k").exits(Exit.OK).out()).startsWith("0 records");
    }

    @Test
    void nestedFieldsCanBeKeys() {
        load("in.json", "[{\"p\":{\"code\":\"x\",\"q\":[{\"code\":\"no\"}]},\"n\":7}]", "--key p.code,n")
                .exits(Exit.OK);
        shell.polder("scan {}/s --keys-only").prints("x/7\n");
        load("in.json", "[{\"a.b\":\"dotted\",\"a\":{\"c\":1}}]", "--key a.b").exits(Exit.OK);
        load("in.json", "[{\"a.b\":{\"c\":\"deep\"}}]", "--key a\\.b.c").exits(Exit.OK);
        shell.polder("scan {}/s --keys-only").prints("deep\ndotted\nx/7\n");
    }

    @Test
    void oneOfSeveralKeyFieldsMayBeEmptyButNotMissing() {
        load("in.json", "[{\"a\":\"\",\"b\":\"x\"}]", "--key a,b").exits(Exit.OK);
        shell.polder("scan {}/s --keys-only").prints("/x\n");
        load("in.json", "[{\"a\":\"\"}]", "--key a,b").exits(Exit.NO).complains("no key field 'b'");
    }

    @Test
    void scalarsOfAllKindsAreKeys() {
        load("in.json", "[{\"k\":true},{\"k\":1.50},{\"k\":-3},{\"k\":\"ü\"}]", "--key k")
                .exits(Exit.OK);
        shell.polder("scan {}/s --keys-only").prints("-3\n1.50\ntrue\nü\n");
    }

    @Test
    void recordsWithoutTheKeyAreNamed() {
        String text = "[{\"k\":1},\n {\"v\":2},\n {\"k\":null}, {\"k\":{}}, {\"k\":\"\"}, {\"k\":[]}, 7, {\"k\":8}]";
        load("in.json", text, "--key k")
                .exits(Exit.NO)
                .complains(
                        "in.json line 2, column 2",
                        "no key field 'k'",
                        "Its fields are: v",
                        "the 1 record before it is in");
        Shell.Ran ran = load("in.json", text, "--key k --skip-bad").exits(Exit.OK);
        assertThat(ran.err())
                .contains("line 3, column 2: the key field 'k' is null")
                .contains("line 3, column 14: the key field 'k' is an object")
                .contains("the key field 'k' is empty")
                .contains("the key field 'k' is an array")
                .contains("a record is a JSON object, and this is a number");
        shell.polder("scan {}/s --keys-only").prints("1\n8\n");
    }

    @Test
    void malformedJsonIsFoundByLineAndColumn() {
        load("in.json", "[{\"k\":1},\n{\"k\":2,\n oops}]", "--key k")
                .exits(Exit.NO)
                .complains("in.json line 3, column 2", "not JSON", "the 1 record before it is in");
        shell.polder("scan {}/s --keys-only").prints("1\n");
    }

    @Test
    void aFileCutOffIsFound() {
        load("in.json", "[{\"k\":1},{\"k\":2", "--key k").exits(Exit.NO).complains("in.json line 1", "not JSON");
        load("in.json", "[{\"k\":1},{\"k\":2}", "--key k").exits(Exit.NO).complains("the 2 records before it are in");
        load("in.json", "[{\"k\":1}] [{\"k\":2}]", "--key k").exits(Exit.NO).complains("follows the end of the array");
    }

    @Test
    void badLinesCanBePassedOver() {
        String text = "{\"k\":1}\nnonsense\n{\"k\":2} {\"k\":3}\n{\"k\":4\n{\"k\":5}\n";
        load("in.jsonl", text, "--key k")
                .exits(Exit.NO)
                .complains("in.jsonl line 2", "not JSON", "the 1 record before it is in");
        Shell.Ran ran = load("in.jsonl", text, "--key k --skip-bad").exits(Exit.OK);
        assertThat(ran.err()).contains("in.jsonl line 2", "in.jsonl line 3, column 9", "in.jsonl line 4");
        assertThat(ran.out()).contains("skipped: 3 bad records");
        shell.polder("scan {}/s --keys-only").prints("1\n5\n");
    }

    @Test
    void invalidUtf8IsFound() {
        byte[] bytes = "[{\"k\":1},\n{\"k\":\"?\"}]".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        bytes[bytes.length - 4] = (byte) 0xfc;
        shell.polder("load {}/s --space x --key k", shell.file("in.json", bytes))
                .exits(Exit.NO)
                .complains("in.json line 2", "UTF-8", "the 1 record before it is in");
    }

    @Test
    void recordsMayLieDeeperInTheFile() {
        String text =
                "{\"type\":\"c\",\"meta\":{\"items\":[0]},\"data\":{\"n\":1,\"items\":[{\"k\":1},{\"k\":2}]},\"end\":[3]}";
        load("in.json", text, "--key k --records data.items").exits(Exit.OK);
        holds("1\t{\"k\":1}", "2\t{\"k\":2}");
        load("in.json", text, "--key k --records data.things").exits(Exit.NO).complains("no array 'data.things'");
        load("in.json", text, "--key k --records type").exits(Exit.NO).complains("no array 'type'");
    }

    @Test
    void theArrayOfRecordsIsGuessed() {
        load("in.json", "{\"type\":\"c\",\"features\":[{\"k\":1}],\"bbox\":[1]}", "--key k")
                .exits(Exit.NO)
                .complains("--records features", "nothing was stored");
        assertThat(shell.folder().resolve("s")).doesNotExist();
    }

    @Test
    void recordsTooLargeAreRefusedAndTheRestGoesOn() {
        for (int megabytes : new int[] {2, 5}) {
            String text = "[{\"k\":1},{\"k\":2,\"v\":[" + ("\"" + "x".repeat(1 << 20) + "\",").repeat(megabytes)
                    + "0]},{\"k\":3}]";
            load("in.json", text, "--key k").exits(Exit.NO).complains("in.json line 1, column 10");
            load("in.json", text, "--key k --skip-bad").exits(Exit.OK);
            shell.polder("scan {}/s --keys-only").prints("1\n3\n");
        }
    }

    @Test
    void aStringWithoutEndDoesNotFillTheHeap() {
        load("in.json", "[{\"k\":1},{\"k\":\"" + "x".repeat(9 << 20), "--key k")
                .exits(Exit.NO)
                .complains("not JSON", "the 1 record before it is in");
        load("in.jsonl", "{\"k\":2}\n{\"k\":\"" + "x".repeat(9 << 20), "--key k")
                .exits(Exit.NO)
                .complains("in.jsonl line 2", "longer than 4 MiB");
        shell.polder("scan {}/s --keys-only").prints("1\n2\n");
    }

    @Test
    void depthIsBounded() {
        load("in.json", "[" + "{\"a\":".repeat(5000), "--key k").exits(Exit.NO).complains("not JSON", "nest");
    }
}
