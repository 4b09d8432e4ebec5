package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.testkit.SimulatedIo;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogConfigTest {
    @Test
    void aConfigThatCannotWorkIsRefusedAtOnce() {
        assertThatThrownBy(() -> new LogConfig(4096, 8192, 0)).hasMessageContaining("segmentBytesMin=4096");
        assertThatThrownBy(() -> new LogConfig(8193, 16384, 0)).hasMessageContaining("segmentBytesMin=8193");
        assertThatThrownBy(() -> new LogConfig(16384, 8192, 0)).hasMessageContaining("segmentBytesMax=8192");
        assertThatThrownBy(() -> new LogConfig(8192, 8192, 3)).hasMessageContaining("spareSegmentsMax=3");
        assertThat(new LogConfig(8192, 8192, 0).segmentBytesMax()).isEqualTo(8192);
    }

    @Test
    void boundsOutOfOrderAreRefused() {
        EpochRange first = EpochRange.ended(1, 1, Lsn.of(3, 4264), 9);
        assertThatThrownBy(() -> bounds(2, EpochRange.open(2, 3), first)).hasMessageContaining("out of order");
        assertThatThrownBy(() -> bounds(2, first, EpochRange.open(2, 3))).hasMessageContaining("out of order");
        assertThatThrownBy(() -> bounds(1, first, EpochRange.open(2, 4))).hasMessageContaining("highest 1");
        assertThat(bounds(2, first, EpochRange.open(2, 4)).epochs()).hasSize(2);
    }

    private static LogBounds bounds(long epoch, EpochRange... ranges) {
        return new LogBounds(LogFixture.STORE, epoch, List.of(ranges), 0, 1);
    }

    @Test
    void theTailIsNeededHoweverFarTheStoreIsFlushed() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        try (LogWriter writer = fixture.open()) {
            long sequence = 1;
            while (Lsn.segment(writer.appendLsn()) < 3) fixture.append(writer, sequence++, 1, 1000);
            for (long flushed : new long[] {sequence - 1, Long.MAX_VALUE}) {
                assertThat(writer.epochsAfter(flushed)).hasSize(1);
                assertThat(writer.epochsAfter(flushed).getFirst().firstSegment())
                        .isEqualTo(3);
                writer.releaseBefore(flushed);
            }
            fixture.edit(1, writer.epochsAfter(sequence - 1), sequence - 1);
            fixture.append(writer, sequence, 1, 10);
        }
        fixture.replay();
        assertThat(fixture.replayed).hasSize(1);
    }

    /// Found by cutting the power: the manifest was told that the log begins with what was the tail, and that was
    /// sealed, and released, before the next edit.
    @Test
    void aTailThatIsSealedBetweenTheEditAndTheReleaseStays() {
        LogFixture fixture = new LogFixture(new SimulatedIo());
        try (LogWriter writer = fixture.open()) {
            fixture.append(writer, 1, 1, 10);
            fixture.edit(1, writer.epochsAfter(1), 1);
            long sequence = 2;
            while (Lsn.segment(writer.appendLsn()) < 2) fixture.append(writer, sequence++, 1, 1000);
            writer.releaseBefore(sequence - 2);
        }
        fixture.replay();
        assertThat(fixture.replayed).isNotEmpty();
    }

    @Test
    void lsnsCompareAsNumbers() {
        assertThat(Lsn.of(2, 0)).isGreaterThan(Lsn.of(1, 0xffff_fff8L));
        assertThat(Lsn.segment(Lsn.of(Lsn.SEGMENT_MAX, 4096))).isEqualTo(Lsn.SEGMENT_MAX);
        assertThat(Lsn.offset(Lsn.of(7, 0xffff_fff8L))).isEqualTo(0xffff_fff8L);
        assertThat(Lsn.toString(Lsn.of(7, 4264))).isEqualTo("7:4264");
    }
}
