package dev.polder.cli.load;

import dev.polder.cli.CommandFailure;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// A file of records, opened and looked at: unpacked if it is gzip, refused if it is plainly something else.
final class InputFile {
    private static final int HEAD_BYTES = 512;

    /// How files that are often mistaken for text begin.
    private static final List<Magic> MAGICS = List.of(
            new Magic("PAR1", "a Parquet file"),
            new Magic("ARROW1", "an Arrow file"),
            new Magic("PK\u0003\u0004", "a zip archive (or a spreadsheet)"),
            new Magic("SQLite format 3", "an SQLite database"),
            new Magic("Obj\u0001", "an Avro file"),
            new Magic("ORC", "an ORC file"),
            new Magic("BZh", "a bzip2 file"),
            new Magic("\u00fd7zXZ", "an xz file"),
            new Magic("(\u00b5/\u00fd", "a zstd file"),
            new Magic("%PDF", "a PDF file"));

    private final String name;
    private final Format format;
    private final Counting raw;
    private final InputStream stream;

    private InputFile(String name, Format format, Counting raw, InputStream stream) {
        this.name = name;
        this.format = format;
        this.raw = raw;
        this.stream = stream;
    }

    /// @param name   a path, or `-` for `stdin`
    /// @param format null: by the name
    static InputFile open(String name, @Nullable Format format, InputStream stdin) throws IOException {
        boolean piped = name.equals("-");
        Format known = format != null ? format : Format.ofNameOrNull(name);
        Path path = Path.of(name);
        if (!piped && Files.isDirectory(path)) throw CommandFailure.io(name + " is a directory; name the files in it");
        Counting raw = new Counting(new BufferedInputStream(piped ? stdin : newStream(path), 1 << 16));
        try {
            InputStream stream = raw;
            byte[] head = head(stream);
            if (head.length > 1 && head[0] == 0x1f && head[1] == (byte) 0x8b) {
                stream = new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16);
                head = head(stream);
            }
            refuseBinary(name, head);
            if (known == null) throw unknownFormat(name);
            return new InputFile(piped ? "standard input" : name, known, raw, stream);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private static InputStream newStream(Path path) throws IOException {
        try {
            return Files.newInputStream(path);
        } catch (NoSuchFileException _) {
            throw CommandFailure.io("no such file: " + path);
        } catch (AccessDeniedException _) {
            throw CommandFailure.io("permission denied: " + path);
        }
    }

    private static byte[] head(InputStream stream) throws IOException {
        stream.mark(HEAD_BYTES);
        byte[] head = stream.readNBytes(HEAD_BYTES);
        stream.reset();
        return head;
    }

    private static void refuseBinary(String name, byte[] head) {
        String text = new String(head, StandardCharsets.ISO_8859_1);
        for (Magic magic : MAGICS) {
            if (text.startsWith(magic.head)) throw notText(name, magic.what);
        }
        if (text.indexOf('\0') >= 0 && !text.startsWith("\u00ff\u00fe") && !text.startsWith("\u00fe\u00ff")) {
            throw notText(name, "not a text file (it has a zero byte at offset " + text.indexOf('\0') + ")");
        }
    }

    private static CommandFailure notText(String name, String what) {
        return CommandFailure.no(
                name + " is " + what + "; load reads CSV, JSON and JSON lines, also compressed with gzip");
    }

    private static CommandFailure unknownFormat(String name) {
        return CommandFailure.usage(
                (name.equals("-") ? "standard input has no name" : "the name of " + name + " does not tell")
                        + " what format it is; add --format csv, --format json or --format jsonl");
    }

    String name() {
        return name;
    }

    Format format() {
        return format;
    }

    InputStream stream() {
        return stream;
    }

    /// How much of the file, as it lies on disk, was read.
    long bytesRead() {
        return raw.count;
    }

    void close() throws IOException {
        stream.close();
    }

    private record Magic(String head, String what) {}

    /// Counts what passes, for the progress bar. A reset takes the count back.
    private static final class Counting extends FilterInputStream {
        private long count;
        private long marked;

        Counting(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            if (b >= 0) count++;
            return b;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int n = super.read(to, from, length);
            if (n > 0) count += n;
            return n;
        }

        @Override
        public synchronized void mark(int limit) {
            super.mark(limit);
            marked = count;
        }

        @Override
        public synchronized void reset() throws IOException {
            super.reset();
            count = marked;
        }
    }
}
