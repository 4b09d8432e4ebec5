package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.log.LogTail.Witness;
import org.junit.jupiter.api.Test;

/// The table of [LogTail], row by row.
class LogTailTest {
    private static final long HOLE = Lsn.of(7, 5000);
    private static final long BEFORE = Lsn.of(7, 4992);
    private static final long BEHIND = Lsn.of(7, 5008);

    @Test
    void anEndedEpochEndsWhereTheManifestSays() {
        assertThat(LogTail.whyNotTheEnd(EpochRange.ended(3, 5, HOLE, 9), HOLE, null))
                .isNull();
        assertThat(LogTail.whyNotTheEnd(EpochRange.ended(3, 5, BEHIND, 9), HOLE, null))
                .contains("breaks off at 7:5000")
                .contains("ends at 7:5008");
        assertThat(LogTail.whyNotTheEnd(EpochRange.ended(3, 5, BEFORE, 9), HOLE, null))
                .isNotNull();
    }

    @Test
    void aHoleBelowWhatTheManifestKnowsIsCorruption() {
        assertThat(LogTail.whyNotTheEnd(openUpTo(HOLE), HOLE, null)).isNull();
        assertThat(LogTail.whyNotTheEnd(openUpTo(BEHIND), HOLE, null)).contains("synced up to 7:5008");
    }

    @Test
    void aHoleBelowWhatALaterGroupKnowsIsCorruption() {
        assertThat(LogTail.whyNotTheEnd(openUpTo(BEFORE), HOLE, new Witness(Lsn.of(8, 4096), 12, HOLE)))
                .isNull();
        assertThat(LogTail.whyNotTheEnd(openUpTo(BEFORE), HOLE, new Witness(Lsn.of(8, 4096), 12, BEHIND)))
                .contains("group at 8:4096");
    }

    @Test
    void aValidGroupAtTheHoleThatIsNotTheNextIsCorruption() {
        assertThat(LogTail.whyNotTheEnd(openUpTo(BEFORE), HOLE, new Witness(HOLE, 12, 0)))
                .contains("not the next");
    }

    private static EpochRange openUpTo(long lsn) {
        return new EpochRange(3, 5, false, lsn, 0);
    }
}
