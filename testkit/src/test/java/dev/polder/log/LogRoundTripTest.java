package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.BudgetExceededException;
import dev.polder.errors.CorruptionException;
import dev.polder.log.LogFixture.Group;
import dev.polder.testkit.SimulatedIo;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LogRoundTripTest {
    @Test
    void whatWasAppendedIsReplayedInOrder() {
        for (long seed = 1; seed <= 30; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            LogFixture fixture = new LogFixture(new SimulatedIo());
            fixture.simulated().shortTransfers(seed);
            List<Group> written = new ArrayList<>();
            for (int epoch = 0; epoch < 4; epoch++) {
                try (LogWriter writer = fixture.open()) {
                    assertThat(fixture.replayed).as("seed %d", seed).isEqualTo(unflushed(written, fixture));
                    run(fixture, writer, written, random);
                }
            }
            fixture.replay();
            assertThat(fixture.replayed).as("seed %d", seed).isEqualTo(unflushed(written, fixture));
            assertThat(fixture.simulated().openHandles()).as("seed %d", seed).isEmpty();
        }
    }

    private static void run(LogFixture fixture, LogWriter writer, List<Group> written, SplittableRandom random) {
        long next = fixture.recovered.lastSequence() + 1;
        int groups = random.nextInt(200);
        for (int i = 0; i < groups; i++) {
            int bytes = random.nextInt(20) == 0 ? random.nextInt(60_000) : random.nextInt(500);
            int count = 1 + random.nextInt(5);
            written.add(fixture.append(writer, next, count, bytes));
            next += count;
            if (random.nextInt(4) == 0) LogFixture.sync(writer);
            if (random.nextInt(4) == 0 && writer.nextWanted()) writer.prepareNext();
            if (random.nextInt(40) == 0) {
                long sequence = written.get(random.nextInt(written.size())).lastSequence();
                fixture.flush(writer, Math.max(sequence, fixture.manifest.flushedSequence()));
            }
        }
    }

    private static List<Group> unflushed(List<Group> written, LogFixture fixture) {
        return written.stream()
                .filter(group -> group.firstSequence() > fixture.manifest.flushedSequence())
                .toList();
    }

    @Test
    void segmentsAreUsedAgainOnceReleased() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        try (LogWriter writer = fixture.open()) {
            for (long sequence = 1; sequence <= 2_000; sequence++) {
                fixture.append(writer, sequence, 1, 300);
                if (writer.nextWanted()) writer.prepareNext();
                if (sequence % 50 == 0) LogFixture.sync(writer);
                if (sequence % 100 == 0) fixture.flush(writer, sequence);
            }
            LogMetrics metrics = writer.metrics();
            assertThat(metrics.segmentsRecycled()).isGreaterThan(10);
            assertThat(metrics.segmentsMade()).isLessThan(6);
            assertThat(metrics.segmentsInline()).isEqualTo(1);
            assertThat(metrics.groups()).isEqualTo(2_000);
            assertThat(metrics.bytes()).isLessThanOrEqualTo((6 * 32) << 10);
            assertThat(metrics.loggedBytes()).isGreaterThanOrEqualTo(2_000 * 368L);
            fixture.append(writer, 2_001, 1, 300);
        }
        fixture.replay();
        assertThat(fixture.replayed).hasSize(1);
        assertThat(fixture.recovered.lastSequence()).isEqualTo(2_001);
    }

    @Test
    void aGroupLargerThanASegmentGetsItsOwn() {
        for (boolean prepared : new boolean[] {false, true}) {
            LogFixture fixture = new LogFixture(new SimulatedIo());
            List<Group> written = new ArrayList<>();
            try (LogWriter writer = fixture.open()) {
                written.add(fixture.append(writer, 1, 1, 50_000)); // the first of all
                written.add(fixture.append(writer, 2, 1, 10));
                if (prepared) writer.prepareNext();
                written.add(fixture.append(writer, 3, 7, 45_001)); // beside one prepared too small
                written.add(fixture.append(writer, 10, 1, 10));
            }
            fixture.replay();
            assertThat(fixture.replayed).isEqualTo(written);
            for (var path : fixture.simulated().files()) {
                assertThat(fixture.simulated().size(path) % 4096).isZero();
            }
        }
    }

    @Test
    void anEmptyTailIsReplacedByALargerOne() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        List<Group> written = new ArrayList<>();
        try (LogWriter writer = fixture.open()) {
            writer.prepare(10); // makes the first segment
            writer.prepareNext();
            written.add(fixture.append(writer, 1, 1, 50_000));
            written.add(fixture.append(writer, 2, 1, 50_000));
        }
        fixture.replay();
        assertThat(fixture.replayed).isEqualTo(written);
        assertThat(Lsn.segment(fixture.recovered.endLsn())).isEqualTo(2);
    }

    @Test
    void aGroupThatDoesNotFitTheBufferIsRefusedByName() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        try (LogWriter writer = fixture.open()) {
            fixture.append(writer, 1, 1, 20_000);
        }
        assertThatThrownBy(() -> fixture.replay(16 << 10))
                .isInstanceOf(BudgetExceededException.class)
                .hasMessageContaining("buffer of 20480 bytes")
                .hasMessageContaining("log-0000000000000001");
        fixture.replay(20_480);
        assertThat(fixture.replayed).hasSize(1);
    }

    @Test
    void aFlushedGroupNeedNotFitTheBuffer() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        try (LogWriter writer = fixture.open()) {
            fixture.append(writer, 1, 1, 20_000);
            fixture.append(writer, 2, 1, 20);
            fixture.flush(writer, 1);
        }
        fixture.replay(8 << 10);
        assertThat(fixture.replayed).hasSize(1);
    }

    @Test
    void aLogThatWasNeverWrittenToIsEmpty() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        for (int i = 0; i < 3; i++) fixture.open().close();
        assertThat(fixture.simulated().files()).isEmpty();
        try (LogWriter writer = fixture.open()) {
            writer.prepare(1); // a segment, without a group
        }
        fixture.open().close();
        assertThat(fixture.simulated().files()).isEmpty();
        assertThat(fixture.recovered.lastSequence()).isZero();
    }

    @Test
    void afterACleanCloseEverythingIsProven() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        try (LogWriter writer = fixture.open()) {
            fixture.append(writer, 1, 1, 100);
            LogFixture.sync(writer);
            fixture.edit(1, writer.epochsAtClose(0), 0);
        }
        assertThat(fixture.manifest.epochs()).containsExactly(EpochRange.ended(1, 1, Lsn.of(1, 4096 + 168), 1));
        fixture.simulated().corruptByte(LogFixture.segment(1), 4096 + 70, (byte) 0);
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("the manifest says that it ends at 1:4264");
    }

    @Test
    void whatWasFlushedButNeverSyncedMayBeMissingBetweenEpochs() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io);
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        LogFixture.sync(writer);
        fixture.append(writer, 2, 1, 100);
        fixture.edit(1, writer.epochsAfter(2), 2); // merged, though never synced in the log
        LogFixture after = fixture.on(io.crashImage(dev.polder.testkit.CrashProfile.DROP_ALL_UNSYNCED, 1));
        LogWriter second = after.open();
        assertThat(after.recovered.lastSequence()).isEqualTo(2);
        Group third = after.append(second, 3, 1, 100);
        second.close();
        after.replay();
        assertThat(after.replayed).containsExactly(third);
    }

    @Test
    void theWriterRefusesMisuse() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        LogWriter writer = fixture.open();
        assertThatThrownBy(() -> writer.append(0, 10, 1, 1, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("without prepare");
        fixture.append(writer, 1, 1, 100);
        assertThatThrownBy(() -> fixture.append(writer, 3, 1, 100)).hasMessageContaining("the next sequence is 2");
        assertThatThrownBy(() -> fixture.append(writer, 2, 0, 100)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writer.sync(writer.appendLsn() + 8)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> writer.prepare(-1)).isInstanceOf(IllegalArgumentException.class);
        writer.close();
        assertThatThrownBy(() -> writer.prepare(1)).isInstanceOf(IllegalStateException.class);
    }
}
