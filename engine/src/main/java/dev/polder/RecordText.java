package dev.polder;

import java.lang.reflect.RecordComponent;
import java.util.List;

/// A record of numbers, truths, texts, lists and records as one line of JSON, under the names of its components.
final class RecordText {
    private RecordText() {}

    static String json(Record record) {
        StringBuilder text = new StringBuilder(4096);
        write(text, record);
        return text.append('\n').toString();
    }

    private static void write(StringBuilder text, Object value) {
        switch (value) {
            case Record record -> writeFields(text, record);
            case List<?> list -> {
                text.append('[');
                for (int i = 0; i < list.size(); i++) {
                    if (i > 0) text.append(',');
                    write(text, list.get(i));
                }
                text.append(']');
            }
            case Number number -> text.append(number);
            case Boolean truth -> text.append(truth);
            case String string -> writeString(text, string);
            default -> throw new IllegalArgumentException("no JSON for a " + value.getClass());
        }
    }

    private static void writeFields(StringBuilder text, Record record) {
        String before = "{";
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            text.append(before).append('"').append(component.getName()).append("\":");
            try {
                write(text, component.getAccessor().invoke(record));
            } catch (ReflectiveOperationException e) {
                throw new IllegalArgumentException("cannot read " + component, e);
            }
            before = ",";
        }
        text.append('}');
    }

    private static void writeString(StringBuilder text, String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            if (c == '"' || c == '\\') text.append('\\').append(c);
            else if (c < ' ' || Character.isSurrogate(c)) text.append(String.format("\\u%04x", (int) c));
            else text.append(c);
        }
        text.append('"');
    }
}
