package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.PolderException;
import dev.polder.run.Run;
import dev.polder.store.EngineSettings;
import dev.polder.store.StoreCore;
import dev.polder.store.StoreSettings;
import dev.polder.store.Verifier;
import dev.polder.store.Version;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// One run of a workload on a disk with one fault, what became of it, and the look at what was left: [FaultTest] says
/// what must hold.
final class FaultRun {
    private static final long SIMULATED_STEPS_MAX = 400_000;

    /// Plans what will go wrong.
    interface Trouble {
        void plan(FaultRun run);
    }

    private final SimulatedTasks tasks;
    private final EngineSettings engine;
    private final StoreSettings settings;
    final SimulatedIo io = new SimulatedIo();
    private World world;
    private StoreCore store;
    /// The last state is the acknowledged one; those before it, back to `durable`, are its prefixes.
    private final List<Map<String, Map<String, String>>> states = new ArrayList<>();

    private int durable;
    /// What was not durable may be lost: without a log, or after the cache was.
    boolean volatileLost;
    private Model.Step unknown;
    long operations;
    long syncs;
    int refused;
    boolean failed;
    PolderException failure;

    private FaultRun(SimulatedTasks tasks, EngineSettings engine, StoreSettings settings) {
        this.tasks = tasks;
        this.engine = engine;
        this.settings = settings;
        states.add(Model.empty());
        tasks.attach(io);
        tasks.limit(SIMULATED_STEPS_MAX);
        world = new World(io, engine, tasks.seams());
    }

    static FaultRun run(
            long seed, EngineSettings engine, StoreSettings settings, List<Model.Step> steps, Trouble trouble) {
        FaultRun[] result = new FaultRun[1];
        SimulatedTasks.run(seed, tasks -> {
            FaultRun run = new FaultRun(tasks, engine, settings);
            result[0] = run;
            trouble.plan(run);
            run.workload(steps);
            run.operations = run.io.count(IoKind.ANY);
            run.syncs = run.io.count(IoKind.SYNC);
            run.aftermath();
        });
        return result[0];
    }

    private Map<String, Map<String, String>> state() {
        return states.getLast();
    }

    void workload(List<Model.Step> steps) {
        try {
            store = world.open(settings);
        } catch (PolderException e) {
            refused++;
            return;
        }
        for (Model.Step step : steps) if (spacesThere(step) && !step(step)) return;
    }

    /// Does a step; returns whether the store goes on.
    private boolean step(Model.Step step) {
        Map<String, Map<String, String>> after = Model.after(state(), step);
        try {
            if (step instanceof Model.Step.Reopen) {
                StoreCore closing = store;
                store = null;
                closing.close();
                if (closing.failure() != null) { // in the background, and nobody has noticed
                    failed = true;
                    return false;
                }
                store = world.open(settings);
            } else if (!(step instanceof Model.Step.Snapshot)) {
                Model.run(store, step);
            }
            states.add(after);
            boolean durably = settings.logged() ? Model.makesDurable(step) : Model.makesDurableUnlogged(step);
            if (durably) durable = states.size() - 1;
            return true;
        } catch (PolderException e) {
            refused++;
            failure = e;
            if (store == null) return false;
            if (store.failure() != null) {
                failed = true;
                unknown = step;
                return false;
            }
            readIfPossible(step, e);
            return true;
        }
    }

    /// A space that could not be created is not written to.
    private boolean spacesThere(Model.Step step) {
        return switch (step) {
            case Model.Step.Put put -> state().containsKey(put.space());
            case Model.Step.Delete delete -> state().containsKey(delete.space());
            case Model.Step.Group group ->
                group.writes().stream().allMatch(write -> state().containsKey(write.space()));
            case Model.Step.Drop(String space) -> state().containsKey(space);
            default -> true;
        };
    }

    private void readIfPossible(Model.Step step, PolderException why) {
        Map<String, Map<String, String>> found;
        try {
            found = Model.read(store);
        } catch (PolderException e) {
            return;
        }
        if (!found.equals(state())) throw new AssertionError("a refused step has changed something: " + step, why);
    }

    /// The faults are gone: reads go on, and writes if the store has not failed; then close and reopen.
    void aftermath() {
        io.clearFaults();
        io.capacity(Long.MAX_VALUE);
        io.quota(Long.MAX_VALUE);
        tasks.limit(SIMULATED_STEPS_MAX);
        if (!settings.logged() && store == null) volatileLost = true;
        if (store != null) {
            assertThat(Model.differences(state(), Model.read(store)))
                    .as("what is visible")
                    .isEmpty();
            if (store.failure() == null) resume();
            store.close();
            // What the background met may be known only now.
            if (!settings.logged() && store.failure() != null) volatileLost = true;
            checkThatNothingIsHeld();
        }
        assertThat(io.openHandles()).as("after the close").isEmpty();
        world.close();
        reopen();
    }

    /// That memory of merges came back shows in that they go on: there is one stretch for each kind.
    private void checkThatNothingIsHeld() {
        world.engine.loader().awaitBackground();
        assertThat(world.engine.loader().metrics().slotsBusy()).as("slots").isZero();
        assertThat(world.engine.disk().metrics().inFlightNow()).as("places").isZero();
        assertThat(world.engine.disk().metrics().lanes()).allSatisfy(lane -> {
            assertThat(lane.inFlightNow()).as(lane.lane()).isZero();
            assertThat(lane.stagedBytes()).as(lane.lane()).isZero();
        });
    }

    private void resume() {
        for (Model.Step step : List.of(
                new Model.Step.Create("a"),
                new Model.Step.Put("a", "resumed", "yes", true),
                new Model.Step.Flush(),
                new Model.Step.Settle())) {
            // What had begun before the fault went may fail yet.
            for (int attempt = 0; !attempt(step, attempt == 3); attempt++) {}
            states.add(Model.after(state(), step));
        }
    }

    private boolean attempt(Model.Step step, boolean last) {
        try {
            Model.run(store, step);
            return true;
        } catch (PolderException e) {
            if (last) throw e;
            return false;
        }
    }

    private void reopen() {
        try (World second = new World(io, engine, tasks.seams())) {
            StoreCore reopened = second.open(settings);
            Map<String, Map<String, String>> found = Model.read(reopened);
            assertThat(Verifier.verify(reopened, (done, all) -> {}).problems()).isEmpty();
            reopened.settle();
            assertThat(runFiles(io)).as("files of runs").isEqualTo(runsOf(reopened));
            reopened.close();
            assertThat(isPossible(found)).as("state after the reopen").isTrue();
        }
        assertThat(io.openHandles()).as("after the second close").isEmpty();
    }

    /// Names of the files of runs on a disk.
    static Set<String> runFiles(SimulatedIo io) {
        Set<String> names = new TreeSet<>();
        for (Path file : io.files()) {
            String name = file.getFileName().toString();
            if (name.startsWith("run-")) names.add(name);
        }
        return names;
    }

    /// Names of the files that a store reads its runs from.
    static Set<String> runsOf(StoreCore store) {
        Set<String> names = new TreeSet<>();
        for (Version.SpaceRuns space : store.version().spaces()) {
            for (Run[] level : space.levels()) {
                for (Run run : level) names.add(run.file().path().getFileName().toString());
            }
        }
        return names;
    }

    private boolean isPossible(Map<String, Map<String, String>> found) {
        for (int n = volatileLost ? durable : states.size() - 1; n < states.size(); n++) {
            if (states.get(n).equals(found)) return true;
        }
        return unknown != null && Model.after(state(), unknown).equals(found);
    }
}
