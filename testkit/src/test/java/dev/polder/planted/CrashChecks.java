package dev.polder.planted;

import dev.polder.kv.KeyValueSpace;
import dev.polder.runtime.Task;
import dev.polder.store.StoreCore;
import dev.polder.testkit.CrashProfile;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Model;
import dev.polder.testkit.PowerCutError;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What is there after a power cut is what the oracle had after some step: none lost that was acknowledged as durable.
final class CrashChecks {
    private static final int STEPS = 60;

    /// What was true when operation `operation` of the disk was the last.
    private record Mark(int operation, int acknowledged, int begun, boolean durable) {}

    private final List<Map<String, Map<String, String>>> states = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();

    /// Nothing that was not synced is there.
    void unsyncedIsLost() {
        power(CrashProfile.DROP_ALL_UNSYNCED, 3);
    }

    /// Everything is there: the process was killed.
    void processIsKilled() {
        power(CrashProfile.KEEP_ALL, 5);
    }

    /// The same while the log goes through several segments, and merges let the oldest go.
    void processIsKilledWithALongLog() {
        List<Model.Step> steps = new ArrayList<>();
        steps.add(new Model.Step.Create("a"));
        for (int i = 0; i < 60; i++) {
            steps.add(new Model.Step.Put("a", Model.key(i % 50), i + "v".repeat(5000), i % 9 == 0));
        }
        for (long seed = 31; seed < 35; seed++) power(seed, new SimulatedIo(), CrashProfile.KEEP_ALL, 11, steps);
    }

    /// Whatever was not synced is there, or is not, or in part.
    void unsyncedIsTorn() {
        power(CrashProfile.TORN, 3);
        power(CrashProfile.RANDOM, 3);
    }

    /// Blocks of 4 KiB that were being written are garbage.
    void blocksAreGarbage() {
        power(CrashProfile.BLOCK_GARBAGE, 1);
    }

    /// The device loses power while calls are disturbed: what was disturbed was done again before it was acknowledged.
    void disturbedCallsAreLost() {
        SimulatedIo io = new SimulatedIo();
        io.failNth(IoKind.SYNC, 20, Repeat.ONCE, IoFault.EINTR);
        for (int n = 6; n < 400; n += 3) {
            io.failNth(IoKind.SYNC, n, Repeat.ONCE, IoFault.EINTR);
        }
        for (int n = 1; n < 400; n += 5) {
            io.failNth(IoKind.WRITE, n, Repeat.ONCE, IoFault.EINTR);
        }
        power(io, CrashProfile.DROP_ALL_UNSYNCED, 5);
    }

    /// As the first two, with batches that are too large for the log; every other with nothing to merge before it.
    void largeBatches() {
        List<Model.Step> steps = new ArrayList<>();
        int spilled = 0;
        for (Model.Step step : Model.stepsWithLargeGroups(31, 40)) {
            if (step instanceof Model.Step.Snapshot) continue;
            boolean large = step instanceof Model.Step.Group group && Model.isSpilled(group);
            if (large && spilled++ % 2 == 0) steps.add(new Model.Step.Flush());
            steps.add(step);
        }
        power(31, new SimulatedIo(), CrashProfile.DROP_ALL_UNSYNCED, 3, steps);
        power(31, new SimulatedIo(), CrashProfile.KEEP_ALL, 7, steps);
    }

    private void power(CrashProfile profile, int stride) {
        power(new SimulatedIo(), profile, stride);
    }

    private void power(SimulatedIo io, CrashProfile profile, int stride) {
        power(31, io, profile, stride, steps(31));
    }

    private void power(long seed, SimulatedIo io, CrashProfile profile, int stride, List<Model.Step> steps) {
        record(seed, io, steps);
        for (int operation = 0; operation < io.operations(); operation += stride) check(io, operation, profile);
    }

