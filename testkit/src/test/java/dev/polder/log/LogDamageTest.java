package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.CorruptionException;
import dev.polder.errors.UnsupportedFormatException;
import dev.polder.io.IoEngine.OpenMode;
import dev.polder.io.IoFile;
import dev.polder.log.LogFixture.Group;
import dev.polder.testkit.SimulatedIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Damages every single byte of a small log, and cuts its files at every size. What comes back is the truth up to a
/// point, or a [CorruptionException]; and it is the latter whenever something left in the log proves that more was
/// synced.
class LogDamageTest {
    /// A group, where it lies, and up to which sequence it proves the log to have been synced.
    private record Placed(Group group, long segment, long from, long to, long provenSequence) {}

    private final SimulatedIo io = new SimulatedIo();
    private final LogFixture fixture = new LogFixture(io, new LogConfig(8 << 10, 16 << 10, 1));
    private final List<Placed> placed = new ArrayList<>();
    private long segments;

    private void write() {
        try (LogWriter writer = fixture.open()) {
            long synced = 0;
            for (long sequence = 1; sequence <= 14; sequence++) {
                Group group = fixture.append(writer, sequence, 1, sequence % 5 == 0 ? 3_000 : 30 * (int) sequence);
                long end = writer.appendLsn();
                long from = Lsn.offset(end) - GroupFormat.end(0, group.payload().length);
                long to = from + GroupFormat.HEADER_BYTES + group.payload().length;
                placed.add(new Placed(group, Lsn.segment(end), from, to, synced));
                if (sequence % 3 != 0 || sequence > 12) continue; // 13 and 14 are never synced
                LogFixture.sync(writer);
                synced = sequence;
            }
            segments = Lsn.segment(writer.appendLsn());
            assertThat(segments).isEqualTo(3);
        }
    }

    @Test
    void everyDamagedByteIsFoundOrDoesNotMatter() {
        write();
        int found = 0;
        int ended = 0;
        for (long segment = 1; segment <= segments; segment++) {
            Path path = LogFixture.segment(segment);
            long bytes = io.size(path);
            for (long offset = 0; offset < bytes; offset++) {
                long bit = offset * 8 + offset * 7 % 8;
                io.flipBit(path, bit);
                boolean corrupt = isCorrupt();
                String what = "segment %d byte %d".formatted(segment, offset);
                if (offset < SegmentFormat.HEADER_BYTES)
                    assertThat(corrupt).as(what).isTrue();
                else if (checkDamaged(groupAt(segment, offset), corrupt, what)) found++;
                else ended++;
                io.flipBit(path, bit);
            }
        }
        assertThat(found).isGreaterThan(1_000);
        assertThat(ended).isGreaterThan(1_000);
        assertThat(isCorrupt()).isFalse();
    }

    /// Returns whether the damage was told as corruption.
    private boolean checkDamaged(int damaged, boolean corrupt, String what) {
        if (damaged < 0) { // padding: nobody's bytes
            assertThat(corrupt).as(what).isFalse();
            assertThat(fixture.replayed).as(what).hasSize(placed.size());
            return false;
        }
        long proven = 0;
        for (int i = 0; i < placed.size(); i++) {
            if (i != damaged) proven = Math.max(proven, placed.get(i).provenSequence());
        }
        long sequence = placed.get(damaged).group().firstSequence();
        assertThat(corrupt).as(what).isEqualTo(sequence <= proven);
        if (!corrupt) assertThat(fixture.replayed).as(what).isEqualTo(prefix(damaged));
        return corrupt;
    }

    private List<Group> prefix(int groups) {
        return placed.subList(0, groups).stream().map(Placed::group).toList();
    }

    private int groupAt(long segment, long offset) {
        for (int i = 0; i < placed.size(); i++) {
            Placed one = placed.get(i);
            if (one.segment() == segment && offset >= one.from() && offset < one.to()) return i;
        }
        return -1;
    }

    private boolean isCorrupt() {
        try {
            fixture.replay();
            return false;
        } catch (CorruptionException | UnsupportedFormatException e) {
            assertThat(e.getMessage()).contains("log-00");
            return true;
        }
    }

    @Test
    void aFileThatWasCutAnywhereIsCorrupt() {
        write();
        for (long segment = 1; segment <= segments; segment++) {
            Path path = LogFixture.segment(segment);
            for (long bytes = 0; bytes < io.size(path); bytes += bytes % 512 == 0 ? 1 : 73) {
                LogFixture cut = fixture.on(io.copy());
                try (IoFile file = cut.io.open(path, OpenMode.WRITE)) {
                    file.truncate(bytes);
                }
                assertThatThrownBy(cut::replay)
                        .as("segment %d cut to %d", segment, bytes)
                        .isInstanceOf(CorruptionException.class)
                        .hasMessageContaining(path.toString());
            }
        }
    }

    /// A cut of the content alone, as of a device that lost everything written late.
    @Test
    void zerosFromAnyPlaceOnAreTheEndOrCorruption() {
        write();
        for (int from = 0; from < placed.size(); from++) {
            LogFixture cut = fixture.on(io.copy());
            for (Placed lost : placed.subList(from, placed.size())) {
                for (long offset = lost.from(); offset < lost.to(); offset++) {
                    cut.simulated().corruptByte(LogFixture.segment(lost.segment()), offset, (byte) 0);
                }
            }
            cut.replay(); // nothing is left that could know better
            assertThat(cut.replayed).isEqualTo(prefix(from));
        }
    }
}
