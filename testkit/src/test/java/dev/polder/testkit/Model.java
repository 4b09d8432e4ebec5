package dev.polder.testkit;

import dev.polder.generation.Payload;
import dev.polder.kv.KeyValueCursor;
import dev.polder.kv.KeyValueSpace;
import dev.polder.store.StoreCore;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The oracle: what a store holds after each of a sequence of commits, and a generator of such sequences from a seed.
///
/// A state maps the name of a space to its entries. States are compared as text, which is also what a failure prints.
public final class Model {
    /// One thing that is done to a store; all of it or nothing of it survives.
    public sealed interface Step {
        record Put(String space, String key, String value, boolean sync) implements Step {}

        record Delete(String space, String key, boolean sync) implements Step {}

        /// Puts and deletes (value `null`) across spaces.
        record Group(List<Write> writes, boolean sync) implements Step {}

        record Write(String space, String key, @Nullable String value) {}

        record Create(String space) implements Step {}

        record Drop(String space) implements Step {}

        /// Does not change the state.
        record Flush() implements Step {}

        record Sync() implements Step {}

        record Settle() implements Step {}

        record Reopen() implements Step {}

        /// Opens a snapshot, and later compares what it shows with the state at this step, and closes it.
        record Snapshot() implements Step {}
    }

    /// How many different keys there are.
    public static final int KEYS = 60;

    private Model() {}

