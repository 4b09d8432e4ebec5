package dev.polder.cli.load;

import dev.polder.cli.CommandFailure;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The records of all files of one `load`, file after file.
public final class Records implements Closeable {
    private final List<String> files;
    private final Options options;
    private final KeyRecipe recipe;
    private final InputStream stdin;
    private final long bytesTotal;
    private long bytesOfClosed;
    private int nextFile;
    private @Nullable RecordSource current;

    /// How the files are to be read.
    ///
    /// @param format    null: by each file's name
    /// @param delimiter of CSV; null: a tab for `.tsv`, else a comma
    /// @param charset   of CSV without a byte order mark
    /// @param recordsAt where in a JSON file the array of records is; null: at its beginning
    public record Options(
            @Nullable Format format,
            @Nullable Character delimiter,
            Charset charset,
            @Nullable String recordsAt) {
        public static final Options DEFAULT = new Options(null, null, StandardCharsets.UTF_8, null);
    }

    /// Opens every file once, so that a mistyped name or a Parquet file is told before anything is stored.
    public Records(List<String> files, Options options, KeyRecipe recipe, InputStream stdin) throws IOException {
        this.files = List.copyOf(files);
        this.options = options;
        this.recipe = recipe;
        this.stdin = stdin;
        if (files.stream().filter("-"::equals).count() > 1) {
            throw CommandFailure.usage("standard input (-) can be read only once");
        }
        long total = 0;
        for (String file : files) {
            if (file.equals("-")) continue;
            InputFile.open(file, options.format, stdin).close();
            total += Files.size(Path.of(file));
        }
        this.bytesTotal = files.contains("-") ? 0 : total;
    }

    /// The next record of any file, or null after the last.
    @Nullable
    SourceRecord next() throws BadRecordException, IOException {
        while (true) {
            if (current == null) {
                if (nextFile == files.size()) return null;
                current = open(files.get(nextFile++));
            }
            SourceRecord record = current.next();
            if (record != null) return record;
            closeCurrent();
        }
    }

    private RecordSource open(String name) throws BadRecordException, IOException {
        InputFile file = InputFile.open(name, options.format, stdin);
        return switch (file.format()) {
            case csv -> new CsvRecords(file, recipe, delimiter(name), options.charset);
            case json ->
                new JsonRecords(file, recipe, options.recordsAt == null ? null : FieldPath.parse(options.recordsAt));
            case jsonl -> new JsonLines(file, recipe);
        };
    }

    private char delimiter(String name) {
        if (options.delimiter != null) return options.delimiter;
        return Format.isTabbed(name) ? '\t' : ',';
    }

    public long bytesRead() {
        return bytesOfClosed + (current == null ? 0 : current.bytesRead());
    }

    /// 0 if it is not known.
    public long bytesTotal() {
        return bytesTotal;
    }

    private void closeCurrent() throws IOException {
        RecordSource source = current;
        if (source == null) return;
        bytesOfClosed += source.bytesRead();
        current = null;
        source.close();
    }

    @Override
    public void close() throws IOException {
        closeCurrent();
    }
}
