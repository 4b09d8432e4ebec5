package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.store.StoreCore;
import dev.polder.store.StoreSettings;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Cuts the power after every single operation of a workload, in several ways, recovers, and compares with the
/// oracle: see [History]. Workloads put, delete, commit batches across spaces, create and drop spaces, flush, settle,
/// reopen, and read at snapshots; their logs roll and recycle segments, their manifests roll.
class CrashRecoveryTest {
    private static final int STEPS = 120;
    private static final int LARGE_STEPS = 60;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsThereAfterAPowerCutIsAPrefixThatHoldsAllThatWasAcknowledged(long seed) {
        cutEverywhere(seed, World.LOGGED);
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    void withoutALogItIsAPrefixThatHoldsAllThatWasFlushed(long seed) {
        cutEverywhere(seed, World.UNLOGGED);
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32, 33})
    void largeBatchesAreThereWholeOrNotAtAll(long seed) {
        cutEverywhere(seed, World.LOGGED, Model.stepsWithLargeGroups(seed, LARGE_STEPS));
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42})
    void soTheyAreWithoutALog(long seed) {
        cutEverywhere(seed, World.UNLOGGED, Model.stepsWithLargeGroups(seed, LARGE_STEPS));
    }

    private static void cutEverywhere(long seed, StoreSettings settings) {
        cutEverywhere(seed, settings, Model.steps(seed, STEPS));
    }

    private static void cutEverywhere(long seed, StoreSettings settings, List<Model.Step> steps) {
        History history = History.record(steps, settings);
        CrashProfile[] profiles = CrashProfile.values();
        int cases = 0;
        for (int operation = 0; operation < history.operations(); operation++) {
            // What is not synced is all there, or went one of five ways, which take turns.
            CrashProfile inTurn = profiles[(int) ((operation + seed) % profiles.length)];
            for (CrashProfile profile : EnumSet.of(CrashProfile.KEEP_ALL, inTurn)) {
                check(history, operation, profile, seed * 1000 + operation, settings);
                cases++;
            }
        }
        System.out.println("crash cases: " + cases + ", seed " + seed + ", " + settings + ", snapshots checked: "
                + history.snapshotsChecked() + ", batches spilled: " + history.spilled());
        assertThat(history.spilled()).isEqualTo(spilledIn(steps));
    }

    private static long spilledIn(List<Model.Step> steps) {
        return steps.stream()
                .filter(step -> step instanceof Model.Step.Group group && Model.isSpilled(group))
                .count();
    }

    private static void check(History history, int operation, CrashProfile profile, long seed, StoreSettings settings) {
        String place = history.place(operation, profile, seed);
        SimulatedIo image = history.io.crashImage(operation, profile, seed);
        Map<String, Map<String, String>> found = recover(image, settings, place);
        history.check(history.bounds(operation, profile), found, place);
    }

    private static Map<String, Map<String, String>> recover(SimulatedIo image, StoreSettings settings, String place) {
        try (World world = new World(image)) {
            StoreCore store = world.open(settings);
            Map<String, Map<String, String>> found = Model.read(store);
            store.close();
            assertThat(image.openHandles()).isEmpty();
            return found;
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(place, e);
        }
    }

    /// The power goes again, at every operation of the recovery and of the close after it; then there is a second
    /// recovery. Once the first one was served, the second must find the same.
    @ParameterizedTest
    @ValueSource(longs = {21, 22})
    void aPowerCutDuringRecoveryLosesNothing(long seed) {
        powerCutDuringRecovery(seed, Model.steps(seed, STEPS));
    }

    @Test
    void norOfALargeBatch() {
        powerCutDuringRecovery(23, Model.stepsWithLargeGroups(23, LARGE_STEPS));
    }

    private static void powerCutDuringRecovery(long seed, List<Model.Step> steps) {
        History history = History.record(steps, World.LOGGED);
        SplittableRandom random = new SplittableRandom(seed);
        CrashProfile[] profiles = CrashProfile.values();
        int cases = 0;
        for (int sample = 0; sample < 20; sample++) {
            int operation = random.nextInt(history.operations());
            CrashProfile first = profiles[random.nextInt(profiles.length)];
            String place = history.place(operation, first, seed + sample);
            History.Bounds bounds = history.bounds(operation, first);
            SimulatedIo image = history.io.crashImage(operation, first, seed + sample);
            Map<String, Map<String, String>> served;
            int opened;
            try (World world = new World(image)) {
                StoreCore store = world.open();
                opened = image.operations() - 1;
                served = Model.read(store);
                store.close();
            }
            history.check(bounds, served, place);
            for (int second = 0; second < image.operations(); second++) {
                CrashProfile profile = profiles[random.nextInt(profiles.length)];
                String twice = place + ", and again after " + image.journal().get(second) + ", " + profile;
                Map<String, Map<String, String>> found =
                        recover(image.crashImage(second, profile, seed + second), World.LOGGED, twice);
                history.check(bounds, found, twice);
                if (second >= opened) assertThat(found).as(twice).isEqualTo(served);
                cases++;
            }
        }
        System.out.println("nested crash cases: " + cases + ", seed " + seed);
    }

    /// These workloads are worth their name: segments were rolled and recycled, manifests rolled, runs compacted,
    /// stores reopened. Threads take turns as the seed says: how often the merger comes by is not left to chance.
    @Test
    void theWorkloadsGoThroughAllThatCanHappenToFiles() {
        Set<String> segments = new TreeSet<>();
        Set<String> rolls = new TreeSet<>();
        Set<String> runs = new TreeSet<>();
        int recycled = 0;
        int opened = 0;
        for (long seed = 1; seed <= 3; seed++) {
            opened++;
            for (Model.Step step : Model.steps(seed, STEPS)) if (step instanceof Model.Step.Reopen) opened++;
            for (IoOperation operation : journal(seed)) {
                String name = operation.file().substring(operation.file().lastIndexOf('/') + 1);
                if (name.startsWith("log-spare-") && operation.kind() == IoKind.RENAME) recycled++;
                else if (name.matches("log-[0-9a-f]{16}")) segments.add(name + " of " + seed);
                else if (name.startsWith("manifest-")) rolls.add(name + " of " + seed);
                else if (name.startsWith("run-")) runs.add(name + " of " + seed);
            }
        }
        System.out.println("segments " + segments.size() + ", recycled " + recycled + ", manifest files " + rolls.size()
                + ", runs " + runs.size() + ", opened " + opened);
        assertThat(opened).isGreaterThan(3);
        assertThat(segments).hasSizeGreaterThan(15);
        assertThat(recycled).isGreaterThan(3);
        assertThat(rolls).hasSizeGreaterThan(2 * opened);
        assertThat(runs).hasSizeGreaterThan(15);
    }

    private static List<IoOperation> journal(long seed) {
        SimulatedIo io = new SimulatedIo();
        SimulatedTasks.run(seed, tasks -> {
            tasks.attach(io);
            History.record(io, World.TINY, Model.steps(seed, STEPS), World.LOGGED, tasks.seams());
        });
        return io.journal();
    }
}
