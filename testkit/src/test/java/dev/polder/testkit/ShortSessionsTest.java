package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.runtime.Seams;
import dev.polder.store.EngineSettings;
import dev.polder.store.StoreCore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A program that opens its store, writes a little, and ends, again and again: what it leaves behind is bounded.
class ShortSessionsTest {
    /// Sizes as a user has them.
    private static final EngineSettings USUAL = EngineSettings.of(16L << 20, 1, 5_000);

    /// Epochs that an open leaves in the log, its own, and two spare segments.
    private static final int LOG_FILES_MAX = 8 + 1 + 2;

    /// A merge to level 0 every ninth session, four of which are compacted.
    private static final int RUN_FILES_MAX = 8;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aHundredSessionsOfOnePutLeaveAFewFiles(long seed) {
        SimulatedTasks.run(seed, tasks -> {
            SimulatedIo io = new SimulatedIo();
            tasks.attach(io);
            Map<String, String> expected = new TreeMap<>();
            int logs = 0;
            int runs = 0;
            try (World world = new World(io, USUAL, tasks.seams())) {
                for (int session = 0; session < 100; session++) {
                    StoreCore store = world.open();
                    put(store, expected, session);
                    store.close();
                    logs = Math.max(logs, count(io, "log-"));
                    runs = Math.max(runs, count(io, "run-"));
                }
                check(world, expected);
            }
            System.out.println("100 sessions, seed " + seed + ": at most " + logs + " files of the log, " + runs
                    + " of runs, " + io.usedBytes() + " bytes in the end");
            assertThat(logs).as("seed %d", seed).isBetween(4, LOG_FILES_MAX);
            assertThat(runs).as("seed %d", seed).isBetween(1, RUN_FILES_MAX);
            assertThat(io.openHandles()).isEmpty();
        });
    }

    /// The same with a process that never closes its store.
    @Test
    void soDoSessionsThatAreKilled() {
        SimulatedIo io = new SimulatedIo();
        Map<String, String> expected = new TreeMap<>();
        for (int session = 0; session < 40; session++) {
            SimulatedIo killed;
            try (World world = new World(io, USUAL, Seams.system())) {
                StoreCore store = world.open();
                put(store, expected, session);
                killed = io.copy();
                store.close();
            }
            io = killed;
            assertThat(count(io, "log-")).isLessThanOrEqualTo(LOG_FILES_MAX);
            assertThat(count(io, "run-")).isLessThanOrEqualTo(RUN_FILES_MAX);
        }
        try (World world = new World(io, USUAL, Seams.system())) {
            check(world, expected);
        }
    }

    /// The power goes at every operation of the open that merges.
    @ParameterizedTest
    @EnumSource
    void anOpenThatMergesCanBeCutAnywhere(CrashProfile profile) {
        Map<String, String> expected = new TreeMap<>();
        SimulatedIo io = manySessions(expected, 1);
        open(io, expected);
        int runs = 0;
        for (int operation = 0; operation < io.operations(); operation++) {
            SimulatedIo image = io.crashImage(operation, profile, operation);
            runs += Math.min(1, count(image, "run-"));
            try {
                open(image, expected);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("power cut after " + io.journal().get(operation), e);
            }
        }
        assertThat(runs).as("cuts behind the merge").isPositive();
        assertThat(runs).as("cuts before it").isLessThan(io.operations());
    }

    /// A device without space for a run costs the merge, not the open; it is made up for.
    @Test
    void anOpenThatFindsNoSpaceToMergeGoesOnWithoutIt() {
        Map<String, String> expected = new TreeMap<>();
        SimulatedIo before = manySessions(expected, 1_000);
        List<Integer> held = new ArrayList<>();
        for (int pages = 0; pages < 90; pages += 3) {
            SimulatedIo io = before.copy();
            io.capacity(io.usedBytes() + pages * 4096L);
            try (World world = new World(io, USUAL, Seams.system())) {
                StoreCore store;
                try {
                    store = world.open();
                } catch (OutOfSpaceException e) {
                    continue; // not even for the manifest
                }
                assertThat(Model.read(store)).isEqualTo(Map.of("a", expected));
                held.add(store.counters().logSegments());
                io.capacity(Long.MAX_VALUE);
                settleThoughAWriteMayJustBeFailing(store);
                assertThat(store.counters().logSegments()).isLessThanOrEqualTo(1);
                assertThat(Model.read(store)).isEqualTo(Map.of("a", expected));
                store.close();
            }
            assertThat(io.openHandles()).isEmpty();
        }
        System.out.println("segments held after an open, with more and more space: " + held);
        assertThat(held).as("there was no space to merge").anyMatch(segments -> segments > 8);
        assertThat(held).as("there was space to merge").anyMatch(segments -> segments <= 1);
    }

    /// A merge that met the full device a moment before there was space may end while we wait, and says so.
    private static void settleThoughAWriteMayJustBeFailing(StoreCore store) {
        try {
            store.settle();
        } catch (OutOfSpaceException e) {
            store.settle();
        }
    }

    /// As many as an open holds, and one more.
    private static SimulatedIo manySessions(Map<String, String> expected, int words) {
        SimulatedIo io = new SimulatedIo();
        try (World world = new World(io, USUAL, Seams.system())) {
            for (int session = 0; session < 9; session++) {
                StoreCore store = world.open();
                put(store, expected, session, words);
                store.close();
            }
        }
        assertThat(count(io, "log-")).isEqualTo(9);
        assertThat(count(io, "run-")).isZero();
        return io.copy();
    }

    private static void open(SimulatedIo io, Map<String, String> expected) {
        try (World world = new World(io, USUAL, Seams.system())) {
            check(world, expected);
        }
    }

    private static void put(StoreCore store, Map<String, String> expected, int session) {
        put(store, expected, session, 1);
    }

    /// Words are random: runs cannot make them smaller.
    private static void put(StoreCore store, Map<String, String> expected, int session, int words) {
        SplittableRandom random = new SplittableRandom(session);
        StringBuilder value = new StringBuilder("of session " + session);
        for (int i = 0; i < words; i++) value.append(' ').append(Long.toHexString(random.nextLong()));
        store.createSpace("a");
        Model.run(store, new Model.Step.Put("a", "key-" + session, value.toString(), true));
        expected.put("key-" + session, value.toString());
    }

    private static void check(World world, Map<String, String> expected) {
        StoreCore store = world.open();
        assertThat(Model.read(store)).isEqualTo(Map.of("a", expected));
        store.close();
    }

    private static int count(SimulatedIo io, String prefix) {
        return (int) io.files().stream()
                .map(Path::getFileName)
                .filter(name -> name.toString().startsWith(prefix))
                .count();
    }
}