    private void record(long seed, SimulatedIo io, List<Model.Step> steps) {
        states.clear();
        marks.clear();
        states.add(Model.empty());
        Scene.play(seed, io, scene -> {
            StoreCore store = scene.open();
            for (int i = 0; i < steps.size(); i++) {
                Model.Step step = steps.get(i);
                states.add(Model.after(states.getLast(), step));
                marks.add(new Mark(io.operations() - 1, i, i + 1, false));
                if (step instanceof Model.Step.Reopen) {
                    store.close();
                    store = scene.open();
                } else {
                    Model.run(store, step);
                }
                marks.add(new Mark(io.operations() - 1, i + 1, i + 1, Model.makesDurable(step)));
            }
            store.close();
            marks.add(new Mark(io.operations() - 1, steps.size(), steps.size(), true));
        });
    }

    /// Now and then what is rare, each behind a write that nothing has made durable yet.
    private static List<Model.Step> steps(long seed) {
        List<Model.Step> steps = new ArrayList<>();
        List<Model.Step> rare =
                List.of(new Model.Step.Create("rare"), new Model.Step.Reopen(), new Model.Step.Drop("rare"));
        int next = 0;
        for (Model.Step step : ModelChecks.steps(seed, STEPS)) {
            steps.add(step);
            if (steps.size() % 8 != 0) continue;
            steps.add(new Model.Step.Put("a", Model.key(steps.size() % Model.KEYS), "unsynced", false));
            steps.add(rare.get(next++ % rare.size()));
        }
        return steps;
    }

    private void check(SimulatedIo io, int operation, CrashProfile profile) {
        int floor = 0;
        int ceiling = 0;
        for (Mark mark : marks) {
            boolean survives = mark.durable || profile == CrashProfile.KEEP_ALL;
            if (mark.operation <= operation && survives) floor = Math.max(floor, mark.acknowledged);
            if (mark.operation < operation) ceiling = Math.max(ceiling, mark.begun);
        }
        String place = "power cut after " + io.journal().get(operation) + ", " + profile;
        try {
            recover(place, io.crashImage(operation, profile, operation), floor, Math.max(floor, ceiling));
        } catch (RuntimeException e) {
            throw new AssertionError(place + ": " + e, e);
        }
    }

    /// Recovers, looks, writes, and opens once more.
    private void recover(String place, SimulatedIo image, int floor, int ceiling) {
        Scene.play(1, image, scene -> {
            StoreCore store = scene.open();
            ModelChecks.Files.check(place, scene, store);
            Map<String, Map<String, String>> found = Model.read(store);
            if (!isState(found, floor, ceiling)) {
                throw new AssertionError(place + ": not the state after any of steps " + floor + " to " + ceiling + ": "
                        + Reads.difference(states.get(floor), found));
            }
            store.createSpace("after");
            Model.space(store, "after").put(Model.bytes(Model.key(0)), Model.bytes("there"), true);
            store.close();
            store = scene.open();
            found.put("after", new TreeMap<>(Map.of(Model.key(0), "there")));
            Reads.compare(place + ", opened again", store, found);
            store.close();
        });
    }

    private boolean isState(Map<String, Map<String, String>> found, int floor, int ceiling) {
        for (int n = floor; n <= ceiling; n++) if (states.get(n).equals(found)) return true;
        return false;
    }

