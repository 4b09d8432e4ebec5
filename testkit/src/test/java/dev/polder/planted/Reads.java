package dev.polder.planted;

import dev.polder.kv.KeyValueCursor;
import dev.polder.kv.KeyValueSpace;
import dev.polder.store.StoreCore;
import dev.polder.testkit.Model;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/// Compares what a store shows with what the oracle says, in every way there is to read.
final class Reads {
    private Reads() {}

    /// Everything, now.
    static void compare(String when, StoreCore store, Map<String, Map<String, String>> expected) {
        Map<String, Map<String, String>> found = Model.read(store);
        if (!found.equals(expected)) throw new AssertionError(when + ": " + difference(expected, found));
        expected.forEach((name, entries) -> {
            KeyValueSpace space = Model.space(store, name);
            compareGets(when, space, entries, Long.MAX_VALUE);
            try (KeyValueCursor cursor = space.cursor()) {
                compareSeeks(when, cursor, new TreeMap<>(entries));
            }
        });
    }

    /// One space, as of a sequence.
    static void compareAt(String when, KeyValueSpace space, Map<String, String> expected, long sequence) {
        compareGets(when, space, expected, sequence);
        TreeMap<String, String> found = new TreeMap<>();
        try (KeyValueCursor cursor = space.cursor(sequence)) {
            for (boolean more = cursor.first(); more; more = cursor.next())
                found.put(text(cursor.key()), text(cursor.value()));
        }
        if (!found.equals(expected)) {
            throw new AssertionError(when + ": a cursor at " + sequence + " finds " + found.keySet() + " in "
                    + space.name() + ", not " + expected.keySet());
        }
    }

    private static void compareGets(String when, KeyValueSpace space, Map<String, String> expected, long sequence) {
        for (int i = 0; i < Model.KEYS; i++) {
            String key = Model.key(i);
            byte[] value = space.get(Model.bytes(key), sequence);
            String found = value == null ? null : text(value);
            String wanted = expected.get(key);
            if (found == null ? wanted == null : found.equals(wanted)) continue;
            throw new AssertionError(when + ": " + key + " in " + space.name() + " is " + shortened(found) + ", not "
                    + shortened(wanted));
        }
    }

    private static void compareSeeks(String when, KeyValueCursor cursor, NavigableMap<String, String> expected) {
        for (int i = 0; i < Model.KEYS; i += 7) {
            String key = Model.key(i);
            compare(when, "seek " + key, expected.ceilingKey(key), cursor.seek(Model.bytes(key)), cursor);
            compare(when, "seek back " + key, expected.floorKey(key), cursor.seekForPrevious(Model.bytes(key)), cursor);
        }
    }

    private static void compare(String when, String what, String wanted, boolean there, KeyValueCursor cursor) {
        String found = there ? text(cursor.key()) : null;
        if (found == null ? wanted == null : found.equals(wanted)) return;
        throw new AssertionError(when + ": " + what + " finds " + found + ", not " + wanted);
    }

    static String difference(Map<String, Map<String, String>> expected, Map<String, Map<String, String>> found) {
        if (!found.keySet().equals(expected.keySet())) {
            return "the spaces are " + found.keySet() + ", not " + expected.keySet();
        }
        for (String space : expected.keySet()) {
            for (int i = 0; i < Model.KEYS; i++) {
                String key = Model.key(i);
                String wanted = expected.get(space).get(key);
                String there = found.get(space).get(key);
                if (there == null ? wanted == null : there.equals(wanted)) continue;
                return key + " in " + space + " is " + shortened(there) + ", not " + shortened(wanted);
            }
        }
        return "equal";
    }

    private static String shortened(String value) {
        return value == null || value.length() <= 16 ? value : value.substring(0, 16) + "…";
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
