package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real process on real files is killed with SIGKILL in mid-flight, over and over, on one directory. The process
/// dies, not the machine: after each kill every commit that returned is there, BUFFERED ones too; of the one commit per
/// thread that had not returned, all or nothing; and every byte is what it should be.
class KillLoopTest {
    private static final int ROUNDS = 16;

    /// Of each thread: what its keys hold, by space.
    private final List<Map<String, Map<String, String>>> models = new ArrayList<>();

    private long mergedBytes;
    private long compactedBytes;
    private long acknowledged;
    private long inFlight;

    @TempDir
    Path directory;

    @Test
    void whatWasAcknowledgedSurvivesEveryKill() {
        long seed = System.nanoTime() >>> 20;
        System.out.println("kill loop, seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int t = 0; t < KilledWriter.THREADS; t++) models.add(emptyState());
        for (int round = 0; round < ROUNDS; round++) {
            String place = "seed " + seed + " round " + round;
            long[] acknowledged = killAChild(seed, round, random, place);
            try (Small small = new Small(IoEngines.probe(), Small.settings(16, 30_000));
                    Store store = small.engine.store(directory)) {
                check(store, seed, round, acknowledged, place);
                // The log that the next child finds ends with a clean close, with a kill, or is empty.
                if (random.nextInt(4) == 0) store.settle();
            }
        }
        System.out.println("kill loop: acknowledged=" + acknowledged + " inFlightFound=" + inFlight + " mergedBytes="
                + mergedBytes + " compactedBytes=" + compactedBytes);
        assertThat(acknowledged).isGreaterThan(ROUNDS * 100L);
        assertThat(mergedBytes).as("the killed processes had merged").isGreaterThan(1 << 20);
        assertThat(compactedBytes).as("the killed processes had compacted").isGreaterThan(1 << 20);
    }

    /// Returns how many steps of each thread the child said had returned.
    private long[] killAChild(long seed, int round, SplittableRandom random, String place) {
        try (ChildJvm child = ChildJvm.start(
                List.of("-Xmx96m", "-XX:TieredStopAtLevel=1"), KilledWriter.class, directory, seed, round)) {
            // One round in eight dies while it opens what the one before it left behind.
            boolean early = round % 8 == 5;
            int lines = 1 + random.nextInt(1_000);
            boolean alive = child.await(said -> early ? said.contains("opening") : said.size() > lines);
            LockSupport.parkNanos(random.nextLong(early ? 100_000_000 : 1_000_000));
            child.kill();
            assertThat(alive)
                    .as("%s: the child died by itself: %s", place, tail(child))
                    .isTrue();
            return count(child, place);
        }
    }

    private long[] count(ChildJvm child, String place) {
        long[] last = new long[KilledWriter.THREADS];
        long[] merged = new long[KilledWriter.THREADS];
        long[] compacted = new long[KilledWriter.THREADS];
        for (String line : child.lines()) {
            String[] words = line.split(" ", -1);
            switch (words[0]) {
                case "ack" -> {
                    int thread = Integer.parseInt(words[1]);
                    assertThat(Long.parseLong(words[2])).as(place).isEqualTo(++last[thread]);
                    acknowledged++;
                }
                case "work" -> {
                    int thread = Integer.parseInt(words[1]);
                    merged[thread] = Long.parseLong(words[2]);
                    compacted[thread] = Long.parseLong(words[3]);
                }
                case "opening", "open" -> {}
                default -> throw new AssertionError(place + ": " + tail(child));
            }
        }
        mergedBytes += java.util.Arrays.stream(merged).max().orElse(0);
        compactedBytes += java.util.Arrays.stream(compacted).max().orElse(0);
        return last;
    }

    private static List<String> tail(ChildJvm child) {
        List<String> lines = child.lines();
        return lines.subList(Math.max(0, lines.size() - 20), lines.size());
    }

    private void check(Store store, long seed, int round, long[] acknowledged, String place) {
        List<Map<String, Map<String, String>>> found = read(store);
        for (int t = 0; t < KilledWriter.THREADS; t++) {
            Map<String, Map<String, String>> model = models.get(t);
            for (long n = 1; n <= acknowledged[t]; n++)
                KilledWriter.step(seed, round, t, n).apply(model);
            if (found.get(t).equals(model)) continue;
            KilledWriter.Step next = KilledWriter.step(seed, round, t, acknowledged[t] + 1);
            next.apply(model);
            inFlight++;
            if (found.get(t).equals(model)) continue;
            throw new AssertionError("%s: thread %d is neither after step %d nor after the next, %s; differing: %s"
                    .formatted(place, t, acknowledged[t], next, differences(model, found.get(t))));
        }
        checkPointReads(store, place);
        assertThat(store.verify((done, all) -> {}).problems()).as(place).isEmpty();
    }

    private static String differences(
            Map<String, Map<String, String>> expected, Map<String, Map<String, String>> found) {
        StringBuilder text = new StringBuilder();
        for (String space : KilledWriter.SPACES) {
            Set<String> keys = new TreeSet<>(expected.get(space).keySet());
            keys.addAll(found.get(space).keySet());
            for (String key : keys) {
                String wanted = name(expected.get(space).get(key));
                String got = name(found.get(space).get(key));
                if (!wanted.equals(got)) text.append("\n  %s %s is %s, not %s".formatted(space, key, got, wanted));
            }
        }
        return text.toString();
    }

    /// The number of the step that wrote it, and of the write in the step.
    private static String name(String value) {
        return value == null ? "not there" : value.substring(0, value.indexOf(':'));
    }

    private static List<Map<String, Map<String, String>>> read(Store store) {
        List<Map<String, Map<String, String>>> found = new ArrayList<>();
        for (int t = 0; t < KilledWriter.THREADS; t++) found.add(emptyState());
        for (String space : KilledWriter.SPACES) {
            try (Cursor cursor = store.keyValues(space).cursor()) {
                for (boolean more = cursor.first(); more; more = cursor.next()) {
                    String key = Small.text(cursor.key());
                    found.get(key.charAt(0) - '0').get(space).put(key, Small.text(cursor.value()));
                }
            }
        }
        return found;
    }

    private void checkPointReads(Store store, String place) {
        for (Map<String, Map<String, String>> model : models) {
            model.forEach((space, entries) -> entries.forEach(
                    (key, value) -> assertThat(Small.text(store.keyValues(space).get(Small.bytes(key))))
                            .as(place)
                            .isEqualTo(value)));
        }
    }

    private static Map<String, Map<String, String>> emptyState() {
        Map<String, Map<String, String>> state = new HashMap<>();
        for (String space : KilledWriter.SPACES) state.put(space, new TreeMap<>());
        return state;
    }
}
