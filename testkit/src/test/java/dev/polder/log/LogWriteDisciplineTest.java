package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.testkit.IoKind;
import dev.polder.testkit.IoOperation;
import dev.polder.testkit.SimulatedIo;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// What the writer asks of the disk, and in which order; read from the journal.
class LogWriteDisciplineTest {
    private final SimulatedIo io = new SimulatedIo();
    private final LogFixture fixture = new LogFixture(io);

    @Test
    void aBlockThatWasSyncedIsNeverWrittenAgain() {
        SplittableRandom random = new SplittableRandom(11);
        try (LogWriter writer = fixture.open()) {
            for (long sequence = 1; sequence <= 600; sequence++) {
                fixture.append(writer, sequence, 1, random.nextInt(2_000));
                if (random.nextInt(3) == 0) LogFixture.sync(writer);
                if (writer.nextWanted()) writer.prepareNext();
                if (sequence % 40 == 0) fixture.flush(writer, sequence - 20);
            }
            assertThat(writer.metrics().segmentsRecycled()).isGreaterThan(5);
        }
        Map<String, Long> writtenTo = new HashMap<>();
        Map<String, Long> syncedTo = new HashMap<>();
        int writes = 0;
        for (IoOperation operation : io.journal()) {
            if (operation.kind() == IoKind.SYNC)
                syncedTo.put(operation.file(), writtenTo.getOrDefault(operation.file(), 0L));
            if (operation.kind() != IoKind.WRITE || !isSegment(operation.file())) continue;
            long syncedBlocks = SegmentFormat.roundUpToBlock(syncedTo.getOrDefault(operation.file(), 4096L));
            assertThat(operation.position()).as("%s", operation).isGreaterThanOrEqualTo(syncedBlocks);
            // Zeros that clear a recycled block are not yet anybody's bytes.
            boolean clears = operation.bytes() % 4096 == 0 && operation.position() % 4096 == 0;
            if (!clears) writtenTo.merge(operation.file(), operation.position() + operation.bytes(), Math::max);
            writes++;
        }
        assertThat(writes).isGreaterThan(600);
    }

    private static boolean isSegment(String file) {
        return file.contains("/log-0");
    }

    @Test
    void aSegmentIsDurableBeforeItsFirstGroup() {
        try (LogWriter writer = fixture.open()) {
            for (long sequence = 1; sequence <= 300; sequence++) {
                fixture.append(writer, sequence, 1, 500);
                if (sequence % 100 == 0) fixture.flush(writer, sequence - 20);
            }
        }
        boolean fileSynced = false;
        boolean named = false;
        boolean ready = false;
        int segments = 0;
        for (IoOperation operation : io.journal()) {
            switch (operation.kind()) {
                case WRITE -> {
                    if (isSegment(operation.file()))
                        assertThat(ready).as("%s", operation).isTrue();
                    else fileSynced = false;
                }
                case SYNC -> fileSynced |= !isSegment(operation.file());
                case RENAME -> {
                    if (isSegment(operation.file())) { // the new name
                        assertThat(fileSynced).as("%s", operation).isTrue();
                        named = true;
                        ready = false;
                    }
                }
                case SYNC_DIRECTORY -> {
                    if (named) segments++;
                    ready |= named;
                    named = false;
                }
                default -> {}
            }
        }
        assertThat(segments).isGreaterThan(4);
    }

    @Test
    void oneSyncCoversManyCommitsAndNoneIsWastedOnNothing() {
        try (LogWriter writer = fixture.open()) {
            for (long sequence = 1; sequence <= 10; sequence++) fixture.append(writer, sequence, 1, 100);
            long lsn = writer.padForSync();
            assertThat(lsn).isEqualTo(writer.appendLsn());
            assertThat(writer.padForSync()).isEqualTo(lsn);
            writer.sync(lsn);
            writer.sync(lsn);
            assertThat(writer.metrics().syncs()).isEqualTo(1);
            assertThat(writer.syncedLsn()).isEqualTo(lsn);
        }
    }
}
