package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.CorruptionException;
import dev.polder.errors.UnsupportedFormatException;
import dev.polder.io.IoEngine.OpenMode;
import dev.polder.io.IoFile;
import dev.polder.log.LogFixture.Group;
import dev.polder.memory.Memory;
import dev.polder.testkit.SimulatedIo;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The places where a log is easily wrong, each set up by hand.
class LogTrapTest {
    private static final int GROUP_BYTES = 168; // a payload of 100 bytes, its header, rounded up to 8
    private static final long FIRST = 4096;

    private final LogFixture fixture = new LogFixture(new SimulatedIo());
    private final SimulatedIo io = fixture.simulated();

    // ---- (a) A hole before valid groups ----

    @Test
    void aHoleBeforeGroupsThatProveNoSyncIsTheEnd() {
        LogWriter writer = fixture.open();
        Group first = fixture.append(writer, 1, 1, 100);
        fixture.append(writer, 2, 1, 100);
        fixture.append(writer, 3, 1, 100);
        writer.close();
        wipe(1, FIRST + GROUP_BYTES, GROUP_BYTES); // the second never reached the device, the third did
        fixture.replay();
        assertThat(fixture.replayed).containsExactly(first);
        assertThat(fixture.recovered.endLsn()).isEqualTo(Lsn.of(1, FIRST + GROUP_BYTES));
    }

    @Test
    void whatLiesBehindTheEndIsBuriedForEver() {
        LogWriter writer = fixture.open();
        Group first = fixture.append(writer, 1, 1, 100);
        Group lost = fixture.append(writer, 2, 1, 100);
        fixture.append(writer, 3, 1, 100);
        writer.close();
        byte[] segment = io.bytes(LogFixture.segment(1));
        wipe(1, FIRST + GROUP_BYTES, GROUP_BYTES);
        LogWriter second = fixture.open(); // the manifest says now that epoch 1 ended before the second group
        Group other = fixture.append(second, 2, 1, 100);
        second.close();
        // The lost group comes back from the dead, in its old place, whole: nobody looks.
        write(1, FIRST + GROUP_BYTES, slice(segment, FIRST + GROUP_BYTES, GROUP_BYTES));
        fixture.replay();
        assertThat(fixture.replayed).containsExactly(first, other);
        assertThat(lost).isNotEqualTo(other);
    }

    @Test
    void aHoleBeforeAGroupThatProvesASyncIsCorruption() {
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        fixture.append(writer, 2, 1, 100);
        LogFixture.sync(writer);
        fixture.append(writer, 3, 1, 100);
        writer.close();
        wipe(1, FIRST + GROUP_BYTES, GROUP_BYTES);
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("log-0000000000000001")
                .hasMessageContaining("breaks off at 1:4264")
                .hasMessageContaining("synced up to 1:4432");
    }

    /// The padding in front of a group is not a hole: had the sync been counted to the block boundary, the lost group
    /// behind it would seem to have been synced.
    @Test
    void aLostGroupBehindThePaddingOfASyncIsTheEnd() {
        LogWriter writer = fixture.open();
        Group first = fixture.append(writer, 1, 1, 100);
        LogFixture.sync(writer);
        fixture.append(writer, 2, 1, 100); // at 8192, never synced
        fixture.append(writer, 3, 1, 100);
        writer.close();
        wipe(1, 8192, GROUP_BYTES);
        fixture.replay();
        assertThat(fixture.replayed).containsExactly(first);
    }

    @Test
    void aLostGroupBeforeThePaddingOfASyncIsTheEnd() {
        LogWriter writer = fixture.open();
        Group first = fixture.append(writer, 1, 1, 100);
        fixture.append(writer, 2, 1, 100);
        writer.padForSync(); // a sync begins, and the power goes before it ends
        fixture.append(writer, 3, 1, 100); // at 8192
        writer.close();
        wipe(1, FIRST + GROUP_BYTES, GROUP_BYTES);
        fixture.replay();
        assertThat(fixture.replayed).containsExactly(first);
    }

    @Test
    void proofMayLieInALaterSegment() {
        LogWriter writer = fixture.open();
        for (long sequence = 1; sequence <= 20; sequence++) fixture.append(writer, sequence, 1, 1000);
        LogFixture.sync(writer);
        fixture.append(writer, 21, 1, 100);
        assertThat(Lsn.segment(writer.appendLsn())).isEqualTo(2);
        writer.close();
        wipe(1, FIRST + 3 * 1064, 64);
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("the later group at 2:");
    }

