package dev.polder.cli.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.cli.Exit;
import dev.polder.cli.Shell;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `polder load` of CSV: what arrives, and what is said about what does not.
class LoadCsvTest {
    private Shell shell;

    @BeforeEach
    void folder(@TempDir Path folder) {
        shell = new Shell(folder);
    }

    private Shell.Ran load(String csv, String options) {
        return shell.polder("load {}/s --space x " + options, shell.file("in.csv", csv));
    }

    private void holds(String... lines) {
        shell.polder("scan {}/s --space x").exits(Exit.OK).prints(String.join("\n", lines) + "\n");
    }

    @Test
    void rowsBecomeObjectsOfStrings() {
        Shell.Ran ran = load("zip,city,lat\n00501,Holtsville,40.90\n99950,Ketchikan,55.5\n", "--key zip");
        ran.exits(Exit.OK);
        assertThat(ran.out()).startsWith("2 records (").contains("into space 'x'");
        holds(
                "00501\t{\"zip\":\"00501\",\"city\":\"Holtsville\",\"lat\":\"40.90\"}",
                "99950\t{\"zip\":\"99950\",\"city\":\"Ketchikan\",\"lat\":\"55.5\"}");
    }

    @Test
    void quotesDelimitersAndLineEndsInsideFieldsSurvive() {
        load("k,v\r\n1,\"a,b\"\r\n2,\"say \"\"hi\"\"\"\r\n3,\"two\nlines\"\r\n4,\"\"\r\n", "--key k")
                .exits(Exit.OK);
        holds(
                "1\t{\"k\":\"1\",\"v\":\"a,b\"}",
                "2\t{\"k\":\"2\",\"v\":\"say \\\"hi\\\"\"}",
                "3\t{\"k\":\"3\",\"v\":\"two\\nlines\"}",
                "4\t{\"k\":\"4\",\"v\":\"\"}");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstName() {
        load("\ufeffk,v\n1,a\n", "--key k").exits(Exit.OK);
        holds("1\t{\"k\":\"1\",\"v\":\"a\"}");
    }

    @Test
    void utf16IsReadByItsMark() {
        Path file = shell.file("in.csv", "\ufeffk,v\n1,é\n".getBytes(StandardCharsets.UTF_16LE));
        shell.polder("load {}/s --space x --key k", file).exits(Exit.OK);
        holds("1\t{\"k\":\"1\",\"v\":\"é\"}");
    }

    @Test
    void otherEncodingsAreNamed() {
        byte[] bytes = "k,v\n1,abc\n2,Zürich\n".getBytes(Charset.forName("windows-1252"));
        Path file = shell.file("in.csv", bytes);
        shell.polder("load {}/s --space x --key k", file)
                .exits(Exit.NO)
                .complains("in.csv line 3", "byte 0xfc is not UTF-8", "--encoding windows-1252");
        shell.polder("load {}/s --space x --key k --encoding windows-1252", file)
                .exits(Exit.OK);
        shell.polder("get {}/s 2").prints("{\"k\":\"2\",\"v\":\"Zürich\"}\n");
        shell.polder("load {}/s --space x --key k --encoding klingon", file)
                .exits(Exit.USAGE)
                .complains("klingon");
    }

    @Test
    void emptyFilesAndEmptyTablesHoldNothing() {
        assertThat(load("", "--key k").exits(Exit.OK).out()).startsWith("0 records");
        assertThat(load("k,v\n", "--key k").exits(Exit.OK).out()).startsWith("0 records");
        shell.polder("count {}/s --space x").prints("0\n");
    }

    @Test
    void theLastLineNeedsNoEnd() {
        load("k,v\n1,a\n2,b", "--key k").exits(Exit.OK);
        shell.polder("count {}/s").prints("2\n");
    }

    @Test
    void aMissingColumnNamesThoseThereAre() {
        load("zip,city\n1,a\n", "--key code").exits(Exit.NO).complains("'code'", "zip, city", "nothing was stored");
        assertThat(shell.folder().resolve("s")).doesNotExist();
    }

    @Test
    void aWrongDelimiterIsSuspected() {
        load("zip;city\n1;a\n", "--key zip").exits(Exit.NO).complains("';'", "--delimiter");
        load("zip;city\n1;a\n", "--key zip --delimiter ;").exits(Exit.OK);
        holds("1\t{\"zip\":\"1\",\"city\":\"a\"}");
    }

    @Test
    void tabbedFilesHaveTabs() {
        shell.polder("load {}/s --space x --key k", shell.file("in.tsv", "k\tv\n1\ta,b\n"))
                .exits(Exit.OK);
        holds("1\t{\"k\":\"1\",\"v\":\"a,b\"}");
    }

    @Test
    void whatComesBeforeABadRowIsIn() {
        load("k,v\n1,a\n2,b\n,c\n4,d\n", "--key k")
                .exits(Exit.NO)
                .complains("in.csv line 4, column 1 (k)", "is empty", "the 2 records before it are in", "--skip-bad");
        shell.polder("scan {}/s --keys-only").prints("1\n2\n");
    }

    @Test
    void badRowsCanBePassedOver() {
        Shell.Ran ran =
                load("k,v\n1,a\n,c\n3,d,e\n4\n5,f\n", "--key k --skip-bad").exits(Exit.OK);
        assertThat(ran.out()).startsWith("2 records").contains("skipped: 3 bad records");
        assertThat(ran.err())
                .contains("in.csv line 3, column 1 (k): the key field 'k' is empty")
                .contains("in.csv line 4, column 3: the row has 3 fields where the header has 2")
                .contains("in.csv line 5, column 2: the row has 1 field where the header has 2");
        shell.polder("scan {}/s --keys-only").prints("1\n5\n");
    }

    @Test
    void aQuoteThatNeverClosesIsFoundWhereItOpens() {
        load("k,v\n1,a\n2,\"b\n3,c\n", "--key k")
                .exits(Exit.NO)
                .complains("in.csv line 3", "quote", "never closes", "the 1 record before it is in");
        shell.polder("scan {}/s --keys-only").prints("1\n");
    }

    @Test
    void textBehindAClosingQuoteIsAnError() {
        load("k,v\n1,a\n2,\"b\"c\n", "--key k").exits(Exit.NO).complains("in.csv line 3", "closing quote");
    }

    @Test
    void aHugeFieldIsRefusedAndTheRestGoesOn() {
        String huge = "x".repeat(2 << 20);
        load("k,v\n1,a\n2," + huge + "\n3,c\n", "--key k").exits(Exit.NO).complains("in.csv line 3", "1 record");
        Shell.Ran ran =
                load("k,v\n1,a\n2," + huge + "\n3,c\n", "--key k --skip-bad").exits(Exit.OK);
        assertThat(ran.out()).contains("2 records", "skipped: 1 bad record");
    }

    @Test
    void aFieldBeyondAllBoundsDoesNotFillTheHeap() {
        String endless = "k,v\n1,a\n2,\"" + "x".repeat(6 << 20);
        load(endless, "--key k").exits(Exit.NO).complains("in.csv line 3", "larger than 4 MiB");
        shell.polder("scan {}/s --keys-only").prints("1\n");
    }

    @Test
    void columnsOfOneNameAreRefused() {
        load("k,v,v\n1,a,b\n", "--key k").exits(Exit.NO).complains("line 1, column 3", "'v'");
    }

    @Test
    void equalKeysKeepTheLastRecordAndAreTold() {
        Shell.Ran ran = load("k,v\n1,a\n2,b\n1,c\n", "--key k").exits(Exit.OK);
        assertThat(ran.out()).contains("replaced: 1 record", "more than once", "'1' by", "in.csv line 4");
        shell.polder("get {}/s 1").prints("{\"k\":\"1\",\"v\":\"c\"}\n");
        assertThat(load("k,v\n1,a\n2,b\n", "--key k").out()).contains("replaced: 2 records that had the same keys");
    }

    @Test
    void equalKeysInDifferentBatchesAreToldToo() {
        StringBuilder csv = new StringBuilder("k,v\n");
        for (int i = 0; i < 20_000; i++) csv.append(i % 15_000).append(",value\n");
        assertThat(load(csv.toString(), "--key k --json").exits(Exit.OK).out())
                .startsWith("{\"space\":\"x\",\"records\":20000,")
                .contains("\"replaced\":5000,");
        shell.polder("count {}/s").prints("15000\n");
    }

    @Test
    void compositeKeysAreJoined() {
        load("c,n,v\nAD,Vila,1\nAE,Dubai/Deira,2\n", "--key c,n").exits(Exit.OK);
        shell.polder("scan {}/s --keys-only").prints("AD/Vila\nAE/Dubai/Deira\n");
        load("c,n\nA/D,Vila\n", "--key c,n").exits(Exit.NO).complains("separator '/'", "--key-separator");
        load("c,n\nA/D,Vila\n", "--key c,n --key-separator |").exits(Exit.OK);
        shell.polder("get {}/s", "A/D|Vila").exits(Exit.OK);
    }

    @Test
    void aColumnWithACommaInItsNameIsOneColumn() {
        load("\"a,b\",c.d\n1,2\n", "--key a,b").exits(Exit.OK);
        holds("1\t{\"a,b\":\"1\",\"c.d\":\"2\"}");
        load("\"a,b\",c.d\n1,2\n", "--key a\\,b,c.d").exits(Exit.OK);
        shell.polder("get {}/s 1/2").exits(Exit.OK);
    }

    @Test
    void numbersCanBeKeys() {
        load("v\na\nb\n", "--number").exits(Exit.OK);
        shell.polder("scan {}/s --keys-only").prints("000000000001\n000000000002\n");
    }

    @Test
    void keyAndNumberExcludeEachOther() {
        load("v\na\n", "--number --key v").exits(Exit.USAGE);
        load("v\na\n", "").exits(Exit.USAGE).complains("-k=FIELD", "--number");
        load("v\na\n", "--key ,v").exits(Exit.USAGE).complains("field name is empty");
    }

    @Test
    void gzipIsUnpacked() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write("k,v\n1,a\n".getBytes(StandardCharsets.UTF_8));
        }
        shell.polder("load {}/s --space x --key k", shell.file("in.csv.gz", bytes.toByteArray()))
                .exits(Exit.OK);
        holds("1\t{\"k\":\"1\",\"v\":\"a\"}");
    }

    @Test
    void standardInputNeedsAFormat() {
        shell.run("k,v\n1,a\n", "load {}/s --space x --key k -")
                .exits(Exit.USAGE)
                .complains("--format");
        shell.run("k,v\n1,a\n", "load {}/s --space x --key k --format csv -").exits(Exit.OK);
        holds("1\t{\"k\":\"1\",\"v\":\"a\"}");
    }

    @Test
    void severalFilesAreLoadedInOrder() {
        Path one = shell.file("one.csv", "k,v\n1,a\n2,a\n");
        Path two = shell.file("two.csv", "v,k\nb,2\nb,3\n");
        shell.polder("load {}/s --space x --key k", one, two).exits(Exit.OK);
        holds("1\t{\"k\":\"1\",\"v\":\"a\"}", "2\t{\"v\":\"b\",\"k\":\"2\"}", "3\t{\"v\":\"b\",\"k\":\"3\"}");
    }

    @Test
    void aMissingOrWrongFileIsToldBeforeAnythingIsStored() {
        Path good = shell.file("good.csv", "k\n1\n");
        shell.polder("load {}/s --space x --key k", good, "none.csv")
                .exits(Exit.IO)
                .complains("no such file: none.csv");
        shell.polder("load {}/s --space x --key k", good, shell.folder())
                .exits(Exit.IO)
                .complains("is a directory");
        Path parquet = shell.file("data.parquet", "PAR1\u0000\u0001");
        shell.polder("load {}/s --space x --key k", good, parquet)
                .exits(Exit.NO)
                .complains("a Parquet file");
        Path binary = shell.file("data.csv", "k\u0000");
        shell.polder("load {}/s --space x --key k", good, binary).exits(Exit.NO).complains("zero byte at offset 1");
        Path unknown = shell.file("data.txt", "k\n");
        shell.polder("load {}/s --space x --key k", good, unknown)
                .exits(Exit.USAGE)
                .complains("--format");
        assertThat(shell.folder().resolve("s")).doesNotExist();
    }

    @Test
    void failuresAreToldInJsonToo() {
        assertThat(load("k,v\n1,a\n,b\n", "--key k --json").exits(Exit.NO).out())
                .startsWith("{\"space\":\"x\",\"records\":1,")
                .contains("\"stopped\":{\"file\":\"")
                .contains("in.csv\",\"line\":3,\"column\":1,\"problem\":\"the key field 'k' is empty\"}}");
    }
}
