package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.CorruptionException;
import dev.polder.errors.PolderException;
import dev.polder.log.LogConfig;
import dev.polder.run.LevelPicker;
import dev.polder.run.Run;
import dev.polder.runtime.Seams;
import dev.polder.store.EngineSettings;
import dev.polder.store.StoreCore;
import dev.polder.store.StoreSettings;
import dev.polder.store.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Damages the files of a store in every way and place, opens it, reads all and verifies. The answer is a typed
/// error, a problem reported, or the right data: never other data, another exception, or none.
class DamageTest {
    private static final List<Model.Step> SMALL = small("value");

    /// Spaces, runs on two levels, and a log that has something in it; everything is synced.
    private static List<Model.Step> small(String word) {
        SplittableRandom random = new SplittableRandom(word.hashCode());
        List<Model.Step> steps = new ArrayList<>();
        steps.add(new Model.Step.Create("a"));
        steps.add(new Model.Step.Create("b"));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 8; i++) {
                StringBuilder value = new StringBuilder(word);
                for (int n = i == 3 ? 150 : 4; n > 0; n--) value.append(Long.toHexString(random.nextLong()));
                steps.add(new Model.Step.Put(i % 3 == 0 ? "b" : "a", "key-" + (i + round * 3), value.toString(), true));
            }
            steps.add(new Model.Step.Delete("a", "key-" + round, true));
            if (round < 2) steps.add(new Model.Step.Flush());
            if (round == 0) steps.add(new Model.Step.Settle());
        }
        return steps;
    }

    /// The state after all steps, and the one before the last.
    private static List<Map<String, Map<String, String>>> lastStates(List<Model.Step> steps) {
        Map<String, Map<String, String>> before = Model.empty();
        Map<String, Map<String, String>> last = before;
        for (Model.Step step : steps) {
            before = last;
            last = Model.after(last, step);
        }
        return List.of(last, before);
    }

    private static SimulatedIo store(List<Model.Step> steps, StoreSettings settings, boolean close) {
        SimulatedIo io = new SimulatedIo();
        SimulatedIo killed;
        try (World world = new World(io, World.TINY, Seams.system())) {
            StoreCore store = world.open(settings);
            for (Model.Step step : steps) Model.run(store, step);
            killed = io.copy();
            store.close();
        }
        return close ? io.copy() : killed;
    }

    @Test
    void aFlippedBitInAnyByteOfAClosedStoreIsDetectedOrIrrelevant() {
        flipEveryByte(store(SMALL, World.LOGGED, true), lastStates(SMALL).subList(0, 1), "closed");
    }

    @Test
    void soItIsWithoutALog() {
        flipEveryByte(store(SMALL, World.UNLOGGED, true), lastStates(SMALL).subList(0, 1), "closed, no log");
    }

    /// The last group of the log of a killed store may look as if it had never been written.
    @Test
    void aFlippedBitInAnyByteOfAKilledStoreCostsItsLastGroupAtMost() {
        flipEveryByte(store(SMALL, World.LOGGED, false), lastStates(SMALL), "killed");
    }

    private static void flipEveryByte(SimulatedIo io, List<Map<String, Map<String, String>>> allowed, String what) {
        Map<String, Map<Damage, Integer>> counts = new TreeMap<>();
        Map<Path, Integer> deadBytes = deadBytes(io);
        try (World world = new World(io)) {
            assertThat(Damage.assess(world, Damage.READ_ONLY, allowed)).isEqualTo(Damage.HARMLESS);
            for (Path file : io.files()) {
                String kind = Damage.name(file).replaceFirst("-?[0-9a-f]{16}", "");
                byte[] content = io.bytes(file);
                boolean needed = isNeeded(io, file, allowed);
                int harmless = 0;
                for (int at = 0; at < content.length; at++) {
                    // Every byte that says something; of zeros, and of files that nobody needs, some.
                    if (at % 32 != 0 && (content[at] == 0 || !needed)) continue;
                    long bit = at * 8L + at % 7;
                    io.flipBit(file, bit);
                    Damage damage = assess(world, allowed, what + ": bit " + at % 7 + " of byte " + at + " of " + file);
                    io.flipBit(file, bit);
                    counts.computeIfAbsent(kind, k -> new EnumMap<>(Damage.class))
                            .merge(damage, 1, Integer::sum);
                    if (damage != Damage.HARMLESS) continue;
                    harmless++;
                    boolean nothing = content[at] == 0 || at >= behindLastGroup(content);
                    if (needed && kind.equals("log") && !nothing) unnoticed(file, at);
                }
                if (kind.equals("run") && harmless > deadBytes.getOrDefault(file, content.length))
                    unnoticed(file, harmless);
            }
            assertThat(io.openHandles()).isEmpty();
        }
        System.out.println("flipped bytes, " + what + ": " + counts);
    }

    private static void unnoticed(Path file, int at) {
        throw new AssertionError("nobody noticed a flip of byte " + at + " of " + file);
    }

    /// A file that may be missing is not needed: spare segments, those of before, the other copy of the manifest. Of
    /// the last it is enough that nothing wrong is read.
    private static boolean isNeeded(SimulatedIo io, Path file, List<Map<String, Map<String, String>>> allowed) {
        if (isManifest(file)) return true;
        SimulatedIo without = io.copy();
        without.delete(file);
        try (World world = new World(without)) {
            return Damage.assess(world, Damage.READ_ONLY, allowed) != Damage.HARMLESS;
        }
    }

    /// Bytes of sections that were compacted away while another section of their file was not, and padding. Files that
    /// are not named here hold no run at all: what a compaction has replaced and not deleted yet.
    private static Map<Path, Integer> deadBytes(SimulatedIo io) {
        Map<Path, Integer> dead = new TreeMap<>();
        try (World world = new World(io.copy())) {
            StoreCore store = world.open(Damage.READ_ONLY);
            Map<Path, Long> live = new TreeMap<>();
            for (Version.SpaceRuns space : store.version().spaces()) {
                for (Run[] level : space.levels()) {
                    for (Run run : level) {
                        live.merge(run.file().path(), run.section().bytes(), Long::sum);
                    }
                }
            }
            live.forEach((file, bytes) -> dead.put(file, (int) (io.size(file) - bytes)));
            store.close();
        }
        return dead;
    }

    /// In a recycled segment old groups follow, which the reader must not take for new ones.
    private static int behindLastGroup(byte[] content) {
        int end = 4096;
        for (int at = 4096; at + 64 <= content.length; at += 8) {
            boolean zeros = true;
            for (int i = at; i < at + 64; i++) zeros &= content[i] == 0;
            if (zeros && at % 4096 == 0) return end;
            if (!zeros) end = at + 64;
        }
        return end;
    }

    private static Damage assess(World world, List<Map<String, Map<String, String>>> allowed, String place) {
        try {
            return Damage.assess(world, Damage.READ_ONLY, allowed);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(place, e);
        }
    }

    /// Every way of damaging one whole file, with a store that may repair, or make it worse.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void filesCutOffMissingOrOfAnotherStoreAreDetectedOrIrrelevant(boolean closed) {
        List<Map<String, Map<String, String>>> allowed = lastStates(SMALL).subList(0, closed ? 1 : 2);
        SimulatedIo io = store(SMALL, World.LOGGED, closed);
        SimulatedIo other = store(small("other"), World.LOGGED, closed);
        Map<Damage, Integer> counts = new EnumMap<>(Damage.class);
        for (Path file : io.files()) {
            long size = io.size(file);
            for (long cut = 0; cut < size; cut += 512) {
                SimulatedIo damaged = io.copy();
                Damage.truncate(damaged, file, cut);
                count(counts, damaged, allowed, file + " cut off at " + cut);
            }
            SimulatedIo missing = io.copy();
            missing.delete(file);
            count(counts, missing, allowed, file + " missing");
            if (other.files().contains(file)) {
                SimulatedIo swapped = io.copy();
                Damage.write(swapped, file, other.bytes(file));
                count(counts, swapped, allowed, file + " of another store");
            }
        }
        System.out.println("files cut off, missing, swapped: " + counts);
    }

    private static void count(
            Map<Damage, Integer> counts,
            SimulatedIo damaged,
            List<Map<String, Map<String, String>>> allowed,
            String place) {
        try (World world = new World(damaged)) {
            counts.merge(Damage.assess(world, World.LOGGED, allowed), 1, Integer::sum);
            assertThat(damaged.openHandles()).isEmpty();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(place, e);
        }
    }

    /// Somebody restores the manifest alone from an older copy. The log knows of newer edits; and a store that is
    /// refused is left as it was, so that the right manifest can be put back.
    @Test
    void aManifestFromAnOlderCopyIsRefusedAndNothingIsTouched() {
        History history = History.record(Model.steps(6, 90), World.LOGGED);
        SimulatedIo now = history.io.copy();
        Set<Set<String>> seen = new HashSet<>();
        Map<Damage, Integer> counts = new EnumMap<>(Damage.class);
        for (int operation = 0; operation < history.operations(); operation++) {
            SimulatedIo before = history.io.crashImage(operation, CrashProfile.KEEP_ALL, 0);
            List<Path> old =
                    before.files().stream().filter(DamageTest::isManifest).toList();
            Set<String> key = new HashSet<>();
            for (Path file : old) key.add(file + " " + Arrays.hashCode(before.bytes(file)));
            if (old.isEmpty() || !seen.add(key)) continue;
            SimulatedIo restored = now.copy();
            now.files().stream().filter(DamageTest::isManifest).forEach(restored::delete);
            for (Path file : old) Damage.write(restored, file, before.bytes(file));
            SimulatedIo untouched = restored.copy();
            try (World world = new World(restored)) {
                Damage damage = Damage.assess(world, World.LOGGED, List.of(history.last()));
                counts.merge(damage, 1, Integer::sum);
                if (damage == Damage.DETECTED) {
                    assertThat(runs(restored)).containsAllEntriesOf(runs(untouched));
                    assertThat(restored.openHandles()).isEmpty();
                }
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("the manifest as it was after operation " + operation, e);
            }
        }
        System.out.println("manifests of before: " + counts);
        assertThat(counts.get(Damage.DETECTED)).isPositive();
    }

    /// The log is longer than a generation, so recovery merges before it comes to the group that knows a newer
    /// manifest; and the number that the old manifest has for the new file was given away since.
    @Test
    void norDoesRecoveryItselfWriteOverARunThatAnOlderManifestDoesNotKnow() {
        SimulatedIo io = new SimulatedIo();
        Map<Path, byte[]> old = new TreeMap<>();
        try (World world = new World(io, oneSegment(1 << 20), Seams.system())) {
            StoreCore store = world.open();
            Model.run(store, new Model.Step.Create("a"));
            for (Path file : io.files()) if (isManifest(file)) old.put(file, io.bytes(file));
            for (int i = 0; i < 16; i++) {
                Model.run(store, new Model.Step.Put("a", "key-" + i, "v".repeat(1000), false));
            }
            // ids are reserved 64 at a time: more runs than that
            for (int i = 0; i < 70; i++) {
                Model.run(store, new Model.Step.Put("a", "key-" + i, "newer", false));
                Model.run(store, new Model.Step.Flush());
            }
            store.close();
        }
        for (Path file : io.files()) if (isManifest(file)) io.delete(file);
        old.forEach((file, content) -> Damage.write(io, file, content));
        Map<Path, String> before = runs(io);
        assertThat(before.keySet()).hasSizeGreaterThan(65);
        try (World world = new World(io, oneSegment(4 << 10), Seams.system())) {
            assertThatThrownBy(world::open)
                    .isInstanceOf(CorruptionException.class)
                    .hasMessageContaining("the manifest never gave its number away");
            assertThat(io.openHandles()).isEmpty();
        }
        assertThat(runs(io)).isEqualTo(before);
    }

    /// All of the log in one segment, and nothing is ever compacted.
    private static EngineSettings oneSegment(long generationBytesMax) {
        return new EngineSettings(
                16L << 20,
                1,
                5_000,
                generationBytesMax,
                new LevelPicker.Config(2, 1_000, 1 << 30, 1 << 30, 2, 25),
                World.TINY.runs(),
                World.TINY.runBytes(),
                new LogConfig(1 << 20, 1 << 20, 0),
                256 << 10);
    }

    private static boolean isManifest(Path file) {
        return Damage.name(file).startsWith("manifest-");
    }

    private static Map<Path, String> runs(SimulatedIo io) {
        Map<Path, String> runs = new TreeMap<>();
        for (Path file : io.files()) {
            if (Damage.name(file).startsWith("run-"))
                runs.put(file, HexFormat.of().formatHex(io.bytes(file)));
        }
        return runs;
    }

    /// Writes that the device acknowledges and does not do, or does elsewhere in the file: every one of a workload.
    @ParameterizedTest
    @CsvSource({"4, -1", "4, 0", "8, 8192"})
    void aLostOrMisdirectedWriteIsDetectedOrHarmless(long seed, long otherOffset) {
        List<Model.Step> steps = Model.steps(seed, 70).stream()
                .filter(step -> !(step instanceof Model.Step.Snapshot))
                .toList();
        Map<Damage, Integer> counts = new EnumMap<>(Damage.class);
        int write = 1;
        for (boolean more = true; more; write += otherOffset < 0 ? 1 : 3) {
            int n = write;
            boolean[] happened = new boolean[1];
            try {
                SimulatedTasks.run(seed, tasks -> {
                    tasks.limit(2_000_000);
                    happened[0] = runWithAccident(tasks, steps, n, otherOffset, counts);
                });
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("write " + n + " goes to " + otherOffset + ", seed " + seed, e);
            }
            more = happened[0];
        }
        System.out.println(
                "writes " + (otherOffset < 0 ? "lost" : "to offset " + otherOffset) + ", seed " + seed + ": " + counts);
        assertThat(counts.get(Damage.DETECTED)).isPositive();
    }

    /// Returns whether there was such a write.
    private static boolean runWithAccident(
            SimulatedTasks tasks, List<Model.Step> steps, int n, long otherOffset, Map<Damage, Integer> counts) {
        SimulatedIo io = new SimulatedIo();
        tasks.attach(io);
        if (otherOffset < 0) io.loseWrite(n);
        else io.misdirectWrite(n, otherOffset);
        Map<String, Map<String, String>> state = Model.empty();
        Map<String, Map<String, String>> begun = state;
        boolean noticed = false;
        long writes;
        try (World world = new World(io, World.TINY, tasks.seams())) {
            StoreCore store = null;
            try {
                store = world.open();
                for (Model.Step step : steps) {
                    begun = Model.after(state, step);
                    if (step instanceof Model.Step.Reopen) {
                        StoreCore closing = store;
                        store = null;
                        closing.close();
                        store = world.open();
                    } else {
                        Model.run(store, step);
                    }
                    state = begun;
                }
            } catch (PolderException e) {
                noticed = true;
            }
            writes = io.count(IoKind.WRITE);
            try {
                if (store != null) store.close();
            } catch (PolderException e) {
                noticed = true;
            }
        }
        try (World world = new World(io, World.TINY, tasks.seams())) {
            Damage damage = Damage.assess(world, World.LOGGED, List.of(state, begun));
            counts.merge(noticed ? Damage.DETECTED : damage, 1, Integer::sum);
        }
        return n < writes;
    }
}
