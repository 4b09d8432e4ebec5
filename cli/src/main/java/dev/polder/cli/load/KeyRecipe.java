package dev.polder.cli.load;

import dev.polder.cli.CommandFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How the key of a record is made: of one field, of several joined by a separator, or of the record's number.
///
///     --key zip_code         00501
///     --key country,name     AD/Vila          the separator is '/' unless chosen otherwise
///     --key properties.code  nested, in JSON; a name with a dot or a comma is written `a\.b` or `a\,b`
///     --number               000000000001     in the order of the input
///
/// Two different combinations never give the same key: only the last field may contain the separator. One of several
/// fields may be empty, an only one may not.
public final class KeyRecipe {
    private final String text;
    private final List<FieldPath> paths;
    private final String separator;
    private long number;

    private KeyRecipe(String text, List<FieldPath> paths, String separator) {
        this.text = text;
        this.paths = paths;
        this.separator = separator;
    }

    public static KeyRecipe fields(String text, String separator) {
        List<FieldPath> paths = new ArrayList<>();
        for (String part : FieldPath.split(text, ',')) {
            if (part.isEmpty()) {
                throw CommandFailure.usage(
                        "--key '" + text + "': a field name is empty; write it as FIELD or FIELD,FIELD");
            }
            paths.add(FieldPath.parse(part));
        }
        if (separator.isEmpty() && paths.size() > 1) {
            throw CommandFailure.usage(
                    "--key-separator is empty: AB,C and A,BC would give the same key; use '/' or '|'");
        }
        return new KeyRecipe(text, List.copyOf(paths), separator);
    }

    public static KeyRecipe numbers() {
        return new KeyRecipe("", List.of(), "");
    }

    List<FieldPath> paths() {
        return paths;
    }

    /// The columns of a CSV header that make the key. A header that is the whole text, commas and all, comes
    /// first.
    int[] columns(List<String> header, String file) throws BadRecordException {
        int whole = paths.isEmpty() ? -1 : header.indexOf(text);
        if (whole >= 0) return new int[] {whole};
        int[] columns = new int[paths.size()];
        for (int i = 0; i < columns.length; i++) {
            String name = paths.get(i).text();
            columns[i] = header.indexOf(name);
            if (columns[i] < 0) throw noSuchColumn(name, header, file);
        }
        return columns;
    }

    private static BadRecordException noSuchColumn(String name, List<String> header, String file) {
        String advice = "The columns are: " + String.join(", ", header) + ".";
        if (header.size() == 1) {
            for (char delimiter : new char[] {';', '\t', '|', ','}) {
                if (header.getFirst().indexOf(delimiter) < 0) continue;
                advice = "The header is one column; is its delimiter "
                        + (delimiter == '\t' ? "a tab" : "'" + delimiter + "'") + "? Then add --delimiter "
                        + (delimiter == '\t' ? "tab" : "'" + delimiter + "'") + ".";
                break;
            }
        }
        return BadRecordException.last(Place.line(file, 1), "no column is named '" + name + "'", advice);
    }

    /// The key of a record.
    ///
    /// @param parts  the text of each field, null where the record has none
    /// @param places where each field is, for the error
    /// @param advice what to say if there is no such field
    byte[] key(@Nullable String[] parts, PlaceOfPart places, Supplier<String> advice) throws BadRecordException {
        number++;
        if (paths.isEmpty()) return String.format("%012d", number).getBytes(StandardCharsets.UTF_8);
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < parts.length; i++) {
            String part = parts[i];
            if (part == null) {
                throw BadRecordException.skippable(
                        places.of(i), "the record has no key field '" + name(i) + "'", advice.get());
            }
            if (part.isEmpty() && parts.length == 1) {
                throw BadRecordException.skippable(places.of(i), "the key field '" + name(i) + "' is empty", "");
            }
            if (i > 0) key.append(separator);
            if (i < parts.length - 1 && part.contains(separator)) {
                throw BadRecordException.skippable(
                        places.of(i),
                        "the key field '" + name(i) + "' contains the separator '" + separator + "'",
                        "Choose another with --key-separator.");
            }
            key.append(part);
        }
        return key.toString().getBytes(StandardCharsets.UTF_8);
    }

    private String name(int part) {
        return paths.get(part).text();
    }

    /// Tells where part *i* of a key is, or should be.
    @FunctionalInterface
    interface PlaceOfPart {
        Place of(int part);
    }
}
