package dev.polder;

import static dev.polder.Small.bytes;
import static dev.polder.Small.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.PoolExhaustedException;
import dev.polder.io.IoEngines;
import dev.polder.log.LogConfig;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;
import dev.polder.store.EngineSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Level 0 grows while compaction cannot follow. A cursor that was opened goes on all the same, in the memory that it
/// has: see `KeyValueCursor`.
class ManyRunsTest {
    private static final int RUNS = 120;
    private static final int KEYS = 160;

    /// Level 0 is never compacted.
    private static final EngineSettings SETTINGS = new EngineSettings(
            16L << 20,
            1,
            30_000,
            96 << 10,
            new LevelPicker.Config(5, 10_000, 128 << 10, 256 << 10, 4, 25),
            new RunConfig(1024, 1024, 4096, 256),
            64 << 10,
            LogConfig.DEFAULT,
            256 << 10);

    @TempDir
    Path directory;

    private final long seed = System.nanoTime() >>> 20;
    private final SplittableRandom random = new SplittableRandom(seed);
    private final TreeMap<String, String> model = new TreeMap<>();

    private record Open(Cursor cursor, Snapshot snapshot, TreeMap<String, String> expected) {}

    /// All cursors together would need ten times more than they may have if each had a block for each run.
    @Test
    void cursorsNeverRunOutOfMemoryInMidScan() {
        System.out.println("many runs, seed " + seed);
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        try (Small small = new Small(io, SETTINGS, Small.REGIONS);
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            List<Open> cursors = new ArrayList<>();
            for (int run = 0; run < RUNS; run++) {
                write(space, run);
                store.flush();
                if (run % 3 == 0) cursors.add(open(store, space));
                if (run % 20 == 19) for (Open open : cursors) walk(open, 3);
            }
            StoreMetrics.SpaceLine line = store.metrics().spaces().getFirst();
            assertThat(line.levels().getFirst()).isGreaterThanOrEqualTo(RUNS);
            for (Open open : cursors) {
                walk(open, 30);
                checkAll(open);
            }
            // Those who come last get what they cannot do without, or are refused at once.
            assertThatThrownBy(() -> {
                        while (true) cursors.add(open(store, space));
                    })
                    .isInstanceOf(PoolExhaustedException.class)
                    .hasMessageContaining("Close those no longer used");
            checkAll(cursors.getLast());
            walk(cursors.getLast(), 200);
            small.checkMemory();
            for (Open open : cursors) {
                open.cursor.close();
                open.snapshot.close();
            }
            try (Cursor cursor = space.cursor()) {
                checkForward(cursor, model);
            }
        }
    }

    /// Puts and deletes a few of the same keys in every run; some keys have long common prefixes, some are prefixes of
    /// others, so that heads of keys alone decide nothing.
    private void write(KeyValues space, int run) {
        for (int i = 0; i < 8; i++) {
            String key = key(random.nextInt(KEYS));
            if (random.nextInt(4) == 0) {
                space.delete(bytes(key), Durability.BUFFERED);
                model.remove(key);
            } else {
                String value = run + "/" + i + "v".repeat(random.nextInt(200));
                space.put(bytes(key), bytes(value), Durability.BUFFERED);
                model.put(key, value);
            }
        }
    }

    private static String key(int number) {
        return switch (number % 4) {
            case 0 -> "k".repeat(1 + number / 4);
            case 1 -> "common-prefix-of-many-keys-" + number;
            case 2 -> number + "-";
            default -> "%08d".formatted(number) + "x".repeat(number % 7);
        };
    }

    private Open open(Store store, KeyValues space) {
        Snapshot snapshot = store.snapshot();
        try {
            return new Open(space.cursor(snapshot), snapshot, new TreeMap<>(model));
        } catch (PoolExhaustedException e) {
            snapshot.close();
            throw e;
        }
    }

    /// Moves at random, and compares with the model.
    private void walk(Open open, int moves) {
        Cursor cursor = open.cursor;
        for (int i = 0; i < moves; i++) {
            String target = key(random.nextInt(KEYS));
            String at = cursor.valid() ? text(cursor.key()) : null;
            Map.Entry<String, String> expected;
            switch (at == null ? random.nextInt(4) : random.nextInt(10)) {
                case 0 -> {
                    cursor.seek(bytes(target));
                    expected = open.expected.ceilingEntry(target);
                }
                case 1 -> {
                    cursor.seekForPrevious(bytes(target));
                    expected = open.expected.floorEntry(target);
                }
                case 2 -> {
                    cursor.first();
                    expected = open.expected.firstEntry();
                }
                case 3 -> {
                    cursor.last();
                    expected = open.expected.lastEntry();
                }
                case 4, 5, 6 -> {
                    cursor.next();
                    expected = open.expected.higherEntry(at);
                }
                default -> {
                    cursor.previous();
                    expected = open.expected.lowerEntry(at);
                }
            }
            assertThat(cursor.valid()).as("seed %d", seed).isEqualTo(expected != null);
            if (expected == null) continue;
            assertThat(text(cursor.key())).as("seed %d", seed).isEqualTo(expected.getKey());
            assertThat(text(cursor.value())).as("seed %d", seed).isEqualTo(expected.getValue());
        }
    }

    private void checkAll(Open open) {
        checkForward(open.cursor, open.expected);
        TreeMap<String, String> found = new TreeMap<>();
        for (boolean more = open.cursor.last(); more; more = open.cursor.previous()) {
            found.put(text(open.cursor.key()), text(open.cursor.value()));
        }
        assertThat(found).as("backward, seed %d", seed).isEqualTo(open.expected);
    }

    private void checkForward(Cursor cursor, Map<String, String> expected) {
        TreeMap<String, String> found = new TreeMap<>();
        for (boolean more = cursor.first(); more; more = cursor.next())
            found.put(text(cursor.key()), text(cursor.value()));
        assertThat(found).as("forward, seed %d", seed).isEqualTo(expected);
    }
}
