package dev.polder.cli.watch;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.polder.cli.text.Json;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;

/// Records from JSON, field by field by name. What the record does not have is passed over, what the JSON does not have
/// is zero, false, empty, or a record of such.
final class RecordReader {
    private RecordReader() {}

    static <T extends Record> T read(Class<T> type, byte[] json) throws IOException {
        try (JsonParser parser = Json.FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) throw new IOException("no object");
            return type.cast(record(parser, type));
        }
    }

    private static Object value(JsonParser json, Type type) throws IOException {
        if (type instanceof ParameterizedType list) return list(json, list.getActualTypeArguments()[0]);
        Class<?> shape = (Class<?>) type;
        if (shape.isRecord()) return record(json, shape);
        if (shape == long.class) return json.getValueAsLong();
        if (shape == int.class || shape == Integer.class) return json.getValueAsInt();
        if (shape == double.class) return json.getValueAsDouble();
        if (shape == boolean.class) return json.getValueAsBoolean();
        if (shape == String.class) return json.getText();
        throw new IOException("no way to read a " + shape);
    }

    private static List<Object> list(JsonParser json, Type element) throws IOException {
        List<Object> list = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) list.add(value(json, element));
        return list;
    }

    private static Object record(JsonParser json, Class<?> shape) throws IOException {
        RecordComponent[] components = shape.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) values[i] = empty(components[i].getType());
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            int index = indexOf(components, json.currentName());
            JsonToken token = json.nextToken();
            if (index < 0 || token == JsonToken.VALUE_NULL) json.skipChildren();
            else values[index] = value(json, components[index].getGenericType());
        }
        return make(shape, components, values);
    }

    private static Object empty(Class<?> type) throws IOException {
        if (type == long.class) return 0L;
        if (type == int.class) return 0;
        if (type == double.class) return 0.0;
        if (type == boolean.class) return false;
        if (type == String.class) return "";
        if (type == List.class) return List.of();
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) values[i] = empty(components[i].getType());
        return make(type, components, values);
    }

    private static Object make(Class<?> shape, RecordComponent[] components, Object[] values) throws IOException {
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) types[i] = components[i].getType();
        try {
            return shape.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IOException("cannot make a " + shape.getSimpleName(), e);
        }
    }

    private static int indexOf(RecordComponent[] components, String name) {
        for (int i = 0; i < components.length; i++) if (components[i].getName().equals(name)) return i;
        return -1;
    }
}
