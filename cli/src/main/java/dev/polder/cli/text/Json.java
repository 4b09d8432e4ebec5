package dev.polder.cli.text;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// JSON for scripts: one object per line.
///
/// Bytes are shown by one rule everywhere: what is UTF-8 is a string under its name (`"key"`), what is not is
/// hexadecimal under the name with `Hex` at its end (`"keyHex"`). A *value* that is a JSON object or array is
/// embedded as such, its numbers digit for digit; everything else is a string.
public final class Json {
    /// The factory of the whole command: no field names are interned, because a hostile file could invent
    /// millions.
    public static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(4 << 20) // several times the largest value a store takes
                    .maxNameLength(64 << 10)
                    .maxNestingDepth(1000)
                    .build())
            .build();

    private Json() {}

    /// Fills the object of one line.
    @FunctionalInterface
    public interface Fields {
        void writeTo(JsonGenerator json) throws IOException;
    }

    /// Writes `{…}` and a newline; the stream is neither flushed nor closed.
    public static void line(OutputStream out, Fields fields) {
        try (JsonGenerator json = FACTORY.createGenerator(out, JsonEncoding.UTF8)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.disable(JsonGenerator.Feature.FLUSH_PASSED_TO_STREAM);
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
            json.writeRaw('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// `"name":"text"`, or `"nameHex":"…"`.
    public static void bytes(JsonGenerator json, String name, byte[] bytes) throws IOException {
        String text = Printable.textOrNull(bytes);
        if (text == null) hex(json, name, bytes);
        else json.writeStringField(name, text);
    }

    public static void hex(JsonGenerator json, String name, byte[] bytes) throws IOException {
        json.writeStringField(name + "Hex", Printable.hex(bytes));
    }

    /// A stored value: embedded if it is a JSON object or array, else as [#bytes].
    public static void value(JsonGenerator json, String name, byte[] bytes) throws IOException {
        byte[] document = documentOrNull(bytes);
        if (document == null) {
            bytes(json, name, bytes);
        } else {
            json.writeFieldName(name);
            json.writeRawValue(new String(document, java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    /// The bytes as one line of JSON, or null if they are not exactly one JSON object or array.
    private static byte @Nullable [] documentOrNull(byte[] bytes) throws IOException {
        if (bytes.length < 2 || (bytes[0] != '{' && bytes[0] != '[')) return null;
        ByteArrayOutputStream copy = new ByteArrayOutputStream(bytes.length + 16);
        try (JsonParser parser = FACTORY.createParser(bytes);
                JsonGenerator generator = FACTORY.createGenerator(copy, JsonEncoding.UTF8)) {
            parser.nextToken();
            copyStructure(parser, generator);
            if (parser.nextToken() != null) return null;
        } catch (com.fasterxml.jackson.core.JacksonException _) {
            return null;
        }
        return copy.toByteArray();
    }

    /// Copies the object or array the parser stands at. Numbers keep their spelling: `1.10` and `1e400`
    /// survive.
    public static void copyStructure(JsonParser parser, JsonGenerator generator) throws IOException {
        int depth = 0;
        do {
            JsonToken token = parser.currentToken();
            if (token.isStructStart()) depth++;
            if (token.isStructEnd()) depth--;
            copyToken(parser, generator);
        } while (depth > 0 && parser.nextToken() != null);
    }

    /// Copies one token, with the text of numbers as it was written.
    public static void copyToken(JsonParser parser, JsonGenerator generator) throws IOException {
        JsonToken token = parser.currentToken();
        if (token.isNumeric()) generator.writeNumber(parser.getText());
        else generator.copyCurrentEvent(parser);
    }
}
