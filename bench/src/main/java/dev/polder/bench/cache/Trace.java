package dev.polder.bench.cache;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/// Which pages were asked for, in order, numbered from 0 as they first appear.
final class Trace {
    private final String name;
    private final int[] requests;
    private final int pages;

    private Trace(String name, int[] requests, int pages) {
        this.name = name;
        this.requests = requests;
        this.pages = pages;
    }

    static Trace of(String name, long[] pages) {
        Map<Long, Integer> numbers = new HashMap<>();
        int[] requests = new int[pages.length];
        for (int i = 0; i < pages.length; i++) requests[i] = numbers.computeIfAbsent(pages[i], _ -> numbers.size());
        return new Trace(name, requests, numbers.size());
    }

    /// Reads one page number a line, plain or compressed by gzip. What follows the number is passed over, and so
    /// are empty lines and those that begin with `#` or `*` (marks in published traces).
    static Trace read(Path file) throws IOException {
        long[] pages = new long[1 << 16];
        int count = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(open(file), StandardCharsets.US_ASCII))) {
            for (String line; (line = lines.readLine()) != null; ) {
                String number = line.strip();
                if (number.isEmpty() || number.charAt(0) == '*' || number.charAt(0) == '#') continue;
                if (count == pages.length) pages = Arrays.copyOf(pages, 2 * count);
                pages[count++] = parse(number, file, count);
            }
        }
        if (count == 0) throw new IOException(file + ": no page numbers in it");
        return of(nameOf(file), Arrays.copyOf(pages, count));
    }

    private static long parse(String line, Path file, int number) throws IOException {
        int end = 0;
        while (end < line.length() && !Character.isWhitespace(line.charAt(end))) end++;
        try {
            return Long.parseLong(line.substring(0, end));
        } catch (NumberFormatException e) {
            throw new IOException(file + ": request " + number + " is no page number: " + line, e);
        }
    }

    private static InputStream open(Path file) throws IOException {
        InputStream raw = Files.newInputStream(file);
        return file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
    }

    private static String nameOf(Path file) {
        String name = file.getFileName().toString();
        int dot = name.indexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    String name() {
        return name;
    }

    /// How many requests.
    int length() {
        return requests.length;
    }

    int page(int request) {
        return requests[request];
    }

    /// How many different pages.
    int pages() {
        return pages;
    }
}
