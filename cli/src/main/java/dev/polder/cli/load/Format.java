package dev.polder.cli.load;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The formats `load` reads.
public enum Format {
    /// Rows below a header; values become JSON objects of strings.
    csv,
    /// An array of objects, or objects one after another.
    json,
    /// One object per line; a bad line can be skipped.
    jsonl;

    /// The format a file's name promises, or null.
    static @Nullable Format ofNameOrNull(String file) {
        String name = file.toLowerCase(Locale.ROOT);
        if (name.endsWith(".gz")) name = name.substring(0, name.length() - 3);
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "csv", "tsv", "tab" -> csv;
            case "json", "geojson" -> json;
            case "jsonl", "ndjson" -> jsonl;
            default -> null;
        };
    }

    static boolean isTabbed(String file) {
        String name = file.toLowerCase(Locale.ROOT);
        return name.endsWith(".tsv") || name.endsWith(".tsv.gz") || name.endsWith(".tab") || name.endsWith(".tab.gz");
    }
}
