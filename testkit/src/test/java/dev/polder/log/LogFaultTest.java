package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.CommitUnknownException;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.log.LogFixture.Group;
import dev.polder.testkit.CrashProfile;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Fails the Nth I/O, for every N. Whatever happens, an acknowledged commit is there afterwards, a refused one is
/// not, an unknown one is whole or not at all.
class LogFaultTest {
    private static final int GROUPS = 60;
    private static final Set<IoKind> KINDS = Set.of(
            IoKind.OPEN, IoKind.CREATE, IoKind.WRITE, IoKind.SYNC, IoKind.RENAME, IoKind.DELETE, IoKind.SYNC_DIRECTORY);

    /// A commit loop as a store would have it.
    private static final class Run {
        final LogFixture fixture;
        final List<Group> written = new ArrayList<>();
        long synced;
        boolean unknown;
        int refused;

        Run(LogFixture fixture) {
            this.fixture = fixture;
        }

        void run() {
            LogWriter writer = fixture.open();
            try {
                for (long sequence = 1; sequence <= GROUPS && !unknown; sequence++) commit(writer, sequence);
                if (unknown) {
                    assertThat(writer.failureOrNull()).isNotNull();
                    assertThatThrownBy(() -> writer.prepare(1)).isInstanceOf(StoreFailedException.class);
                    long lsn = writer.appendLsn();
                    if (lsn > writer.syncedLsn()) {
                        assertThatThrownBy(() -> writer.sync(lsn)).isInstanceOf(StoreFailedException.class);
                    }
                    writer.sync(writer.syncedLsn()); // what was synced stays acknowledged
                }
            } finally {
                writer.close();
            }
        }

        private void commit(LogWriter writer, long sequence) {
            Group group = new Group(sequence, 1, LogFixture.payload(sequence, 400 + (int) sequence));
            for (int attempt = 0; !append(writer, group); attempt++) {
                if (unknown) return;
                assertThat(attempt).as("a refused commit can be tried again").isLessThan(3);
            }
            housekeep(writer, sequence);
            if (sequence % 4 == 0) sync(writer, sequence);
        }

        /// Returns whether the group was logged.
        private boolean append(LogWriter writer, Group group) {
            long before = writer.appendLsn();
            try {
                fixture.append(writer, group);
                written.add(group);
                return true;
            } catch (OutOfSpaceException | FileAccessException e) {
                assertThat(writer.appendLsn()).isEqualTo(before);
                assertThat(writer.failureOrNull()).isNull();
                refused++;
            } catch (CommitUnknownException e) {
                unknown = true;
                written.add(group); // perhaps
            } catch (StoreFailedException e) {
                unknown = true;
            }
            return false;
        }

        private void sync(LogWriter writer, long sequence) {
            try {
                LogFixture.sync(writer);
                synced = sequence;
            } catch (CommitUnknownException | StoreFailedException e) {
                unknown = true;
            }
        }

        private void housekeep(LogWriter writer, long sequence) {
            try {
                if (writer.nextWanted()) writer.prepareNext();
                if (sequence % 25 == 0) fixture.flush(writer, sequence - 10);
            } catch (PolderException e) {
                refused++;
            }
        }
    }

    @Test
    void whateverFailsNothingAcknowledgedIsLost() {
        int refused = 0;
        int failed = 0;
        for (IoFault fault : List.of(IoFault.EIO, IoFault.ENOSPC)) {
            for (IoKind kind : KINDS) {
                for (boolean forget : new boolean[] {false, true}) {
                    for (int n = 1; ; n++) {
                        SimulatedIo io = new SimulatedIo();
                        Run run = new Run(new LogFixture(io));
                        io.forgetCacheOnFailedSync(forget);
                        io.failNth(kind, n, Repeat.ONCE, fault, "/store");
                        long before = io.count(kind);
                        run.run();
                        String what = fault + " at " + kind + " " + n + (forget ? ", forgetting" : "");
                        check(run, what);
                        refused += run.refused;
                        if (run.unknown) failed++;
                        if (io.count(kind) - before < n) break; // ran through: every operation has failed once
                    }
                }
            }
        }
        assertThat(refused).isGreaterThan(20);
        assertThat(failed).isGreaterThan(100);
    }

    private static void check(Run run, String what) {
        SimulatedIo io = run.fixture.simulated();
        io.clearFaults();
        assertThat(io.openHandles()).as(what).isEmpty();
        for (CrashProfile profile :
                List.of(CrashProfile.KEEP_ALL, CrashProfile.DROP_ALL_UNSYNCED, CrashProfile.RANDOM)) {
            LogFixture after = run.fixture.crashed(io.operations() - 1, profile, 7);
            after.open().close();
            long flushed = after.manifest.flushedSequence();
            long last = after.recovered.lastSequence();
            assertThat(after.replayed)
                    .as(what)
                    .isEqualTo(run.written.stream()
                            .filter(group -> group.firstSequence() > flushed && group.firstSequence() <= last)
                            .toList());
            assertThat(last).as(what).isGreaterThanOrEqualTo(run.synced);
            if (profile == CrashProfile.KEEP_ALL && !run.unknown)
                assertThat(last).as(what).isEqualTo(GROUPS);
        }
    }

