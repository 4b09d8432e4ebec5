package dev.polder.bench.cache;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.LongUnaryOperator;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// Which pages were asked for, in order, numbered from 0 as they first appear: four bytes a request, outside the
/// Java heap.
final class Trace implements AutoCloseable {
    private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";
    private static final int QUOTED_MAX = 40;

    private final String name;
    private final Arena arena = Arena.ofConfined();
    private final Ints requests = new Ints(arena);
    private int pages;

    private Trace(String name) {
        this.name = name;
    }

    /// As many requests as there are numbers.
    static Trace of(String name, long[] pages) {
        return of(name, pages.length, i -> pages[(int) i]);
    }

    /// @param rule asked for the page of request 0, 1, 2 and so on
    static Trace of(String name, int length, LongUnaryOperator rule) {
        Trace trace = new Trace(name);
        try (PageNumbers numbers = new PageNumbers()) {
            for (int i = 0; i < length; i++) trace.requests.add(numbers.of(rule.applyAsLong(i)));
            trace.pages = numbers.count();
        }
        return trace;
    }

    static Trace read(Path file) throws IOException {
        return read(file, nameOf(file));
    }

    /// Reads one page number a line, plain or compressed by gzip, whatever the file's name. What follows the number
    /// is passed over, and so are empty lines and those that begin with `#` or `*` (marks in published traces).
    static Trace read(Path file, String name) throws IOException {
        Trace trace = new Trace(name);
        try (PageNumbers numbers = new PageNumbers();
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(open(file), StandardCharsets.ISO_8859_1))) {
            for (String line; (line = lines.readLine()) != null; ) {
                String number = (line.startsWith(BYTE_ORDER_MARK) ? line.substring(3) : line).strip();
                if (number.isEmpty() || number.charAt(0) == '*' || number.charAt(0) == '#') continue;
                trace.requests.add(numbers.of(parse(number, file, trace.length() + 1)));
            }
            trace.pages = numbers.count();
            if (trace.length() == 0) throw new IOException(file + ": no page numbers in it; a trace has one a line");
            return trace;
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": there is no such file", e);
        } catch (EOFException | ZipException e) {
            throw new IOException(
                    "%s: the gzip data is damaged or cut off after %d requests (%s); fetch it anew"
                            .formatted(file, trace.length(), e.getMessage() == null ? "it ends" : e.getMessage()),
                    e);
        } catch (IllegalStateException e) {
            throw new IOException(
                    "%s: no memory after %d requests: %s".formatted(file, trace.length(), e.getMessage()), e);
        }
    }

    private static long parse(String line, Path file, int number) throws IOException {
        int end = 0;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) end++;
        String digits = line.substring(0, end);
        try { // 64 bits, with a sign or without: hashes of keys are page numbers too
            return digits.startsWith("-") ? Long.parseLong(digits) : Long.parseUnsignedLong(digits);
        } catch (NumberFormatException e) {
            throw new IOException(
                    "%s: request %d is no page number: \"%s\"; a trace has one a line, plain or gzip"
                            .formatted(file, number, quoted(line)),
                    e);
        }
    }

    /// What a terminal can show of it, and not too much.
    private static String quoted(String line) {
        String text = line.length() <= QUOTED_MAX ? line : line.substring(0, QUOTED_MAX) + "...";
        return text.replaceAll("[^ -~]", "?");
    }

    private static InputStream open(Path file) throws IOException {
        if (Files.isDirectory(file)) throw new IOException(file + ": is a folder; name the traces in it");
        InputStream raw = Files.newInputStream(file);
        try {
            PushbackInputStream stream = new PushbackInputStream(raw, 2);
            byte[] magic = stream.readNBytes(2);
            stream.unread(magic);
            boolean gzip = magic.length == 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b;
            return gzip ? new GZIPInputStream(stream, 1 << 16) : stream;
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /// The file's name without its folder, and without what only says how it is written.
    static String nameOf(Path file) {
        String name = file.getFileName().toString();
        for (String ending : new String[] {".gz", ".trace", ".txt"})
            if (name.length() > ending.length() && name.endsWith(ending))
                name = name.substring(0, name.length() - ending.length());
        return name;
    }

    String name() {
        return name;
    }

    /// How many requests.
    int length() {
        return requests.length();
    }

    int page(int request) {
        return requests.get(request);
    }

    /// How many different pages.
    int pages() {
        return pages;
    }

    @Override
    public void close() {
        arena.close();
    }
}
