package dev.polder.cli.load;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The way to a field: `name`, or `outer.inner` in nested JSON.
///
/// @param text     the name without escapes; what a flat record would call this field
/// @param segments the names to go through, outermost first
record FieldPath(String text, List<String> segments) {
    static FieldPath parse(String text) {
        List<String> segments = new ArrayList<>();
        for (String segment : split(text, '.')) segments.add(unescaped(segment));
        return new FieldPath(unescaped(text), List.copyOf(segments));
    }

    /// Whether this is the field at the end of `names`, of which the first `depth` count; a null stands for
    /// an element of an array, which no path goes through. A field of the record itself may also have the
    /// whole text as its name.
    boolean matches(@Nullable String[] names, int depth) {
        if (depth == 1 && text.equals(names[0])) return true;
        if (depth != segments.size()) return false;
        for (int i = 0; i < depth; i++) if (!segments.get(i).equals(names[i])) return false;
        return true;
    }

    /// Splits at each `at` that no backslash precedes; the escapes stay.
    static List<String> split(String text, char at) {
        List<String> parts = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == at) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    private static String unescaped(String text) {
        return text.replaceAll("\\\\(.)", "$1");
    }
}
