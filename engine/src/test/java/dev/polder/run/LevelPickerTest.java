package dev.polder.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.run.LevelPicker.Config;
import dev.polder.run.LevelPicker.Pick;
import dev.polder.run.LevelShape.RunInfo;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// The picker in a simulated store: runs with real keys and sequences, flushes and up to three compactions at a
/// time in random order. What a reader sees must never change, and the store must come to rest.
class LevelPickerTest {
    private static final int ENTRY_BYTES = 100;

    private final long seed = Long.getLong("polder.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /// A run of the simulation: key → sequence, negative for a delete.
    private record Sim(long id, TreeMap<Integer, Long> entries) {
        RunInfo info(boolean busy, boolean settled) {
            long tombstones = entries.values().stream().filter(s -> s < 0).count();
            long last = entries.values().stream().mapToLong(Math::abs).max().orElseThrow();
            return new RunInfo(
                    id,
                    key(entries.firstKey()),
                    key(entries.lastKey()),
                    (long) entries.size() * ENTRY_BYTES,
                    entries.size(),
                    tombstones,
                    last,
                    busy,
                    settled);
        }
    }

    private static byte[] key(int key) {
        return new byte[] {(byte) (key >>> 24), (byte) (key >>> 16), (byte) (key >>> 8), (byte) key};
    }

    private final Config config = new Config(6, 4, 40_000, 20_000, 5, 25);
    private final LevelPicker picker = new LevelPicker(config);
    private final List<List<Sim>> levels = new ArrayList<>();
    private final List<byte[]> cursors = new ArrayList<>();
    private final Set<Long> busy = new HashSet<>();
    private final Set<Long> unsettled = new HashSet<>();
    private final List<Pick> running = new ArrayList<>();
    private final Map<Integer, Long> truth = new HashMap<>();
    private long ids;
    private long sequence;
    private long flushedBytes;
    private long writtenBytes;
    private int moves;
    private int runs0Max;

    @Test
    void readersSeeTheSameAndTheStoreComesToRest() {
        try {
            simulate();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }

    @Test
    void deletesInLevel0AreCompactedWhenTheyMakeHalfOfItGo() {
        for (int i = 0; i < 6; i++) {
            levels.add(new ArrayList<>());
            cursors.add(null);
        }
        TreeMap<Integer, Long> below = new TreeMap<>();
        for (int key = 0; key < 100; key++) below.put(key, ++sequence);
        levels.get(5).add(new Sim(++ids, below));
        TreeMap<Integer, Long> deletes = new TreeMap<>();
        for (int key = 0; key < 40; key++) deletes.put(key, - ++sequence);
        levels.get(0).add(new Sim(++ids, deletes));
        assertThat(picker.pick(shape(), sequence)).as("not enough of them").isNull();
        for (int key = 40; key < 60; key++) deletes.put(key, - ++sequence);
        assertThat(picker.pick(shape(), sequence - 1))
                .as("a snapshot needs what they delete")
                .isNull();
        Pick pick = picker.pick(shape(), sequence);
        assertThat(pick).isNotNull();
        assertThat(pick.level()).isZero();
        assertThat(pick.lower()).hasSize(1);
        assertThat(pick.bottom()).isTrue();
    }

    private void simulate() {
        for (int i = 0; i < 6; i++) {
            levels.add(new ArrayList<>());
            cursors.add(null);
        }
        for (int step = 0; step < 2500; step++) {
            boolean flushes = random.nextInt(4) == 0 && levels.get(0).size() < 30;
            if (flushes) flush(step > 2000);
            if (running.size() < 3) start(picker.pick(shape(), sequence));
            if (!running.isEmpty() && random.nextInt(2) == 0) finish(running.remove(random.nextInt(running.size())));
            if (step % 100 == 0) checkLevels();
            runs0Max = Math.max(runs0Max, levels.get(0).size());
        }
        for (int step = 0; ; step++) {
            assertThat(step).as("steps to rest").isLessThan(5000);
            Pick pick = picker.pick(shape(), sequence);
            if (pick != null) start(pick);
            else if (running.isEmpty()) break;
            while (!running.isEmpty()) finish(running.removeLast());
        }
        checkLevels();
        assertThat(picker.debtBytes(shape())).isZero();
        System.out.printf(
                "levels: write amplification %.2f, moves %d, most runs on level 0 %d, bytes by level %s, seed %d%n",
                (double) writtenBytes / flushedBytes,
                moves,
                runs0Max,
                levels.stream()
                        .map(l -> l.stream().mapToInt(r -> r.entries.size()).sum() * ENTRY_BYTES)
                        .toList(),
                seed);
        assertThat((double) writtenBytes / flushedBytes).isLessThan(20);
    }

    private void flush(boolean deletesOnly) {
        TreeMap<Integer, Long> entries = new TreeMap<>();
        int count = random.nextInt(5) == 0 ? 1 + random.nextInt(5) : 50 + random.nextInt(60);
        int keys = 20_000;
        int around = random.nextInt(keys);
        for (int i = 0; i < count; i++) {
            int key = random.nextBoolean() ? random.nextInt(keys) : around + i;
            sequence++;
            entries.put(key, deletesOnly || random.nextInt(10) == 0 ? -sequence : sequence);
        }
        truth.putAll(entries);
        Sim run = new Sim(++ids, entries);
        if (random.nextBoolean()) unsettled.add(run.id);
        levels.get(0).addFirst(run);
        flushedBytes += (long) entries.size() * ENTRY_BYTES;
        writtenBytes += (long) entries.size() * ENTRY_BYTES;
    }

    private LevelShape shape() {
        return new LevelShape(
                levels.stream()
                        .map(level -> level.stream()
                                .map(run -> run.info(busy.contains(run.id), !unsettled.contains(run.id)))
                                .toList())
                        .toList(),
                new ArrayList<>(cursors));
    }

    private void start(Pick pick) {
        if (pick == null) return;
        assertThat(pick.upper()).isNotEmpty();
        for (RunInfo run : inputs(pick))
            assertThat(busy.add(run.id())).as("free inputs").isTrue();
        if (pick.cursor() != null) cursors.set(pick.level(), pick.cursor());
        running.add(pick);
    }

    private static List<RunInfo> inputs(Pick pick) {
        List<RunInfo> inputs = new ArrayList<>(pick.upper());
        inputs.addAll(pick.lower());
        return inputs;
    }

    private void finish(Pick pick) {
        Set<Long> ids = new HashSet<>();
        for (RunInfo run : inputs(pick)) ids.add(run.id());
        TreeMap<Integer, Long> merged = new TreeMap<>();
        int place = 0;
        for (int level : List.of(pick.outputLevel(), pick.level())) { // older first
            List<Sim> inputs =
                    levels.get(level).stream().filter(r -> ids.contains(r.id)).toList();
            if (level == 0) inputs = inputs.reversed();
            for (Sim run : inputs) merged.putAll(run.entries);
            if (level == pick.level() && level == 0) place = levels.get(0).indexOf(inputs.getLast());
        }
        if (pick.bottom()) merged.values().removeIf(s -> s < 0);
        if (pick.move()) {
            assertThat(ids).hasSize(1);
            assertThat(unsettled).doesNotContainAnyElementsOf(ids);
            moves++;
        }
        for (int level : List.of(pick.level(), pick.outputLevel()))
            levels.get(level).removeIf(r -> ids.contains(r.id));
        busy.removeAll(ids);
        if (!pick.move()) writtenBytes += (long) merged.size() * ENTRY_BYTES;
        List<Sim> output = levels.get(pick.outputLevel());
        if (pick.outputLevel() == 0) {
            if (!merged.isEmpty()) output.add(place, new Sim(++this.ids, merged));
            return;
        }
        while (!merged.isEmpty()) {
            TreeMap<Integer, Long> part = new TreeMap<>();
            while (!merged.isEmpty() && part.size() < 80) {
                Map.Entry<Integer, Long> first = merged.pollFirstEntry();
                part.put(first.getKey(), first.getValue());
            }
            output.add(new Sim(++this.ids, part));
        }
        output.sort((a, b) -> Integer.compare(a.entries.firstKey(), b.entries.firstKey()));
    }

    private void checkLevels() {
        Map<Integer, Long> seen = new HashMap<>();
        for (int level = 0; level < levels.size(); level++) {
            Sim before = null;
            for (Sim run : levels.get(level)) {
                if (level > 0 && before != null) {
                    assertThat(before.entries.lastKey()).as("level %d", level).isLessThan(run.entries.firstKey());
                }
                before = run;
                run.entries.forEach(seen::putIfAbsent);
            }
        }
        truth.forEach((key, value) -> {
            Long found = seen.get(key);
            if (value > 0 ? !value.equals(found) : found != null && found > 0) {
                throw new AssertionError("key " + key + " is " + value + ", read " + found);
            }
        });
    }

    @Test
    void aFewSmallRunsDoNotRewriteALargeBase() {
        List<RunInfo> small = new ArrayList<>();
        for (int i = 0; i < 4; i++) small.add(info(10 + i, 0, 1000, 50_000));
        List<RunInfo> large = List.of(info(1, 0, 1000, 60L << 20));
        LevelShape shape = shape(small, large);
        Pick pick = new LevelPicker(Config.DEFAULT).pick(shape, Long.MAX_VALUE);
        assertThat(pick).isNotNull();
        assertThat(pick.outputLevel()).isZero();
        assertThat(pick.upper()).hasSize(4);
        assertThat(pick.bottom()).isFalse();
    }

    @Test
    void smallStoresHaveOneLevelBelowLevel0() {
        List<RunInfo> small = new ArrayList<>();
        for (int i = 0; i < 4; i++) small.add(info(10 + i, 0, 1000, 50_000));
        Pick pick = new LevelPicker(Config.DEFAULT).pick(shape(small, List.of(info(1, 0, 1000, 500_000))), 0);
        assertThat(pick).isNotNull();
        assertThat(pick.outputLevel()).isEqualTo(6);
        assertThat(pick.bottom()).isTrue();
        assertThat(pick.lower()).hasSize(1);
        assertThat(new LevelPicker(Config.DEFAULT).pick(shape(small.subList(0, 3), List.of()), 0))
                .isNull();
    }

    @Test
    void aRunAloneInItsFileMovesDownWhereNothingLiesBelow() {
        List<RunInfo> newestFirst = new ArrayList<>();
        for (int i = 3; i >= 0; i--) newestFirst.add(info(10 + i, 10 * i, 10 * i + 9, 50_000));
        LevelPicker defaults = new LevelPicker(Config.DEFAULT);
        Pick pick = defaults.pick(shape(newestFirst, List.of(info(1, 100, 200, 60L << 20))), 0);
        assertThat(pick).isNotNull();
        assertThat(pick.move()).isTrue();
        assertThat(pick.upper()).extracting(RunInfo::id).containsExactly(10L); // the oldest
        assertThat(pick.outputLevel()).isEqualTo(6);
        Pick overlaps = defaults.pick(shape(newestFirst, List.of(info(1, 5, 200, 100_000))), 0);
        assertThat(overlaps).isNotNull();
        assertThat(overlaps.move()).isFalse();
        newestFirst.set(3, new RunInfo(10, key(0), key(9), 50_000, 1000, 0, 10, false, false));
        Pick shared = defaults.pick(shape(newestFirst, List.of(info(1, 100, 200, 100_000))), 0);
        assertThat(shared).isNotNull();
        assertThat(shared.move()).isFalse();
    }

    /// A spilled batch: it goes down with all that is on level 0, wherever it stands there, and even alone; merges of
    /// small runs with each other leave it where it is.
    @Test
    void oneHugeRunOnLevel0GoesDown() {
        LevelPicker defaults = new LevelPicker(Config.DEFAULT);
        List<RunInfo> below = List.of(info(1, 0, 1000, 60L << 20));
        for (int place = 0; place < 3; place++) {
            List<RunInfo> newestFirst = new ArrayList<>();
            for (int i = 2; i >= 0; i--) newestFirst.add(info(10 + i, 0, 1000, 1 << 20));
            newestFirst.set(place, info(12 - place, 0, 1000, 300L << 20));
            Pick pick = defaults.pick(shape(newestFirst, below), 0);
            assertThat(pick).isNotNull();
            assertThat(pick.outputLevel()).isEqualTo(6);
            assertThat(pick.upper()).hasSize(3);
            assertThat(pick.lower()).hasSize(1);
        }
        RunInfo alone = new RunInfo(9, key(0), key(1000), 300L << 20, 1000, 0, 9, false, false);
        Pick pick = defaults.pick(shape(List.of(alone), below), 0);
        assertThat(pick).isNotNull();
        assertThat(pick.upper()).containsExactly(alone);
        List<RunInfo> small = new ArrayList<>();
        for (int i = 0; i < 4; i++) small.add(info(20 - i, 0, 1000, 50_000));
        small.add(info(10, 0, 1000, 10L << 20));
        Pick within = defaults.pick(shape(small, below), 0);
        assertThat(within).isNotNull();
        assertThat(within.outputLevel()).isZero();
        assertThat(within.upper()).hasSize(4);
    }

    @Test
    void runsFullOfDeletesAreRewrittenOnceNoSnapshotNeedsThem() {
        RunInfo dense = new RunInfo(1, key(0), key(9), 1000, 100, 60, 500, false, true);
        LevelShape shape = shape(List.of(), List.of(dense));
        assertThat(new LevelPicker(Config.DEFAULT).pick(shape, 499)).isNull();
        Pick pick = new LevelPicker(Config.DEFAULT).pick(shape, 500);
        assertThat(pick).isNotNull();
        assertThat(pick.level()).isEqualTo(6);
        assertThat(pick.outputLevel()).isEqualTo(6);
        assertThat(pick.bottom()).isTrue();
    }

    @Test
    void debtGrowsAndShrinksWithoutJumps() {
        LevelPicker defaults = new LevelPicker(Config.DEFAULT);
        long before = 0;
        for (long bytes = 1 << 20; bytes < 8L << 30; bytes += bytes / 10) {
            LevelShape shape = shape(List.of(), List.of(info(1, 0, 9, 30 << 20)), List.of(info(2, 0, 9, bytes)));
            long debt = defaults.debtBytes(shape);
            if (bytes > 2 << 20) assertThat(Math.abs(debt - before)).isLessThan(bytes / 2 + (8 << 20));
            before = debt;
        }
    }

    private static RunInfo info(long id, int first, int last, long bytes) {
        return new RunInfo(id, key(first), key(last), bytes, 1000, 0, id, false, true);
    }

    /// Level 0, then the last levels.
    @SafeVarargs
    private static LevelShape shape(List<RunInfo> level0, List<RunInfo>... lasts) {
        List<List<RunInfo>> all = new ArrayList<>();
        for (int i = 0; i < 7; i++) all.add(List.of());
        all.set(0, level0);
        for (int i = 0; i < lasts.length; i++) all.set(7 - lasts.length + i, lasts[i]);
        return new LevelShape(all, Arrays.asList(new byte[7][]));
    }
}