    @Test
    void theManifestMayBeTheProof() {
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        LogFixture.sync(writer);
        fixture.edit(1, writer.epochsAfter(0), 0);
        writer.close();
        wipe(1, FIRST, GROUP_BYTES);
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("the manifest says that it was synced up to 1:4264");
    }

    // ---- (b) Stale groups that would fit ----

    @Test
    void anEarlierLifeOfTheFileIsNeverReplayed() {
        LogWriter writer = fixture.open();
        long sequence = 1;
        while (Lsn.segment(writer.appendLsn()) < 4) fixture.append(writer, sequence++, 1, 100);
        long flushed = sequence - 1;
        fixture.flush(writer, flushed); // segments 1 to 3 are spare now
        while (Lsn.segment(writer.appendLsn()) < 5) fixture.append(writer, sequence++, 1, 100);
        writer.close();
        // Segment 5 was segment 2 or 3, full of groups of 168 bytes from 4096 on, and is so again from its second group
        // on.
        assertThat(fixture.simulated().bytes(LogFixture.segment(5))[(int) FIRST + 2 * GROUP_BYTES + 8192])
                .isNotZero();
        long last = sequence - 1;
        fixture.replay();
        assertThat(fixture.recovered.lastSequence()).isEqualTo(last);
        assertThat(fixture.recovered.endLsn()).isEqualTo(Lsn.of(5, FIRST + GROUP_BYTES));
        assertThat(fixture.replayed).hasSize((int) (last - flushed));
    }

    @Test
    void aGroupOfAnotherSegmentEpochOrStoreIsNotValidHere() {
        LogWriter writer = fixture.open();
        Group first = fixture.append(writer, 1, 1, 100);
        fixture.append(writer, 2, 1, 100);
        writer.close();
        byte[] here = slice(io.bytes(LogFixture.segment(1)), FIRST + GROUP_BYTES, GROUP_BYTES);
        for (String what : List.of("store", "epoch", "segment")) {
            LogFixture other = new LogFixture(new SimulatedIo());
            if (what.equals("store")) other.store = new StoreId(1, 2);
            if (what.equals("epoch")) other.beginEpoch(Recovered.nothing());
            Recovered from = !what.equals("segment")
                    ? Recovered.nothing()
                    : new Recovered(0, 0, 1, 0, List.of(), List.of(), List.of(), List.of());
            other.beginEpoch(from);
            LogWriter foreign = other.writer(from);
            other.append(foreign, first);
            other.append(foreign, 2, 1, 100);
            foreign.close();
            Path path = LogFixture.segment(from.nextSegment());
            byte[] there = slice(other.simulated().bytes(path), FIRST + GROUP_BYTES, GROUP_BYTES);
            assertThat(there).as(what).isNotEqualTo(here);
            assertThat(slice(there, 8, 24))
                    .as("same place, same length: " + what)
                    .isEqualTo(slice(here, 8, 24));
            write(1, FIRST + GROUP_BYTES, there);
            fixture.replay();
            assertThat(fixture.replayed).as(what).containsExactly(first);
        }
    }

    @Test
    void afterARecoveryThatCutTheTailTheCutStaysCut() {
        List<Group> kept = new ArrayList<>();
        LogWriter writer = fixture.open();
        kept.add(fixture.append(writer, 1, 1, 100));
        fixture.append(writer, 2, 1, 100);
        writer.close();
        byte[] torn = slice(io.bytes(LogFixture.segment(1)), FIRST + GROUP_BYTES, GROUP_BYTES);
        wipe(1, FIRST + GROUP_BYTES + 80, 8);
        for (int crash = 0; crash < 3; crash++) {
            LogWriter again = fixture.open();
            assertThat(fixture.replayed).isEqualTo(kept);
            kept.add(fixture.append(again, 2 + crash, 1, 100));
            again.close();
            write(1, FIRST + GROUP_BYTES, torn); // whole again
        }
        fixture.replay();
        assertThat(fixture.replayed).isEqualTo(kept);
    }

    @Test
    void segmentsOfEarlierEpochsBehindTheEndAreIgnoredAndDeleted() {
        LogWriter writer = fixture.open();
        Group first = fixture.append(writer, 1, 1, 100);
        writer.prepareNext(); // segment 2 is never used
        writer.close();
        LogWriter second = fixture.open();
        assertThat(io.exists(LogFixture.segment(2))).isFalse();
        Group next = fixture.append(second, 2, 1, 100);
        assertThat(Lsn.segment(second.appendLsn())).isEqualTo(3);
        second.close();
        // A stale file with a higher number than the open epoch's: as if its deletion had been lost.
        byte[] stale = io.bytes(LogFixture.segment(1));
        Memory.putLong(BLOCK, 0);
        for (int i = 0; i < 4096; i++) Memory.putByte(BLOCK + i, stale[i]);
        SegmentFormat.write(BLOCK, new SegmentFormat.Header(LogFixture.STORE, 1, 4, stale.length));
        System.arraycopy(Memory.bytes(BLOCK, 4096), 0, stale, 0, 4096);
        create(LogFixture.segment(4), stale);
        fixture.replay();
        assertThat(fixture.replayed).containsExactly(first, next);
        assertThat(fixture.recovered.nextSegment()).isEqualTo(5);
        assertThat(fixture.recovered.stale()).contains(LogFixture.segment(4));
    }

