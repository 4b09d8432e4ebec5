package dev.polder.bench.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Records of numbers, strings, booleans, enums, lists and records, to JSON and back. A field the record does not
/// have, or lacks, is an error: a report of another shape must not be half understood.
public final class RecordJson {
    private static final JsonFactory JSON = new JsonFactory();

    private RecordJson() {}

    public static void write(Record value, Path file) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(Files.newBufferedWriter(file))) {
            json.useDefaultPrettyPrinter();
            writeValue(json, value);
        }
    }

    public static <T extends Record> T read(Class<T> type, Path file) throws IOException {
        try (JsonParser json = JSON.createParser(Files.newBufferedReader(file))) {
            json.nextToken();
            return type.cast(readValue(json, type));
        } catch (RuntimeException e) {
            throw new IOException(file + " is no " + type.getSimpleName() + ": " + e.getMessage(), e);
        }
    }

    /// Whether the record in the file has such a field, which tells what it is.
    static boolean hasField(Path file, String name) throws IOException {
        try (JsonParser json = JSON.createParser(Files.newBufferedReader(file))) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                if (json.currentName().equals(name)) return true;
                json.nextToken();
                json.skipChildren();
            }
            return false;
        }
    }

    private static void writeValue(JsonGenerator json, Object value) throws IOException {
        switch (value) {
            case Record record -> {
                json.writeStartObject();
                for (RecordComponent component : record.getClass().getRecordComponents()) {
                    json.writeFieldName(component.getName());
                    writeValue(json, valueOf(component, record));
                }
                json.writeEndObject();
            }
            case List<?> list -> {
                json.writeStartArray();
                for (Object element : list) writeValue(json, element);
                json.writeEndArray();
            }
            case Long number -> json.writeNumber(number);
            case Integer number -> json.writeNumber(number);
            case Double number -> json.writeNumber(number);
            case Boolean truth -> json.writeBoolean(truth);
            case Enum<?> constant -> json.writeString(constant.name());
            case String text -> json.writeString(text);
            default -> throw new IllegalArgumentException("cannot write a " + value.getClass());
        }
    }

    private static Object readValue(JsonParser json, Type type) throws IOException {
        if (type instanceof ParameterizedType list) {
            return readList(json, list.getActualTypeArguments()[0]);
        }
        Class<?> shape = (Class<?>) type;
        if (shape.isRecord()) return readRecord(json, shape);
        if (shape == long.class) return json.getLongValue();
        if (shape == int.class || shape == Integer.class) return json.getIntValue();
        if (shape == double.class) return json.getDoubleValue();
        if (shape == boolean.class) return json.getBooleanValue();
        if (shape == String.class) return json.getText();
        for (Object constant : shape.getEnumConstants()) {
            if (((Enum<?>) constant).name().equals(json.getText())) return constant;
        }
        throw new IllegalArgumentException("no " + shape.getSimpleName() + " is called " + json.getText());
    }

    private static List<Object> readList(JsonParser json, Type element) throws IOException {
        List<Object> list = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) list.add(readValue(json, element));
        return list;
    }

    private static Object readRecord(JsonParser json, Class<?> shape) throws IOException {
        RecordComponent[] components = shape.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new Object[components.length];
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            int index = indexOf(components, json.currentName());
            json.nextToken();
            values[index] = readValue(json, components[index].getGenericType());
        }
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            if (values[i] == null) throw new IllegalArgumentException("no field " + components[i].getName());
        }
        try {
            return shape.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("cannot make a " + shape.getSimpleName(), e);
        }
    }

    private static int indexOf(RecordComponent[] components, String name) {
        for (int i = 0; i < components.length; i++) {
            if (components[i].getName().equals(name)) return i;
        }
        throw new IllegalArgumentException("unknown field " + name);
    }

    private static Object valueOf(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException("cannot read " + component, e);
        }
    }
}
