package dev.polder.planted;

import dev.polder.errors.CommitUnknownException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.kv.KeyValueSpace;
import dev.polder.store.StoreCore;
import dev.polder.testkit.CrashProfile;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Model;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/// A device that reports errors: what was acknowledged stays true, and what was refused did not happen.
///
/// One key is written again and again, SYNCED, with numbers that grow; so what was acknowledged is one number.
final class FaultChecks {
    private static final int WRITES = 40;

    /// One sync fails, and the next would succeed: if a commit waited for it nothing is acknowledged any more; and
    /// after a power cut all is there that was acknowledged.
    void aSyncFails() {
        for (int n = 1; n <= 40; n += 5) fails(n, IoKind.SYNC);
        for (int n = 1; n <= 5; n++) fails(n, IoKind.SYNC_DIRECTORY);
    }

    private void fails(int n, IoKind kind) {
        SimulatedIo io = new SimulatedIo();
        String when = kind + " " + n + " failed";
        Scene.play(n, io, scene -> {
            StoreCore store = scene.open();
            store.createSpace("a");
            io.failNth(kind, n, Repeat.ONCE, IoFault.EIO);
            write(when, io, store);
            try {
                store.close();
            } catch (PolderException e) {
                // as a store may that failed
            }
        });
        for (int i = 0; i < marks.size(); i++) {
            if (i % 5 == n % 5 || i == marks.size() - 1) cut(when, io, marks.get(i));
        }
    }

    /// What was true after operation `operation` of the disk.
    private record Mark(int operation, int acknowledged, int attempted) {}

    private final List<Mark> marks = new ArrayList<>();

    private static void cut(String when, SimulatedIo io, Mark mark) {
        SimulatedIo image = io.crashImage(mark.operation, CrashProfile.DROP_ALL_UNSYNCED, 1);
        Scene.play(1, image, scene -> {
            StoreCore store = scene.open();
            int there = number(Model.space(store, "a"));
            if (there < mark.acknowledged || there > mark.attempted) {
                throw new AssertionError(when + ": after a power cut commit " + there + " is the last, and "
                        + mark.acknowledged + " was acknowledged");
            }
            store.close();
        });
    }

    private void write(String when, SimulatedIo io, StoreCore store) {
        marks.clear();
        int acknowledged = 0;
        int attempted = 0;
        boolean stopped = false;
        KeyValueSpace space = Model.space(store, "a");
        for (int i = 1; i <= WRITES; i++) {
            try {
                space.put(Model.bytes("key"), Model.bytes("" + i), true);
                if (stopped) throw new AssertionError(when + ", and commit " + i + " was acknowledged");
                acknowledged = i;
            } catch (StoreFailedException | CommitUnknownException e) {
                if (!stopped) attempted = i;
                stopped = true;
            } catch (PolderException e) {
                // refused, and not logged
            }
            if (!stopped) attempted = i;
            marks.add(new Mark(io.operations() - 1, acknowledged, attempted));
            try {
                if (i % 10 == 0) store.flush();
            } catch (PolderException e) {
                // costs the run's file, or comes of the store's failure
            }
        }
    }

    private static int number(KeyValueSpace space) {
        byte[] value = space.get(Model.bytes("key"));
        return value == null ? 0 : Integer.parseInt(Reads.text(value));
    }

    /// A full device refuses commits, each wholly; when there is space again the store goes on.
    void theDeviceIsFull() {
        for (int free = 0; free <= 200; free += 40) {
            SimulatedIo io = new SimulatedIo();
            long spare = free * 1024L;
            Scene.play(free, io, scene -> {
                StoreCore store = scene.open();
                store.createSpace("a");
                KeyValueSpace space = Model.space(store, "a");
                Map<String, String> state = new TreeMap<>();
                io.capacity(io.usedBytes() + spare);
                boolean failed = fill(space, state);
                compare("with " + spare + " bytes free", space, state);
                io.capacity(Long.MAX_VALUE);
                if (!failed) {
                    scene.await("commits are taken again", () -> isTaken(space, state));
                    StoreCore merging = store;
                    scene.await("merging goes on", () -> merging.version().generations().length == 1);
                    compare("with space again", space, state);
                }
                store.close();
                store = scene.open();
                Reads.compare("opened again", store, Map.of("a", state));
                store.close();
            });
        }
    }

    /// With values that do not get smaller in runs: merges shall find the device full too, not only the log.
    private static boolean fill(KeyValueSpace space, Map<String, String> state) {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 300; i++) {
            try {
                StringBuilder value = new StringBuilder("" + i);
                while (value.length() < 600) value.append(Long.toHexString(random.nextLong()));
                put(space, state, Model.key(i % Model.KEYS), value.toString());
            } catch (OutOfSpaceException e) {
                return false;
            } catch (CommitUnknownException | StoreFailedException e) {
                return true;
            }
        }
        return false;
    }

    private static void compare(String when, KeyValueSpace space, Map<String, String> state) {
        long snapshot = space.store().registerSnapshot();
        Reads.compareAt(when, space, state, snapshot);
        space.store().releaseSnapshot(snapshot);
    }

    private static boolean isTaken(KeyValueSpace space, Map<String, String> state) {
        try {
            put(space, state, Model.key(0), "there is space again");
            return true;
        } catch (OutOfSpaceException e) {
            return false; // merging has not tried again yet
        }
    }

    private static void put(KeyValueSpace space, Map<String, String> state, String key, String value) {
        space.put(Model.bytes(key), Model.bytes(value), false);
        state.put(key, value);
    }
}
