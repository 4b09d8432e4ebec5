package dev.polder.cli.load;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.polder.cli.text.Json;
import dev.polder.cli.text.Units;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Makes a record of the JSON object a parser stands at: copies it to one line and picks the key's fields as they
/// pass.
///
/// However bad the object is as a record, the parser is left at its end, so the next one can be read.
final class JsonObjects {
    private static final int FIELDS_NAMED = 12;

    private final KeyRecipe recipe;
    private final List<FieldPath> paths;
    private final @Nullable String[] parts;
    private final @Nullable String[] unusable;
    private final ByteArrayOutputStream copy = new ByteArrayOutputStream(4096);
    private @Nullable String[] names = new @Nullable String[16];
    private final List<String> arrays = new ArrayList<>();
    private final List<String> fields = new ArrayList<>();

    JsonObjects(KeyRecipe recipe) {
        this.recipe = recipe;
        this.paths = recipe.paths();
        this.parts = new @Nullable String[paths.size()];
        this.unusable = new @Nullable String[paths.size()];
    }

    /// The record of the value the parser stands at.
    ///
    /// @param place where that value begins
    SourceRecord read(JsonParser parser, Place place) throws BadRecordException, IOException {
        JsonToken first = parser.currentToken();
        if (first != JsonToken.START_OBJECT) {
            parser.skipChildren();
            throw BadRecordException.skippable(place, "a record is a JSON object, and this is " + kindOf(first), "");
        }
        Arrays.fill(parts, null);
        Arrays.fill(unusable, null);
        arrays.clear();
        fields.clear();
        copy.reset();
        if (!copyWhole(parser)) {
            throw BadRecordException.skippable(
                    place, "the record is larger than " + Units.bytes(RecordSource.RECORD_BYTES_MAX), arraysHint());
        }
        for (int i = 0; i < parts.length; i++) {
            if (unusable[i] == null) continue;
            String name = paths.get(i).text();
            String advice =
                    "an object".equals(unusable[i]) ? "Name a field inside it, as in --key " + name + ".id." : "";
            throw BadRecordException.skippable(place, "the key field '" + name + "' is " + unusable[i], advice);
        }
        byte[] key = recipe.key(parts, _ -> place, this::fieldsHint);
        return new SourceRecord(key, copy.toByteArray(), place);
    }

    /// The fields of the last object that hold arrays: perhaps one of them holds the records.
    String arraysHint() {
        if (arrays.isEmpty()) return "";
        return "If the records are in the array '" + arrays.getFirst() + "', add --records " + arrays.getFirst() + ".";
    }

    /// The first fields of the last object: perhaps the key's is written another way.
    private String fieldsHint() {
        if (fields.isEmpty() || !arrays.isEmpty()) return ""; // then it is more likely the wrong object
        String more = fields.size() > FIELDS_NAMED ? ", …" : "";
        return "Its fields are: " + String.join(", ", fields.subList(0, Math.min(fields.size(), FIELDS_NAMED))) + more
                + ".";
    }

    /// False if the object is too large; it is read to its end all the same.
    private boolean copyWhole(JsonParser parser) throws IOException {
        boolean fits = true;
        try (JsonGenerator generator = Json.FACTORY.createGenerator(copy, JsonEncoding.UTF8)) {
            int depth = 0; // of the names: names[0..depth) lead to the value of the current token
            do {
                JsonToken token = parser.currentToken();
                if (token.isStructEnd()) depth--;
                if (token == JsonToken.FIELD_NAME) name(depth - 1, parser.currentName());
                else if (!token.isStructEnd() && depth > 0) look(parser, token, depth);
                if (token.isStructStart()) name(depth++, null);
                if (fits) {
                    Json.copyToken(parser, generator);
                    fits = copy.size() + generator.getOutputBuffered() <= RecordSource.RECORD_BYTES_MAX;
                }
                if (depth == 0) break;
            } while (parser.nextToken() != null);
            if (!fits) generator.disable(JsonGenerator.Feature.AUTO_CLOSE_JSON_CONTENT);
        }
        return fits;
    }

    private void name(int depth, @Nullable String name) {
        if (depth == names.length) names = Arrays.copyOf(names, depth * 2);
        names[depth] = name;
    }

    /// Keeps the value if it is a field of the key.
    private void look(JsonParser parser, JsonToken token, int depth) throws IOException {
        String name = names[0];
        if (depth == 1 && name != null && fields.size() <= FIELDS_NAMED) fields.add(name);
        if (depth == 1 && token == JsonToken.START_ARRAY && name != null) arrays.add(name);
        for (int i = 0; i < parts.length; i++) {
            if (!paths.get(i).matches(names, depth)) continue;
            boolean usable = token.isScalarValue() && token != JsonToken.VALUE_NULL;
            unusable[i] = usable ? null : kindOf(token);
            parts[i] = usable ? parser.getText() : null;
        }
    }

    static Place place(String file, JsonLocation location, long lineOffset) {
        return new Place(file, location.getLineNr() + lineOffset, location.getColumnNr(), null);
    }

    private static String kindOf(JsonToken token) {
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NULL -> "null";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            default -> "a number";
        };
    }
}