    public static List<Step> steps(long seed, int count) {
        SplittableRandom random = new SplittableRandom(seed);
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Create("a"));
        steps.add(new Step.Create("b"));
        boolean third = false;
        while (steps.size() < count) {
            int dice = random.nextInt(100);
            if (dice < 55) {
                steps.add(new Step.Put(space(random, third), key(random), value(random), random.nextInt(3) == 0));
            } else if (dice < 68) {
                steps.add(new Step.Delete(space(random, third), key(random), random.nextInt(3) == 0));
            } else if (dice < 86) {
                List<Step.Write> writes = new ArrayList<>();
                int size = 1 + random.nextInt(6);
                for (int i = 0; i < size; i++) {
                    boolean put = random.nextInt(4) > 0;
                    writes.add(new Step.Write(space(random, third), key(random), put ? value(random) : null));
                }
                steps.add(new Step.Group(writes, random.nextInt(3) == 0));
            } else if (dice < 90) {
                steps.add(new Step.Flush());
            } else if (dice < 91) {
                steps.add(new Step.Sync());
            } else if (dice < 93) {
                steps.add(new Step.Snapshot());
            } else if (dice < 95) {
                steps.add(new Step.Settle());
            } else if (dice < 98) {
                steps.add(third ? new Step.Drop("c") : new Step.Create("c"));
                third = !third;
            } else {
                steps.add(new Step.Reopen());
            }
        }
        return steps;
    }

    /// The same, and in between groups of about 400 kB: some too large for the log of a [World], some just not.
    public static List<Step> stepsWithLargeGroups(long seed, int count) {
        SplittableRandom random = new SplittableRandom(-seed);
        List<Step> steps = new ArrayList<>();
        boolean third = false;
        for (Step step : steps(seed, count)) {
            steps.add(step);
            if (step instanceof Step.Create(String space) && space.equals("c")) third = true;
            if (step instanceof Step.Drop) third = false;
            if (steps.size() > 2 && random.nextInt(6) == 0) steps.add(largeGroup(random, third));
        }
        return steps;
    }

    private static Step.Group largeGroup(SplittableRandom random, boolean third) {
        List<Step.Write> writes = new ArrayList<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            boolean put = random.nextInt(4) > 0;
            writes.add(new Step.Write(space(random, third), key(random), put ? value(random) : null));
        }
        int left = random.nextInt(3) == 0 ? LARGE_LOGGED_BYTES : LARGE_SPILLED_BYTES;
        for (Step.Write write : writes) left -= bytes(write);
        for (; left > 0; left -= 200_000) {
            String value = Long.toHexString(random.nextLong()) + "w".repeat(Math.min(left, 200_000) - 40);
            int at = random.nextInt(writes.size() + 1);
            writes.add(at, new Step.Write(space(random, third), key(random), value));
        }
        return new Step.Group(writes, random.nextInt(3) == 0);
    }

    private static final int LARGE_LOGGED_BYTES = 380_000;
    private static final int LARGE_SPILLED_BYTES = 420_000;

    /// Whether a group is too large for the log of a [World].
    public static boolean isSpilled(Step.Group group) {
        return bytes(group) > (LARGE_LOGGED_BYTES + LARGE_SPILLED_BYTES) / 2;
    }

    private static int bytes(Step.Group group) {
        return group.writes().stream().mapToInt(Model::bytes).sum();
    }

    private static int bytes(Step.Write write) {
        int key = bytes(write.key()).length;
        String value = write.value();
        return value == null ? Payload.deleteBytes(key) : Payload.putBytes(key, bytes(value).length);
    }

    private static String space(SplittableRandom random, boolean third) {
        return switch (random.nextInt(third ? 3 : 2)) {
            case 0 -> "a";
            case 1 -> "b";
            default -> "c";
        };
    }

    private static String key(SplittableRandom random) {
        return key(random.nextInt(KEYS));
    }

    /// Every fourth key is longer than what blocks and indexes compare at first.
    public static String key(int number) {
        return "key-" + number + (number % 4 == 0 ? "-with-a-long-tail" : "");
    }

    private static String value(SplittableRandom random) {
        int length = random.nextInt(20) == 0 ? 3000 + random.nextInt(3000) : random.nextInt(200);
        return Long.toHexString(random.nextLong()) + "v".repeat(length);
    }

    public static Map<String, Map<String, String>> empty() {
        return new TreeMap<>();
    }

    public static Map<String, Map<String, String>> after(Map<String, Map<String, String>> before, Step step) {
        Map<String, Map<String, String>> state = copy(before);
        switch (step) {
            case Step.Put(String space, String key, String value, boolean sync) ->
                state.get(space).put(key, value);
            case Step.Delete(String space, String key, boolean sync) ->
                state.get(space).remove(key);
            case Step.Group(List<Step.Write> writes, boolean sync) -> {
                for (Step.Write write : writes) {
                    if (write.value() == null) state.get(write.space()).remove(write.key());
                    else state.get(write.space()).put(write.key(), write.value());
                }
            }
            case Step.Create(String space) -> state.putIfAbsent(space, new TreeMap<>());
            case Step.Drop(String space) -> state.remove(space);
            case Step.Flush flush -> {}
            case Step.Sync sync -> {}
            case Step.Settle settle -> {}
            case Step.Reopen reopen -> {}
            case Step.Snapshot snapshot -> {}
        }
        return state;
    }

    static Map<String, Map<String, String>> copy(Map<String, Map<String, String>> state) {
        Map<String, Map<String, String>> copy = new TreeMap<>();
        state.forEach((space, entries) -> copy.put(space, new TreeMap<>(entries)));
        return copy;
    }

    /// The keys at which two states differ, as space/key; short enough to print.
    static List<String> differences(Map<String, Map<String, String>> expected, Map<String, Map<String, String>> found) {
        List<String> differences = new ArrayList<>();
        for (Map<String, Map<String, String>> each : List.of(expected, found)) {
            each.forEach((space, entries) -> entries.keySet().forEach(key -> {
                String one = expected.getOrDefault(space, Map.of()).get(key);
                String other = found.getOrDefault(space, Map.of()).get(key);
                if (!Objects.equals(one, other)) differences.add(space + "/" + key);
            }));
        }
        if (!expected.keySet().equals(found.keySet()))
            differences.add("spaces " + expected.keySet() + " " + found.keySet());
        return differences;
    }

    /// Whether everything up to and with this step is durable once it has returned.
    public static boolean makesDurable(Step step) {
        return switch (step) {
            case Step.Put put -> put.sync();
            case Step.Delete delete -> delete.sync();
            case Step.Group group -> group.sync() || isSpilled(group);
            case Step.Create create -> true;
            case Step.Drop drop -> true;
            case Step.Flush flush -> true;
            case Step.Sync sync -> true;
            case Step.Settle settle -> true;
            case Step.Reopen reopen -> true;
            case Step.Snapshot snapshot -> false;
        };
    }

    /// The same for a store without a log, where nothing is durable before it is merged.
    static boolean makesDurableUnlogged(Step step) {
        return switch (step) {
            case Step.Put put -> false;
            case Step.Delete delete -> false;
            case Step.Group group -> isSpilled(group);
            default -> makesDurable(step);
        };
    }

    /// Does one step, other than [Step.Reopen] and [Step.Snapshot].
    public static void run(StoreCore store, Step step) {
        switch (step) {
            case Step.Put(String space, String key, String value, boolean sync) ->
                space(store, space).put(bytes(key), bytes(value), sync);
            case Step.Delete(String space, String key, boolean sync) ->
                space(store, space).delete(bytes(key), sync);
            case Step.Group group -> commit(store, group);
            case Step.Create(String space) -> store.createSpace(space);
            case Step.Drop(String space) -> store.dropSpace(space);
            case Step.Flush flush -> store.flush();
            case Step.Sync sync -> store.sync();
            case Step.Settle settle -> store.settle();
            case Step.Reopen reopen -> throw new IllegalArgumentException("reopening is for the caller");
            case Step.Snapshot snapshot -> throw new IllegalArgumentException("snapshots are for the caller");
        }
    }

    private static void commit(StoreCore store, Step.Group group) {
        byte[] operations = new byte[bytes(group)];
        int at = 0;
        for (Step.Write write : group.writes()) {
            int id = space(store, write.space()).id();
            byte[] key = bytes(write.key());
            byte[] value = write.value() == null ? new byte[0] : bytes(write.value());
            at = write.value() == null
                    ? Payload.deleteHeader(operations, at, id, key.length)
                    : Payload.putHeader(operations, at, id, key.length, value.length);
            System.arraycopy(key, 0, operations, at, key.length);
            System.arraycopy(value, 0, operations, at + key.length, value.length);
            at += key.length + value.length;
        }
        store.commit(operations, at, group.writes().size(), group.sync());
    }

    public static KeyValueSpace space(StoreCore store, String name) {
        return new KeyValueSpace(store, store.version().names().get(name), name);
    }

    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Reads the whole store: forward, backward and by key must agree.
    public static Map<String, Map<String, String>> read(StoreCore store) {
        return read(store, -1);
    }

    /// The same at the sequence of an open snapshot; -1 reads what is visible.
    public static Map<String, Map<String, String>> read(StoreCore store, long sequence) {
        Map<String, Map<String, String>> state = empty();
        for (String name : store.spaces()) {
            KeyValueSpace space = space(store, name);
            Map<String, String> forward = new TreeMap<>();
            Map<String, String> backward = new TreeMap<>();
            try (KeyValueCursor cursor = sequence < 0 ? space.cursor() : space.cursor(sequence)) {
                for (boolean more = cursor.first(); more; more = cursor.next()) {
                    put(forward, cursor);
                }
                for (boolean more = cursor.last(); more; more = cursor.previous()) {
                    put(backward, cursor);
                }
            }
            if (!forward.equals(backward)) {
                throw new AssertionError(
                        "forward and backward differ in " + name + ": " + forward.keySet() + " / " + backward.keySet());
            }
            for (Map.Entry<String, String> entry : forward.entrySet()) {
                byte[] key = bytes(entry.getKey());
                byte[] value = sequence < 0 ? space.get(key) : space.get(key, sequence);
                if (value == null || !Arrays.equals(value, bytes(entry.getValue()))) {
                    throw new AssertionError("cursor and get differ at " + entry.getKey());
                }
            }
            state.put(name, forward);
        }
        return state;
    }

    private static void put(Map<String, String> entries, KeyValueCursor cursor) {
        String key = new String(cursor.key(), StandardCharsets.UTF_8);
        if (entries.put(key, new String(cursor.value(), StandardCharsets.UTF_8)) != null) {
            throw new AssertionError("key twice: " + key);
        }
    }
}
