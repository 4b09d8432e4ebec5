package dev.polder.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.memory.Owner;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GenerationTest {
    /// Random batches over three spaces against sorted maps: every method of the index, at every sequence there
    /// was.
    @ParameterizedTest
    @EnumSource(Keys.class)
    void behavesLikeASortedMapOfVersions(Keys keys) {
        for (IndexKind kind : IndexKind.values()) for (long seed = 1; seed <= 6; seed++) runModel(kind, keys, seed);
    }

    private static void runModel(IndexKind kind, Keys keys, long seed) {
        var random = new SplittableRandom(seed);
        try (var scene = new Scene(64 << 20)) {
            var generation = new Generation(1, scene.chunks, seed, kind);
            Map<Integer, Model> models = new TreeMap<>();
            long sequence = 100L + random.nextInt(1_000);
            long first = sequence;
            for (int batch = 0; batch < 150; batch++) {
                scene.clear();
                long batchFirst = sequence;
                for (int op = random.nextInt(12); op >= 0; op--) {
                    int space = random.nextInt(3) * 7;
                    byte[] key = keys.next(random);
                    byte[] value = value(random);
                    scene.put(space, key, value);
                    models.computeIfAbsent(space, _ -> new Model()).add(key, sequence++, value);
                }
                assertThat(scene.write(generation, batchFirst)).isTrue();
                if (batch % 10 == 0) checkSome(scene, generation, models, keys, random, seed, first, sequence);
            }
            checkAll(generation, models, seed);
            assertThat(generation.firstSequence()).isEqualTo(first);
            assertThat(generation.lastSequence()).isEqualTo(sequence - 1);
            assertThat(generation.entries()).isEqualTo(sequence - first);
            assertThat(scene.leased()).isPositive();
            generation.release();
            assertThat(scene.leased()).as("seed %d: all memory is back", seed).isZero();
        }
    }

    private static byte @Nullable [] value(SplittableRandom random) {
        if (random.nextInt(5) == 0) return null;
        byte[] value = new byte[random.nextInt(60) == 0 ? random.nextInt(200_000) : random.nextInt(120)];
        random.nextBytes(value);
        return value;
    }

    private static void checkSome(
            Scene scene,
            Generation generation,
            Map<Integer, Model> models,
            Keys keys,
            SplittableRandom random,
            long seed,
            long first,
            long end) {
        for (int question = 0; question < 60; question++) {
            int space = random.nextInt(3) * 7;
            Model model = models.get(space);
            EntryIndex index = generation.space(space);
            if (model == null) {
                assertThat(index).isNull();
                continue;
            }
            byte[] key = keys.next(random);
            long sequence = random.nextInt(4) == 0 ? Entry.SEQUENCE_MAX : random.nextLong(first, end);
            String when = "seed " + seed + " key " + Arrays.toString(key) + " sequence " + sequence;
            var found = model.find(key, sequence);
            long entry = scene.find(index, key, sequence);
            assertVersion(found == null ? null : found.getKey(), entry, when);
            if (found != null) assertValue(found.getValue(), entry, when);
            assertVersion(model.seek(key, sequence), scene.seek(index, key, sequence), when);
            assertVersion(model.seekBefore(key), scene.seekBefore(index, key), when);
        }
    }

    private static void checkAll(Generation generation, Map<Integer, Model> models, long seed) {
        assertThat(generation.spaceIds())
                .containsExactly(models.keySet().stream().mapToInt(i -> i).toArray());
        models.forEach((space, model) -> {
            String when = "seed " + seed + " space " + space;
            EntryIndex index = generation.space(space);
            assertThat(index.entries()).as(when).isEqualTo(model.versions.size());
            long entry = index.first();
            for (var version : model.versions.entrySet()) {
                assertVersion(version.getKey(), entry, when);
                assertValue(version.getValue(), entry, when);
                entry = index.next(entry);
            }
            assertThat(entry).as(when).isZero();
            entry = index.last();
            for (var version : model.versions.descendingKeySet()) {
                assertVersion(version, entry, when);
                entry = index.previous(entry);
            }
            assertThat(entry).as(when).isZero();
        });
        assertThat(generation.space(999)).isNull();
    }

    private static void assertVersion(Model.@Nullable Version expected, long entry, String when) {
        var found = entry == 0 ? null : new Model.Version(Entry.key(entry), Entry.sequence(entry));
        assertThat(found).as(when).isEqualTo(expected);
    }

    private static void assertValue(byte @Nullable [] expected, long entry, String when) {
        assertThat(Entry.kind(entry)).as(when).isEqualTo(expected == null ? Entry.DELETE : Entry.PUT);
        byte[] value = expected == null ? new byte[0] : expected;
        assertThat(Entry.valueBytes(entry)).as(when).isEqualTo(value.length);
        assertThat(Arrays.equals(Entry.value(entry), value)).as(when).isTrue();
    }

    @Test
    void largeValuesAreReadInAnyStretch() {
        var random = new SplittableRandom(5);
        try (var scene = new Scene(64 << 20)) {
            var generation = new Generation(1, scene.chunks, 5);
            long sequence = 1;
            for (int bytes : new int[] {0, 1, 8191, 8192, 8193, 40_000, 65_536, 131_072, (1 << 20) - 1, 1 << 20}) {
                byte[] value = new byte[bytes];
                random.nextBytes(value);
                byte[] key = {(byte) sequence};
                assertThat(scene.clear().put(1, key, value).write(generation, sequence))
                        .isTrue();
                long entry = scene.find(generation.space(1), key, sequence);
                assertThat(Entry.value(entry)).isEqualTo(value);
                for (int i = 0; i < 50; i++) {
                    int from = random.nextInt(bytes + 1);
                    int part = Math.min(1000, random.nextInt(bytes - from + 1));
                    Entry.copyValue(entry, from, scene.key, part);
                    assertThat(dev.polder.memory.Memory.bytes(scene.key, part))
                            .isEqualTo(Arrays.copyOfRange(value, from, from + part));
                }
                byte[] head = new byte[Math.min(bytes, 100)];
                assertThat(Entry.copyValue(entry, head)).isEqualTo(head.length);
                assertThat(head).isEqualTo(Arrays.copyOf(value, head.length));
                assertThatThrownBy(() -> Entry.copyValue(entry, 1, scene.key, bytes))
                        .isInstanceOf(IllegalArgumentException.class);
                sequence++;
            }
            assertThat(generation.bytes()).as("pieces waste little").isLessThan(3_000_000);
        }
    }

    /// Fills the budget with random batches until one is refused, at ever other amounts of memory taken by others:
    /// a refused batch changes nothing, an accepted one never fails.
    @ParameterizedTest
    @EnumSource(IndexKind.class)
    void reserveEitherLeasesEnoughOrChangesNothing(IndexKind kind) {
        for (long seed = 1; seed <= 40; seed++) exhaust(kind, seed);
    }

    private static void exhaust(IndexKind kind, long seed) {
        var random = new SplittableRandom(seed);
        try (var scene = new Scene(16 << 20)) {
            var hogs = new ArrayList<Integer>();
            int hogged = random.nextInt(scene.budget.plan().ceilingUnits(Owner.GENERATIONS) - 1);
            for (int i = 0; i < hogged; i++) hogs.add(scene.budget.tryLease(Owner.GENERATIONS));
            var generation = new Generation(1, scene.chunks, seed, kind);
            var other = new Generation(2, scene.chunks, seed, kind);
            long sequence = 1;
            int refused = 0;
            Keys keys = Keys.any(random);
            for (int batch = 0; refused < 5 && batch < 3_000; batch++) {
                List<byte[]> batchKeys = fill(scene.clear(), keys, random);
                Generation target = random.nextInt(8) == 0 ? other : generation;
                long bytes = target.bytes();
                long entries = target.entries();
                int spaces = target.spaceIds().length;
                long used = scene.chunks.usedBytes();
                boolean reserved = target.reserve(scene.payload, scene.bytes());
                assertThat(target.entries()).isEqualTo(entries);
                assertThat(target.spaceIds()).hasSize(spaces);
                if (!reserved) {
                    refused++;
                    assertThat(target.bytes()).as("seed %d", seed).isEqualTo(bytes);
                    assertThat(scene.chunks.usedBytes()).as("seed %d", seed).isEqualTo(used);
                } else if (random.nextInt(6) != 0) { // sometimes a reservation is not used: the log append failed
                    long leased = target.bytes();
                    target.apply(scene.payload, scene.bytes(), sequence);
                    sequence += batchKeys.size();
                    assertThat(target.bytes())
                            .as("seed %d: apply leases nothing", seed)
                            .isEqualTo(leased);
                }
            }
            assertThat(refused).as("seed %d", seed).isEqualTo(5);
            generation.release();
            other.release();
            for (int unit : hogs) scene.budget.giveBack(Owner.GENERATIONS, unit);
            assertThat(scene.leased()).as("seed %d", seed).isZero();
        }
    }

    private static List<byte[]> fill(Scene scene, Keys keys, SplittableRandom random) {
        var batch = new ArrayList<byte[]>();
        int ops = random.nextInt(10) == 0 ? 300 : 1 + random.nextInt(4);
        for (int op = 0; op < ops; op++) {
            byte[] key = keys.next(random);
            int large = random.nextInt(20);
            int valueBytes =
                    large == 0 ? random.nextInt(100_000) : large < 4 ? random.nextInt(9_000) : random.nextInt(200);
            scene.put(random.nextInt(5), key, random.nextInt(6) == 0 ? null : new byte[valueBytes]);
            batch.add(key);
        }
        return batch;
    }

    /// One key with thousands of versions: each is found at its own sequence, and between.
    @ParameterizedTest
    @EnumSource(IndexKind.class)
    void everyVersionOfAHotKeyIsFound(IndexKind kind) {
        try (var scene = new Scene(64 << 20)) {
            var generation = new Generation(1, scene.chunks, 1, kind);
            byte[] key = {1, 2, 3};
            for (long sequence = 10; sequence <= 50_000; sequence += 10)
                scene.clear().put(1, key, new byte[] {(byte) sequence}).write(generation, sequence);
            EntryIndex index = generation.space(1);
            for (long sequence = 10; sequence <= 50_000; sequence += 7)
                assertThat(Entry.sequence(scene.find(index, key, sequence))).isEqualTo(sequence / 10 * 10);
            assertThat(scene.find(index, key, 9)).isZero();
            assertThat(scene.seek(index, key, 9)).isZero();
            assertThat(scene.seek(index, new byte[] {1, 2}, 9)).isEqualTo(index.first());
        }
    }

    @Test
    void aSmallStoreTakesOneSmallChunk() {
        try (var scene = new Scene(16 << 20)) {
            var generation = new Generation(1, scene.chunks, 1);
            scene.put(1, new byte[16], new byte[100]).write(generation, 1);
            assertThat(generation.bytes()).isEqualTo(4096);
        }
    }

    @Test
    void sealingGivesBackWhatWasLeasedAheadAndEndsWriting() {
        try (var scene = new Scene(16 << 20)) {
            var generation = new Generation(1, scene.chunks, 1);
            scene.put(1, new byte[16], new byte[100]).write(generation, 1);
            for (int i = 0; i < 1_000; i++) scene.put(1, new byte[16], new byte[100]);
            assertThat(generation.reserve(scene.payload, scene.bytes())).isTrue();
            assertThat(generation.bytes()).isGreaterThan(100_000);
            generation.seal();
            assertThat(generation.bytes()).isEqualTo(4096);
            assertThat(scene.find(generation.space(1), new byte[16], 1)).isNotZero();
            assertThatThrownBy(() -> generation.reserve(scene.payload, scene.bytes()))
                    .hasMessageContaining("SEALED");
            generation.release();
            assertThatThrownBy(generation::release).hasMessageContaining("RELEASED");
            assertThat(scene.leased()).isZero();
        }
    }

    @Test
    void malformedPayloadsChangeNothing() {
        try (var scene = new Scene(16 << 20)) {
            var generation = new Generation(1, scene.chunks, 1);
            scene.put(1, new byte[3], new byte[4]);
            assertThatThrownBy(() -> generation.reserve(scene.payload, scene.bytes() - 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("malformed payload");
            assertThat(generation.bytes()).isZero();
        }
    }

    @Test
    void sequencesOnlyGrow() {
        try (var scene = new Scene(16 << 20)) {
            var generation = new Generation(1, scene.chunks, 1);
            scene.put(1, new byte[3], new byte[4]).write(generation, 5);
            assertThat(generation.reserve(scene.payload, scene.bytes())).isTrue();
            assertThatThrownBy(() -> generation.apply(scene.payload, scene.bytes(), 5))
                    .hasMessageContaining("after 5");
        }
    }
}
