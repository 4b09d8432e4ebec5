package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.runtime.Task;
import dev.polder.store.StoreCore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Several writers at once, with merges and compactions in the background, under [SimulatedTasks]: the seed is the
/// schedule, so every run can be had again, operation for operation. The power goes at any operation; what is found is
/// for each writer the state after a prefix of its commits, no shorter than what was acknowledged as durable, by
/// whoever: a commit that is durable has all those before it with it.
class ConcurrentCrashTest {
    private static final int WRITERS = 3;
    private static final int STEPS = 40;
    private static final int SEEDS = 60;

    /// One run, and what its writers know of it.
    private static final class Run {
        final SimulatedIo io = new SimulatedIo();
        final List<List<Model.Step>> steps = new ArrayList<>();
        /// Of each writer, how many steps: begun, acknowledged, known to be durable.
        final int[] begun = new int[WRITERS];

        final int[] acknowledged = new int[WRITERS];
        int[] durable = new int[WRITERS];
        final SimulatedTasks.Outcome outcome;

        Run(long seed, int operations) {
            for (int w = 0; w < WRITERS; w++) steps.add(steps(seed, w));
            outcome = SimulatedTasks.run(seed, tasks -> {
                tasks.attach(io);
                tasks.limit(2_000_000);
                if (operations > 0) io.stopAfterOperations(operations);
                try (World world = new World(io, World.TINY, tasks.seams())) {
                    StoreCore store = world.open();
                    store.createSpace("a");
                    store.createSpace("b");
                    List<Task> writers = new ArrayList<>();
                    for (int w = 0; w < WRITERS; w++) {
                        int writer = w;
                        writers.add(tasks.spawn("writer " + w, () -> write(store, writer)));
                    }
                    for (Task writer : writers) writer.join();
                    store.settle();
                    store.close();
                }
            });
        }

        private void write(StoreCore store, int writer) {
            for (Model.Step step : steps.get(writer)) {
                int[] before = acknowledged.clone();
                begun[writer]++;
                Model.run(store, step);
                acknowledged[writer]++;
                if (!Model.makesDurable(step)) continue;
                before[writer] = acknowledged[writer];
                for (int w = 0; w < WRITERS; w++) durable[w] = Math.max(durable[w], before[w]);
            }
        }
    }

    /// Each writer has keys of its own.
    private static List<Model.Step> steps(long seed, int writer) {
        SplittableRandom random = new SplittableRandom(seed * 31 + writer);
        List<Model.Step> steps = new ArrayList<>();
        while (steps.size() < STEPS) {
            boolean sync = random.nextInt(3) == 0;
            int dice = random.nextInt(100);
            if (dice < 50) {
                steps.add(new Model.Step.Put(space(random), key(random, writer), value(random, steps.size()), sync));
            } else if (dice < 60) {
                steps.add(new Model.Step.Delete(space(random), key(random, writer), sync));
            } else if (dice < 94) {
                List<Model.Step.Write> writes = new ArrayList<>();
                for (int i = 2 + random.nextInt(5); i > 0; i--) {
                    boolean put = random.nextInt(4) > 0;
                    String value = put ? value(random, steps.size()) : null;
                    writes.add(new Model.Step.Write(i % 2 == 0 ? "a" : "b", key(random, writer), value));
                }
                steps.add(new Model.Step.Group(writes, sync));
            } else {
                steps.add(dice < 97 ? new Model.Step.Flush() : new Model.Step.Sync());
            }
        }
        return steps;
    }

    private static String space(SplittableRandom random) {
        return random.nextBoolean() ? "a" : "b";
    }

    private static String key(SplittableRandom random, int writer) {
        return writer + "-" + random.nextInt(40);
    }

    private static String value(SplittableRandom random, int step) {
        return step + ":" + Long.toHexString(random.nextLong()).repeat(1 + random.nextInt(40));
    }

