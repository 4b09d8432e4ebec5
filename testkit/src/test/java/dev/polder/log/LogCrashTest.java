package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.polder.log.LogFixture.Group;
import dev.polder.testkit.CrashProfile;
import dev.polder.testkit.SimulatedIo;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Cuts the power after every single operation, in every way the simulated disk knows, and recovers: what is found is
/// a prefix of what was written, whole groups only, and nothing acknowledged as durable is missing. Never is a crash
/// taken for corruption.
class LogCrashTest {
    /// What a run acknowledged, by how many operations the disk had done: appended (BUFFERED) and synced (SYNCED).
    private static final class Oracle {
        final List<Group> written = new ArrayList<>();
        private final List<long[]> acknowledged = new ArrayList<>();

        void acknowledge(int operations, long appended, long synced) {
            acknowledged.add(new long[] {operations, appended, synced});
        }

        long appendedAfter(int operation) {
            return last(operation, 1);
        }

        long syncedAfter(int operation) {
            return last(operation, 2);
        }

        private long last(int operation, int what) {
            long last = 0;
            for (long[] one : acknowledged) if (one[0] <= operation + 1) last = Math.max(last, one[what]);
            return last;
        }
    }

    @Test
    void everyCrashPointRecoversToAPrefixWithAllThatWasAcknowledged() {
        for (long seed = 1; seed <= 12; seed++) {
            LogFixture fixture = new LogFixture(new SimulatedIo());
            Oracle oracle = new Oracle();
            SplittableRandom random = new SplittableRandom(seed);
            for (int epoch = 0; epoch < 2; epoch++) {
                try (LogWriter writer = fixture.open()) {
                    run(fixture, writer, oracle, random, 30);
                }
            }
            checkEveryCrash(fixture, oracle, seed);
        }
    }

    /// After a crash, a recovery; into it, a second crash; and a third one into that.
    @Test
    void crashesDuringAndAfterRecoveryRecoverToo() {
        int checked = 0;
        for (long seed = 1; seed <= 60; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LogFixture fixture = new LogFixture(new SimulatedIo());
            Oracle oracle = new Oracle();
            for (int crash = 0; crash < 4; crash++) {
                try (LogWriter writer = fixture.open()) {
                    run(fixture, writer, oracle, random, 12);
                }
                CrashProfile[] profiles = CrashProfile.values();
                CrashProfile profile = profiles[random.nextInt(profiles.length)];
                int operation = random.nextInt(fixture.simulated().operations() + 1) - 1;
                String what = "seed %d crash %d: %s after operation %d".formatted(seed, crash, profile, operation);
                LogFixture after = fixture.crashed(operation, profile, seed * 31 + crash);
                check(after, oracle, operation, profile, what);
                // What was found is the history from now on; the rest never happened.
                Oracle survived = new Oracle();
                survived.written.addAll(oracle.written.stream()
                        .filter(group -> group.lastSequence() <= after.recovered.lastSequence())
                        .toList());
                after.recovered.sync(after.disk);
                survived.acknowledge(0, after.manifest.flushedSequence(), oracle.syncedAfter(operation));
                oracle = survived;
                fixture = after;
                checked++;
            }
        }
        assertThat(checked).isEqualTo(240);
    }

    private static void run(LogFixture fixture, LogWriter writer, Oracle oracle, SplittableRandom random, int groups) {
        SimulatedIo io = fixture.simulated();
        long last = fixture.recovered.lastSequence();
        long synced = last; // recovery synced it
        oracle.written.removeIf(group -> group.firstSequence() > fixture.recovered.lastSequence());
        oracle.acknowledge(io.operations(), last, last);
        for (int i = 0; i < groups; i++) {
            int bytes = random.nextInt(12) == 0 ? random.nextInt(20_000) : random.nextInt(1_500);
            Group group = fixture.append(writer, last + 1, 1 + random.nextInt(3), bytes);
            oracle.written.add(group);
            last = group.lastSequence();
            oracle.acknowledge(io.operations(), last, synced);
            if (random.nextInt(3) == 0) {
                LogFixture.sync(writer);
                synced = last;
                oracle.acknowledge(io.operations(), last, synced);
            }
            if (random.nextInt(2) == 0 && writer.nextWanted()) writer.prepareNext();
            if (random.nextInt(8) == 0) flush(fixture, writer, oracle, last, random);
        }
    }

    private static void flush(LogFixture fixture, LogWriter writer, Oracle oracle, long last, SplittableRandom random) {
        long sequence = random.nextInt(3) == 0 ? last : random.nextLong(1, last + 1);
        for (Group group : oracle.written) {
            if (group.firstSequence() <= sequence && sequence < group.lastSequence()) sequence = group.lastSequence();
        }
        fixture.flush(writer, Math.max(sequence, fixture.manifest.flushedSequence()));
    }

    private static void checkEveryCrash(LogFixture fixture, Oracle oracle, long seed) {
        for (int operation = -1; operation < fixture.simulated().operations(); operation++) {
            for (CrashProfile profile : CrashProfile.values()) {
                int images = profile == CrashProfile.DROP_ALL_UNSYNCED || profile == CrashProfile.KEEP_ALL ? 1 : 3;
                for (int i = 0; i < images; i++) {
                    String what = "seed %d: %s %d after operation %d".formatted(seed, profile, i, operation);
                    check(fixture.crashed(operation, profile, seed * 1000 + i), oracle, operation, profile, what);
                }
            }
        }
    }

    private static void check(LogFixture after, Oracle oracle, int operation, CrashProfile profile, String what) {
        try {
            after.replay();
        } catch (RuntimeException e) {
            fail(what + " " + after.manifest, e);
        }
        long flushed = after.manifest.flushedSequence();
        long reached = after.recovered.lastSequence();
        long acknowledged =
                profile == CrashProfile.KEEP_ALL ? oracle.appendedAfter(operation) : oracle.syncedAfter(operation);
        assertThat(reached).as(what).isGreaterThanOrEqualTo(Math.max(flushed, acknowledged));
        assertThat(after.replayed)
                .as(what)
                .isEqualTo(oracle.written.stream()
                        .filter(group -> group.firstSequence() > flushed && group.lastSequence() <= reached)
                        .toList());
        long highest = reached;
        assertThat(oracle.written.stream()
                        .noneMatch(group -> group.firstSequence() <= highest && highest < group.lastSequence()))
                .as(what)
                .isTrue();
    }
}
