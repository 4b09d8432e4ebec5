package dev.polder.testkit;

import dev.polder.runtime.Seams;
import dev.polder.store.EngineSettings;
import dev.polder.store.StoreCore;
import dev.polder.store.StoreSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// A workload that ran once on a simulated disk, and what may be found after a power cut at any of its operations.
///
/// A power cut leaves the state after some prefix of the steps: no shorter than the *floor*, what had been
/// acknowledged as durable by then, no longer than the *ceiling*, what had begun.
final class History {
    /// What was true when operation `operation` of the disk was the last.
    private record Mark(int operation, int acknowledged, int begun, boolean durable) {}

    /// What a snapshot must show. A space that is dropped is gone for snapshots too; one that is created is seen
    /// empty.
    private record OpenSnapshot(long sequence, int step, Map<String, Map<String, String>> expected) {}

    /// States that may be found: those after steps `floor` to `ceiling`.
    record Bounds(int floor, int ceiling) {}

    final SimulatedIo io;
    private final StoreSettings settings;
    private final List<Map<String, Map<String, String>>> states = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private final List<OpenSnapshot> snapshots = new ArrayList<>();
    private int snapshotsChecked;
    private long spilled;

    private History(SimulatedIo io, StoreSettings settings) {
        this.io = io;
        this.settings = settings;
        states.add(Model.empty());
    }

    /// Runs the steps on an empty disk, in one store that is closed in the end.
    static History record(List<Model.Step> steps, StoreSettings settings) {
        return record(new SimulatedIo(), World.TINY, steps, settings, Seams.system());
    }

    static History record(
            SimulatedIo io, EngineSettings engine, List<Model.Step> steps, StoreSettings settings, Seams seams) {
        History history = new History(io, settings);
        try (World world = new World(io, engine, seams)) {
            history.run(world, steps);
        }
        return history;
    }

    private void run(World world, List<Model.Step> steps) {
        StoreCore store = world.open(settings);
        for (int i = 0; i < steps.size(); i++) {
            Model.Step step = steps.get(i);
            begin(step);
            switch (step) {
                case Model.Step.Reopen reopen -> {
                    checkSnapshots(store);
                    spilled += store.counters().spilledBatches();
                    store.close();
                    store = world.open(settings);
                }
                case Model.Step.Snapshot snapshot -> {
                    if (snapshots.size() == 2) checkSnapshots(store);
                    snapshots.add(new OpenSnapshot(store.registerSnapshot(), i + 1, Model.copy(states.getLast())));
                }
                default -> Model.run(store, step);
            }
            if (step instanceof Model.Step.Drop(String space)) {
                for (OpenSnapshot snapshot : snapshots) snapshot.expected.remove(space);
            }
            acknowledge(i + 1, settings.logged() ? Model.makesDurable(step) : Model.makesDurableUnlogged(step));
        }
        checkSnapshots(store);
        spilled += store.counters().spilledBatches();
        store.close();
        acknowledge(steps.size(), true);
    }

    private void begin(Model.Step step) {
        states.add(Model.after(states.getLast(), step));
        marks.add(new Mark(io.operations() - 1, states.size() - 2, states.size() - 1, false));
    }

    private void acknowledge(int steps, boolean durable) {
        marks.add(new Mark(io.operations() - 1, steps, steps, durable));
    }

    private void checkSnapshots(StoreCore store) {
        for (OpenSnapshot snapshot : snapshots) {
            Map<String, Map<String, String>> found = Model.read(store, snapshot.sequence);
            for (String space : Set.copyOf(found.keySet())) {
                if (!snapshot.expected.containsKey(space)
                        && Objects.requireNonNull(found.get(space)).isEmpty()) found.remove(space);
            }
            if (!snapshot.expected.equals(found)) {
                throw new AssertionError("the snapshot of step " + snapshot.step + " shows\n" + found + "\nand not\n"
                        + snapshot.expected);
            }
            store.releaseSnapshot(snapshot.sequence);
            snapshotsChecked++;
        }
        snapshots.clear();
    }

    int snapshotsChecked() {
        return snapshotsChecked;
    }

    /// How many batches went into files of their own.
    long spilled() {
        return spilled;
    }

    int operations() {
        return io.operations();
    }

    /// What may be found if the power goes after this operation.
    Bounds bounds(int operation, CrashProfile profile) {
        int floor = 0;
        int ceiling = 0;
        boolean allKept = profile == CrashProfile.KEEP_ALL && settings.logged();
        for (Mark mark : marks) {
            if (mark.operation <= operation && (mark.durable || allKept)) floor = Math.max(floor, mark.acknowledged);
            if (mark.operation < operation) ceiling = Math.max(ceiling, mark.begun);
        }
        return new Bounds(floor, Math.max(floor, ceiling));
    }

    String place(int operation, CrashProfile profile, long seed) {
        return "power cut after " + io.journal().get(operation) + ", " + profile + ", seed " + seed;
    }

    /// Fails if `found` is none of the states within the bounds.
    void check(Bounds bounds, Map<String, Map<String, String>> found, String place) {
        for (int n = bounds.floor; n <= bounds.ceiling; n++) if (states.get(n).equals(found)) return;
        throw new AssertionError(place + ": not the state after any of steps " + bounds.floor + " to " + bounds.ceiling
                + "; nearest prefix " + nearest(found) + "; found spaces " + found.keySet());
    }

    Map<String, Map<String, String>> last() {
        return states.getLast();
    }

    private String nearest(Map<String, Map<String, String>> found) {
        for (int n = 0; n < states.size(); n++) if (states.get(n).equals(found)) return "" + n;
        return "none";
    }
}