    /// The same choices, the same moments, and the same operations of the disk, with the same bytes.
    @Test
    void theSameSeedIsTheSameRun() {
        List<Long> hashes = new ArrayList<>();
        for (long seed = 0; seed < 4; seed++) {
            Run once = new Run(seed, 0);
            Run again = new Run(seed, 0);
            assertThat(again.outcome).as("seed %d", seed).isEqualTo(once.outcome);
            assertThat(again.io.journal()).as("seed %d", seed).isEqualTo(once.io.journal());
            assertThat(content(again.io)).as("seed %d", seed).isEqualTo(content(once.io));
            Run cut = new Run(seed, once.io.operations() / 2);
            Run cutAgain = new Run(seed, once.io.operations() / 2);
            assertThat(cutAgain.io.journal()).as("seed %d", seed).isEqualTo(cut.io.journal());
            assertThat(cut.io.journal())
                    .as("up to the cut, seed %d", seed)
                    .isEqualTo(once.io.journal().subList(0, cut.io.operations()));
            hashes.add(once.outcome.traceHash());
        }
        assertThat(hashes).doesNotHaveDuplicates();
    }

    private static Map<String, Integer> content(SimulatedIo io) {
        Map<String, Integer> content = new TreeMap<>();
        io.files().forEach(file -> content.put(file.toString(), Arrays.hashCode(io.bytes(file))));
        return content;
    }

    @Test
    void aPowerCutLeavesOfEachWriterAPrefixThatHoldsAllThatIsDurable() {
        SplittableRandom random = new SplittableRandom(1);
        CrashProfile[] profiles = CrashProfile.values();
        int merges = 0;
        int lost = 0;
        for (long seed = 100; seed < 100 + SEEDS; seed++) {
            int operations = 20 + random.nextInt(400);
            Run run = new Run(seed, operations);
            String place = "seed " + seed + ", power cut after " + run.io.operations() + " operations";
            merges += (int) run.io.journal().stream()
                    .filter(operation -> operation.kind() == IoKind.CREATE
                            && operation.file().contains("/run-"))
                    .count();
            for (CrashProfile profile : profiles) {
                lost += check(run, run.io.crashImage(profile, seed), profile, place + ", " + profile);
            }
        }
        System.out.println("concurrent crash cases: " + SEEDS * profiles.length + ", runs made " + merges
                + ", commits lost that were not durable " + lost);
        assertThat(merges).as("merges and compactions were under way").isGreaterThan(SEEDS);
        assertThat(lost).as("something is at stake").isPositive();
    }

    /// Returns how many acknowledged steps, none of them durable, are not there.
    private static int check(Run run, SimulatedIo image, CrashProfile profile, String place) {
        Map<String, Map<String, String>> found;
        try (World world = new World(image)) {
            StoreCore store = world.open();
            found = Model.read(store);
            store.close();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(place, e);
        }
        int lost = 0;
        for (int w = 0; w < WRITERS; w++) {
            int floor = profile == CrashProfile.KEEP_ALL ? run.acknowledged[w] : run.durable[w];
            int prefix = prefix(run, w, found, floor);
            if (prefix < 0) {
                throw new AssertionError(place + ": writer " + w + " is not after any of its steps " + floor + " to "
                        + run.begun[w] + ", but " + of(w, found));
            }
            lost += Math.max(0, run.acknowledged[w] - prefix);
        }
        return lost;
    }

    /// The greatest number of steps, from `floor` to those that had begun, after which the writer's keys are what was
    /// found; or -1.
    private static int prefix(Run run, int writer, Map<String, Map<String, String>> found, int floor) {
        Map<String, Map<String, String>> wanted = of(writer, found);
        Map<String, Map<String, String>> state = new TreeMap<>();
        state.put("a", new TreeMap<>());
        state.put("b", new TreeMap<>());
        int last = floor == 0 && wanted.values().stream().allMatch(Map::isEmpty) ? 0 : -1;
        for (int n = 1; n <= run.begun[writer]; n++) {
            state = Model.after(state, run.steps.get(writer).get(n - 1));
            if (n >= floor && state.equals(wanted)) last = n;
        }
        return last;
    }

    private static Map<String, Map<String, String>> of(int writer, Map<String, Map<String, String>> found) {
        Map<String, Map<String, String>> own = new TreeMap<>();
        own.put("a", new TreeMap<>());
        own.put("b", new TreeMap<>());
        found.forEach((space, entries) -> entries.forEach((key, value) -> {
            if (key.startsWith(writer + "-")) own.get(space).put(key, value);
        }));
        return own;
    }
}