    /// What a recovery has shown after a process was killed is there after a power cut, though the process that wrote
    /// it never synced it.
    void recoveredIsDurable() {
        for (int steps = 6; steps <= 36; steps += 6) {
            SimulatedIo io = new SimulatedIo();
            int killedAfter = steps;
            Scene.play(33, io, scene -> {
                StoreCore store = scene.open();
                for (Model.Step step : ModelChecks.steps(33, killedAfter)) {
                    if (!(step instanceof Model.Step.Reopen)) Model.run(store, step);
                }
                throw new PowerCutError("killed"); // unwinds the process; the disk goes on
            });
            io.delete(World.DIRECTORY.resolve("LOCK")); // the operating system lets go of the lock
            List<Map<String, Map<String, String>>> shown = new ArrayList<>();
            List<SimulatedIo> images = new ArrayList<>();
            Scene.play(1, io, scene -> {
                StoreCore store = scene.open();
                shown.add(Model.read(store));
                images.add(io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, killedAfter));
                store.close();
            });
            Scene.play(2, images.getFirst(), scene -> {
                StoreCore store = scene.open();
                Reads.compare("recovered, then cut, after " + killedAfter + " steps", store, shown.getFirst());
                store.close();
            });
        }
    }

    private record Seen(int operation, int value) {}

    /// What a reader has seen of a SYNCED commit is there after a power cut: it is not shown before it is durable,
    /// though BUFFERED commits go on beside it.
    void nobodySeesWhatThePowerCanTake() {
        for (long seed = 41; seed <= 52; seed++) {
            SimulatedIo io = new SimulatedIo();
            List<Seen> sightings = new ArrayList<>();
            long run = seed;
            Scene.play(seed, io, scene -> watch(scene, sightings));
            for (Seen seen : sightings) {
                SimulatedIo image = io.crashImage(seen.operation, CrashProfile.DROP_ALL_UNSYNCED, run);
                Scene.play(1, image, scene -> {
                    StoreCore store = scene.open();
                    byte[] value = Model.space(store, "a").get(Model.bytes("synced"));
                    int there = value == null ? 0 : Integer.parseInt(Reads.text(value));
                    if (there < seen.value) {
                        throw new AssertionError("seed " + run + ": a reader saw " + seen.value
                                + ", and after a power cut at operation " + seen.operation + " it was " + there);
                    }
                    store.close();
                });
            }
        }
    }

    private static void watch(Scene scene, List<Seen> sightings) {
        StoreCore store = scene.open();
        store.createSpace("a");
        KeyValueSpace space = Model.space(store, "a");
        boolean[] done = new boolean[1];
        Task synced = scene.tasks.spawn("synced", () -> {
            for (int i = 1; i <= 8; i++) space.put(Model.bytes("synced"), Model.bytes("" + i), true);
            done[0] = true;
        });
        Task buffered = scene.tasks.spawn("buffered", () -> {
            for (int i = 1; !done[0]; i++) space.put(Model.bytes("buffered-" + i % 9), Model.bytes("" + i), false);
        });
        int last = 0;
        while (!done[0]) {
            byte[] value = space.get(Model.bytes("synced"));
            int now = value == null ? 0 : Integer.parseInt(Reads.text(value));
            if (now != last) sightings.add(new Seen(scene.io.operations() - 1, now));
            last = now;
            scene.tasks.spin();
        }
        synced.join();
        buffered.join();
        store.close();
    }

    /// Commits of several tasks share syncs; each that was acknowledged is there after a power cut.
    void whatWasAcknowledgedTogetherIsThere() {
        for (long seed = 45; seed <= 47; seed++) {
            SimulatedIo io = new SimulatedIo();
            List<Acknowledged> acknowledged = new ArrayList<>();
            long run = seed;
            Scene.play(seed, io, scene -> commitTogether(scene, acknowledged));
            for (int i = 0; i < acknowledged.size(); i += 2) {
                Acknowledged one = acknowledged.get(i);
                SimulatedIo image = io.crashImage(one.operation, CrashProfile.DROP_ALL_UNSYNCED, run);
                Scene.play(1, image, scene -> {
                    StoreCore store = scene.open();
                    if (Model.space(store, "a").get(Model.bytes(one.key)) == null) {
                        throw new AssertionError("seed " + run + ": " + one + " is gone");
                    }
                    store.close();
                });
            }
        }
    }

    private record Acknowledged(int operation, String key) {}

    private static void commitTogether(Scene scene, List<Acknowledged> acknowledged) {
        StoreCore store = scene.open();
        store.createSpace("a");
        KeyValueSpace space = Model.space(store, "a");
        List<Task> tasks = new ArrayList<>();
        for (int task = 0; task < 4; task++) {
            String name = "task-" + task + "-";
            tasks.add(scene.tasks.spawn(name, () -> {
                for (int i = 0; i < 6; i++) {
                    space.put(Model.bytes(name + i), Model.bytes("v".repeat(50 * i)), true);
                    acknowledged.add(new Acknowledged(scene.io.operations() - 1, name + i));
                }
            }));
        }
        tasks.forEach(Task::join);
        store.close();
    }
}
