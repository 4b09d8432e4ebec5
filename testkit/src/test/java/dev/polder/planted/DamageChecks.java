package dev.polder.planted;

import dev.polder.errors.CorruptionException;
import dev.polder.kv.KeyValueSpace;
import dev.polder.store.StoreCore;
import dev.polder.store.Verifier;
import dev.polder.testkit.Model;
import dev.polder.testkit.SimulatedIo;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// Whatever the device does to bytes that it had taken: what is read is right, or an error.
final class DamageChecks {
    private static final int FLIPS = 80;

    private final Map<String, String> state = new TreeMap<>();

    /// A store with runs on several levels and a log behind them, closed or as a killed process leaves it.
    private SimulatedIo written(boolean closed) {
        SimulatedIo io = new SimulatedIo();
        SimulatedIo[] killed = new SimulatedIo[1];
        Scene.play(61, io, scene -> {
            StoreCore store = scene.open();
            store.createSpace("a");
            KeyValueSpace space = Model.space(store, "a");
            for (int i = 0; i < 240; i++) {
                put(space, Model.key(i % Model.KEYS), i + "v".repeat(i % 150));
                if (i % 60 == 59) store.settle();
            }
            killed[0] = io.copy();
            store.close();
        });
        return closed ? io : killed[0];
    }

    private void put(KeyValueSpace space, String key, String value) {
        space.put(Model.bytes(key), Model.bytes(value), true);
        state.put(key, value);
    }

    /// A flipped bit of a run is found by whoever reads it, and by whoever verifies the store.
    void flippedBitsOfRuns() {
        SimulatedIo io = written(true);
        List<Path> runs = files(io, "run-");
        long bytes = runs.stream().mapToLong(io::size).sum();
        int found = 0;
        for (int flip = 0; flip < FLIPS; flip++) {
            long at = bytes * flip / FLIPS;
            for (Path run : runs) {
                if (at < io.size(run)) {
                    found += check(io, run, at * 8 + flip % 8) ? 1 : 0;
                    break;
                }
                at -= io.size(run);
            }
        }
        if (found < FLIPS / 10) throw new AssertionError("only " + found + " of " + FLIPS + " flipped bits were found");
    }

    private boolean check(SimulatedIo io, Path run, long bit) {
        SimulatedIo damaged = io.copy();
        damaged.flipBit(run, bit);
        boolean[] found = new boolean[1];
        Scene.play(1, damaged, scene -> {
            StoreCore store = scene.open();
            KeyValueSpace space = Model.space(store, "a");
            String what = "bit " + bit + " of " + run + " is flipped";
            List<String> keys = List.copyOf(state.keySet());
            for (int i = 0; i < keys.size(); i += 6) { // brings blocks in together, as reading ahead does
                List<String> some = keys.subList(i, Math.min(i + 6, keys.size()));
                found[0] |= isDamaged(
                        what,
                        some,
                        () -> space.multiGet(some.stream().map(Model::bytes).toList()));
            }
            for (String key : keys) {
                found[0] |= isDamaged(what, List.of(key), () -> Collections.singletonList(space.get(Model.bytes(key))));
            }
            List<String> problems = Verifier.verify(store, (done, all) -> {}).problems();
            if (found[0] && problems.isEmpty()) {
                throw new AssertionError("bit " + bit + " of " + run + " is flipped, and verify finds nothing");
            }
            store.close();
        });
        return found[0];
    }

    /// Whether a read reports damage; otherwise it has the right values.
    private boolean isDamaged(String what, List<String> keys, Supplier<List<byte[]>> read) {
        List<byte[]> values;
        try {
            values = read.get();
        } catch (CorruptionException e) {
            return true;
        }
        for (int i = 0; i < keys.size(); i++) {
            byte[] there = values.get(i);
            if (there != null && Reads.text(there).equals(state.get(keys.get(i)))) continue;
            throw new AssertionError(
                    what + ", and " + keys.get(i) + (there == null ? " is gone" : " has another value"));
        }
        return false;
    }

    /// Either copy of the manifest can be damaged anywhere: the other one has all of it.
    void damagedCopiesOfTheManifest() {
        SimulatedIo io = written(false);
        for (Path copy : files(io, "manifest-")) {
            long used = usedBytes(io, copy);
            for (long at = 0; at < used; at += used - at < 64 ? 5 : used / 16) { // all over the last edit
                SimulatedIo damaged = io.copy();
                damaged.flipBit(copy, at * 8 + at % 8);
                String what = "byte " + at + " of " + copy + " is damaged";
                try {
                    Scene.play(1, damaged, scene -> {
                        StoreCore store = scene.open();
                        Reads.compare(what, store, Map.of("a", state));
                        store.close();
                    });
                } catch (RuntimeException e) {
                    throw new AssertionError(what + ": " + e, e);
                }
            }
        }
    }

    /// An edit of another store, valid in itself and with the right number, is not taken for one of this.
    void anEditOfAnotherManifest() {
        SimulatedIo one = withLastSpace("one");
        SimulatedIo two = withLastSpace("two");
        for (Path copy : files(one, "manifest-")) {
            byte[] other = two.bytes(copy);
            byte[] own = one.bytes(copy);
            int end = (int) usedBytes(one, copy);
            int start = lastEdit(own);
            for (int at = start; at < end; at++) one.corruptByte(copy, at, other[at]);
        }
        try {
            Scene.play(1, one, scene -> {
                StoreCore store = scene.open();
                List<String> spaces = store.spaces();
                store.close();
                throw new AssertionError("the store was opened with an edit of another store: " + spaces);
            });
        } catch (CorruptionException e) {
            // The log says that an edit is missing.
        }
    }

    /// The manifest's last edit makes a space; the log's last group tells that it was durable.
    private static SimulatedIo withLastSpace(String name) {
        SimulatedIo io = new SimulatedIo();
        SimulatedIo[] killed = new SimulatedIo[1];
        Scene.play(name.hashCode(), io, scene -> {
            StoreCore store = scene.open();
            store.createSpace(name);
            Model.space(store, name).put(Model.bytes("key"), Model.bytes("value"), true);
            killed[0] = io.copy();
            store.close();
        });
        return killed[0];
    }

    private static int lastEdit(byte[] manifest) {
        int at = 64;
        while (true) {
            int length = intAt(manifest, at + 4);
            int next = at + 24 + length;
            if (next + 24 > manifest.length || intAt(manifest, next) == 0) return at;
            at = next;
        }
    }

    private static int intAt(byte[] bytes, int at) {
        return java.nio.ByteBuffer.wrap(bytes)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getInt(at);
    }

    private static long usedBytes(SimulatedIo io, Path file) {
        byte[] bytes = io.bytes(file);
        int used = bytes.length;
        while (used > 0 && bytes[used - 1] == 0) used--;
        return used;
    }

    private static List<Path> files(SimulatedIo io, String prefix) {
        return io.files().stream()
                .filter(file -> file.getFileName().toString().startsWith(prefix))
                .toList();
    }
}
