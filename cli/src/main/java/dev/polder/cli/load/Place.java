package dev.polder.cli.load;

import org.jspecify.annotations.Nullable;

/// Where in the input something is, as an editor counts: from 1.
///
/// @param line   0 if the file has no lines to speak of
/// @param column in JSON the character in the line, in CSV the number of the field; 0 for the whole record
/// @param field  the name of the column, if it has one
public record Place(
        String file, long line, long column, @Nullable String field) {
    public static Place line(String file, long line) {
        return new Place(file, line, 0, null);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) text.append(" line ").append(line);
        if (column > 0) text.append(", column ").append(column);
        if (field != null) text.append(" (").append(field).append(')');
        return text.toString();
    }
}