    // ---- Files ----

    @Test
    void aMissingSegmentIsNamed() {
        LogWriter writer = fixture.open();
        for (long sequence = 1; sequence <= 60; sequence++) fixture.append(writer, sequence, 1, 1000);
        writer.close();
        io.delete(LogFixture.segment(2));
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("log-0000000000000002")
                .hasMessageContaining("missing");
    }

    @Test
    void aFileOfAnotherStoreIsNamed() {
        fixture.open().close();
        LogFixture other = new LogFixture(io);
        other.store = new StoreId(1, 2);
        other.manifest = fixture.manifest;
        other.append(other.writer(Recovered.nothing()), 1, 1, 100);
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("of store 00000000000000010000000000000002");
    }

    @Test
    void aSegmentUnderAnotherNameIsNamed() {
        LogWriter writer = fixture.open();
        for (long sequence = 1; sequence <= 60; sequence++) fixture.append(writer, sequence, 1, 1000);
        writer.close();
        io.rename(LogFixture.segment(3), LogFixture.segment(2));
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("is segment 3 under another name");
    }

    @Test
    void aNewerFormatIsRefused() {
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        writer.close();
        byte[] header = slice(io.bytes(LogFixture.segment(1)), 0, 4096);
        header[SegmentFormat.FORMAT] = 2;
        Memory.copyIn(header, 0, BLOCK, 4096);
        Memory.putInt(BLOCK + SegmentFormat.CRC, Memory.crc32c(BLOCK, SegmentFormat.CRC));
        write(1, 0, Memory.bytes(BLOCK, 4096));
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("format 2");
    }

    @Test
    void aManifestOlderThanTheLogIsRefused() {
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        LogBounds old = fixture.manifest;
        fixture.edit(1, old.epochs(), 0);
        fixture.append(writer, 2, 1, 100); // knows the new edit
        writer.close();
        fixture.replay();
        assertThat(fixture.recovered.highestManifestEdit()).isEqualTo(2);
        fixture.manifest = old;
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("the manifest is older than the log")
                .hasMessageContaining("edit 2");
    }

    @Test
    void aManifestThatDoesNotKnowTheEpochIsRefused() {
        fixture.open().close();
        LogBounds old = fixture.manifest;
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        writer.close();
        fixture.manifest = old;
        assertThatThrownBy(fixture::replay)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("the manifest is older than the log")
                .hasMessageContaining("epoch 2");
    }

    /// A payload may hold anything, even a copy of the log.
    @Test
    void aPayloadThatLooksLikeAGroupIsNotOne() {
        LogWriter writer = fixture.open();
        Group first = fixture.append(writer, 1, 1, 100);
        byte[] copy = slice(io.bytes(LogFixture.segment(1)), FIRST, GROUP_BYTES);
        Group second = new Group(2, 1, copy);
        fixture.append(writer, second);
        writer.close();
        fixture.replay();
        assertThat(fixture.replayed).containsExactly(first, second);
        wipe(1, FIRST + GROUP_BYTES, 8); // the scan behind the hole meets the copy
        fixture.replay();
        assertThat(fixture.replayed).containsExactly(first);
    }

    private static final long BLOCK = Arena.global().allocate(64 << 10, 4096).address();

    private static byte[] slice(byte[] bytes, long from, int length) {
        return java.util.Arrays.copyOfRange(bytes, (int) from, (int) from + length);
    }

    private void wipe(long segment, long offset, int bytes) {
        write(segment, offset, new byte[bytes]);
    }

    private void write(long segment, long offset, byte[] bytes) {
        Memory.copyIn(bytes, 0, BLOCK, bytes.length);
        try (IoFile file = io.open(LogFixture.segment(segment), OpenMode.WRITE)) {
            file.write(offset, BLOCK, bytes.length);
            file.sync();
        }
    }

    private void create(Path path, byte[] bytes) {
        Memory.copyIn(bytes, 0, BLOCK, bytes.length);
        try (IoFile file = io.open(path, OpenMode.CREATE)) {
            file.write(0, BLOCK, bytes.length);
        }
    }
}