    @Test
    void aFullDeviceRefusesCommitsAndResumesWhenThereIsSpace() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io);
        io.capacity(0);
        LogWriter writer = fixture.open(); // opens all the same
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> fixture.append(writer, 1, 1, 100)).isInstanceOf(OutOfSpaceException.class);
        }
        io.capacity(20 << 10); // one segment, no more
        long sequence = 1;
        try {
            for (; ; sequence++) {
                fixture.append(writer, sequence, 1, 100);
                LogFixture.sync(writer);
            }
        } catch (OutOfSpaceException e) {
            assertThat(e.file()).contains("log-");
        }
        assertThat(sequence).isEqualTo(4);
        assertThat(io.files()).containsExactly(LogFixture.segment(1)); // nothing half made is left
        io.capacity(Long.MAX_VALUE);
        fixture.append(writer, sequence, 1, 100);
        writer.close();
        fixture.replay();
        assertThat(fixture.replayed).hasSize(4);
    }

    /// Part of the write went through, and the rest would have been zeros that stand there already: the group is
    /// valid.
    @Test
    void aGroupCutShortByAFullDeviceIsUnknown() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io);
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        Group zeros = new Group(2, 1, new byte[200]);
        io.failNth(IoKind.WRITE, 1, Repeat.ONCE, IoFault.SHORT);
        io.failNth(IoKind.WRITE, 2, Repeat.ONCE, IoFault.ENOSPC);
        assertThatThrownBy(() -> fixture.append(writer, zeros)).isInstanceOf(CommitUnknownException.class);
        assertThatThrownBy(() -> fixture.append(writer, 2, 1, 100)).isInstanceOf(StoreFailedException.class);
        writer.close();
        fixture.replay();
        assertThat(fixture.replayed).hasSizeBetween(1, 2);
    }

    @Test
    void aFullDeviceThatRefusesAnOverwriteRefusesTheCommitOnly() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io);
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        io.failNth(IoKind.WRITE, 1, Repeat.ONCE, IoFault.ENOSPC);
        assertThatThrownBy(() -> fixture.append(writer, 2, 1, 100)).isInstanceOf(OutOfSpaceException.class);
        fixture.append(writer, 2, 1, 100);
        writer.close();
        fixture.replay();
        assertThat(fixture.replayed).hasSize(2);
    }

    @Test
    void afterAFailedSyncNothingIsSyncedAgain() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io);
        LogWriter writer = fixture.open();
        fixture.append(writer, 1, 1, 100);
        LogFixture.sync(writer);
        fixture.append(writer, 2, 1, 100);
        io.failNth(IoKind.SYNC, 1, Repeat.ONCE, IoFault.EIO);
        long lsn = writer.padForSync();
        assertThatThrownBy(() -> writer.sync(lsn))
                .isInstanceOf(CommitUnknownException.class)
                .hasMessageContaining("log-");
        long syncs = io.count(IoKind.SYNC);
        assertThatThrownBy(() -> writer.sync(lsn)).isInstanceOf(StoreFailedException.class);
        assertThatThrownBy(() -> fixture.append(writer, 3, 1, 100)).isInstanceOf(StoreFailedException.class);
        assertThat(io.count(IoKind.SYNC)).isEqualTo(syncs);
        assertThat(writer.prepareNext()).isFalse();
        writer.close();
    }

    /// The process ends after a failed sync, and the next one replays what the device has: not what a cache believes
    /// it has. Otherwise a commit would be there after this open, and gone after the next power cut.
    @Test
    void whatIsReplayedAfterAFailedSyncStays() {
        SimulatedIo io = new SimulatedIo();
        io.forgetCacheOnFailedSync(true);
        LogFixture fixture = new LogFixture(io);
        LogWriter writer = fixture.open();
        Group first = fixture.append(writer, 1, 1, 100);
        LogFixture.sync(writer);
        fixture.append(writer, 2, 1, 100);
        io.failNth(IoKind.SYNC, 1, Repeat.ONCE, IoFault.EIO);
        long lsn = writer.padForSync();
        assertThatThrownBy(() -> writer.sync(lsn)).isInstanceOf(CommitUnknownException.class);
        writer.close();
        LogWriter second = fixture.open();
        assertThat(fixture.replayed).containsExactly(first);
        Group other = fixture.append(second, 2, 1, 50);
        LogFixture.sync(second);
        second.close();
        LogFixture after = fixture.crashed(io.operations() - 1, CrashProfile.DROP_ALL_UNSYNCED, 1);
        after.replay();
        assertThat(after.replayed).containsExactly(first, other);
    }

    @Test
    void aReadThatFailsFailsTheRecoveryAndCanBeRepeated() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io);
        LogWriter writer = fixture.open();
        for (long sequence = 1; sequence <= 100; sequence++) fixture.append(writer, sequence, 1, 1000);
        writer.close();
        for (IoKind kind : List.of(IoKind.READ, IoKind.OPEN, IoKind.LIST)) {
            for (int n = 1; ; n++) {
                long before = io.count(kind);
                io.failNth(kind, n, Repeat.ONCE, IoFault.EIO);
                try {
                    fixture.replay();
                    assertThat(io.count(kind) - before).isLessThan(n);
                    io.clearFaults();
                    break;
                } catch (FileAccessException e) {
                    assertThat(e.file()).contains("/store");
                }
                assertThat(io.openHandles()).as("%s %d", kind, n).isEmpty();
                fixture.replay();
                assertThat(fixture.replayed).hasSize(100);
            }
        }
    }
}
