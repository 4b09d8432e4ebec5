package dev.polder.planted;

import dev.polder.kv.KeyValueSpace;
import dev.polder.store.StoreCore;
import dev.polder.testkit.Model;
import dev.polder.testkit.SimulatedIo;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// What is read is what was written, nothing failing.
final class ModelChecks {
    private static final int STEPS = 140;

    /// After every step every read agrees with the oracle, while runs go down several levels.
    void reads() {
        deepest = 0;
        reads(11, new SimulatedIo());
        reads(12, new SimulatedIo());
        if (deepest < 3) throw new AssertionError("no space had more than " + deepest + " levels");
    }

    private int deepest;

    /// Without snapshots, which are the caller's affair.
    static List<Model.Step> steps(long seed, int count) {
        return Model.steps(seed, count).stream()
                .filter(step -> !(step instanceof Model.Step.Snapshot))
                .toList();
    }

    /// The same on a device whose transfers are short and whose calls are disturbed.
    void readsOnADisturbedDevice() {
        SimulatedIo io = new SimulatedIo();
        io.shortTransfers(13);
        reads(13, io);
    }

    private void reads(long seed, SimulatedIo io) {
        Scene.play(seed, io, scene -> {
            StoreCore store = scene.open();
            Map<String, Map<String, String>> state = Model.empty();
            List<Model.Step> steps = steps(seed, STEPS);
            for (int i = 0; i < steps.size(); i++) {
                Model.Step step = steps.get(i);
                if (step instanceof Model.Step.Reopen) {
                    store.close();
                    store = scene.open();
                } else {
                    Model.run(store, step);
                }
                state = Model.after(state, step);
                deepest = Math.max(deepest, levels(store));
                Reads.compare("seed " + seed + " step " + i + " (" + name(step) + ")", store, state);
            }
            store.settle();
            Files.check("seed " + seed + " settled", scene, store);
            store.close();
            if (!io.openHandles().isEmpty()) throw new AssertionError("left open: " + io.openHandles());
        });
    }

    /// Levels below 0 that hold runs, in the space that has most.
    private static int levels(StoreCore store) {
        int most = 0;
        for (var space : store.version().spaces()) {
            int filled = 0;
            for (int level = 1; level < space.levels().length; level++) {
                if (space.levels()[level].length > 0) filled++;
            }
            most = Math.max(most, filled);
        }
        return most;
    }

    /// A space that is dropped takes its files along, and none that it shares, though nothing else is asked for.
    void droppedFilesGo() {
        Scene.play(14, new SimulatedIo(), scene -> {
            StoreCore store = scene.open();
            for (String name : List.of("a", "b")) store.createSpace(name);
            Map<String, Map<String, String>> state = Model.empty();
            state.put("a", new TreeMap<>());
            for (int i = 0; i < 6; i++) {
                String key = Model.key(i);
                Model.space(store, "b").put(Model.bytes(key), Model.bytes("gone"), false);
                if (i % 2 == 0) { // a file of both
                    Model.space(store, "a").put(Model.bytes(key), Model.bytes("stays"), false);
                    state.get("a").put(key, "stays");
                }
                store.flush();
            }
            store.settle();
            store.dropSpace("b");
            scene.await("the files of the space are deleted", () -> Files.leftOver(scene, store) == null);
            Reads.compare("after the drop", store, state);
            store.close();
        });
    }

    private record Held(long sequence, Map<String, String> state) {}

    /// Snapshots show what was there when they were taken, whatever is written, merged and compacted since.
    void snapshots() {
        for (long seed = 21; seed <= 23; seed++) snapshots(seed);
    }

    private static void snapshots(long seed) {
        Scene.play(seed, new SimulatedIo(), scene -> {
            SplittableRandom random = new SplittableRandom(seed);
            StoreCore store = scene.open();
            store.createSpace("a");
            KeyValueSpace space = Model.space(store, "a");
            TreeMap<String, String> state = new TreeMap<>();
            Deque<Held> held = new ArrayDeque<>();
            for (int i = 0; i < 600; i++) {
                String key = Model.key(random.nextInt(Model.KEYS));
                if (random.nextInt(3) == 0) {
                    space.delete(Model.bytes(key), false);
                    state.remove(key);
                } else {
                    String value = i + "v".repeat(random.nextInt(200));
                    space.put(Model.bytes(key), Model.bytes(value), false);
                    state.put(key, value);
                }
                if (i % 40 == 0) held.add(new Held(store.registerSnapshot(), Map.copyOf(state)));
                if (held.size() > 4) store.releaseSnapshot(held.remove().sequence);
                if (i % 20 == 19) flushAndWait(scene, store);
                if (i % 20 != 19) continue;
                for (Held one : held) Reads.compareAt("seed " + seed + " write " + i, space, one.state, one.sequence);
            }
            for (Held one : held) store.releaseSnapshot(one.sequence);
            store.close();
        });
    }

    /// Time for compaction, but no wait for its end.
    private static void flushAndWait(Scene scene, StoreCore store) {
        store.flush();
        for (int i = 0; i < 10; i++) scene.tasks.sleep(10_000_000);
    }

    private static String name(Model.Step step) {
        return step.getClass().getSimpleName();
    }

    /// What the directory holds.
    static final class Files {
        private Files() {}

        /// Every run file is one that some run is in: nothing is left over.
        static void check(String when, Scene scene, StoreCore store) {
            String leftOver = leftOver(scene, store);
            if (leftOver != null) throw new AssertionError(when + ": " + leftOver);
        }

        /// What is wrong, or `null`.
        static String leftOver(Scene scene, StoreCore store) {
            List<String> expected = new ArrayList<>();
            for (var space : store.version().spaces()) {
                for (var level : space.levels()) {
                    for (var run : level)
                        expected.add(run.file().path().getFileName().toString());
                }
            }
            List<String> found = scene.io.files().stream()
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("run-"))
                    .toList();
            List<String> wanted = expected.stream().distinct().sorted().toList();
            return wanted.equals(found) ? null : "the directory holds " + found + ", and runs are in " + wanted;
        }
    }
}
