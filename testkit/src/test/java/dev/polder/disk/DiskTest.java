package dev.polder.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.errors.CorruptionException;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.StoreFailedException;
import dev.polder.io.Errno;
import dev.polder.io.Space;
import dev.polder.metrics.DiskMetrics;
import dev.polder.metrics.LaneMetrics;
import dev.polder.metrics.OperationMetrics;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.testkit.CrashProfile;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiskTest extends DiskWorld {
    private static final Path B = STORE.resolve("b");

    DiskTest() {
        super(1 << 20);
    }

    // ---- Whole transfers ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shortTransfersAreMadeWhole(boolean direct) {
        byte[] content = random(32 * 4096, 1);
        DiskFile file = disk.create(A, direct);
        for (int seed = 0; seed < 50; seed++) {
            io.shortTransfers(seed);
            file.write(0, space.put(content), content.length, Lane.LOG);
            space.put(new byte[content.length]);
            file.read(0, space.address(), content.length, Lane.FOREGROUND);
            assertThat(space.bytes(content.length)).as("seed %d", seed).isEqualTo(content);
        }
        assertThat(disk.metrics().retries()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(names = {"EINTR", "EAGAIN"})
    void disturbedCallsAreRepeated(IoFault fault) {
        for (IoKind kind :
                new IoKind[] {IoKind.CREATE, IoKind.WRITE, IoKind.SYNC, IoKind.READ, IoKind.SYNC_DIRECTORY}) {
            io.failNth(kind, 1, Repeat.ONCE, fault);
        }
        DiskFile file = disk.create(A, false);
        file.write(0, space.put(random(100, 1)), 100, Lane.LOG);
        file.sync(Lane.LOG);
        disk.syncDirectory(STORE);
        file.read(0, space.address(), 100, Lane.FOREGROUND);
        assertThat(space.bytes(100)).isEqualTo(random(100, 1));
        assertThat(io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).exists(STORE))
                .isFalse();
        assertThat(disk.metrics().retries()).isEqualTo(5);
    }

    @Test
    void whatIsDisturbedForeverFailsInTheEnd() {
        DiskFile file = disk.create(A, false);
        io.failNth(IoKind.READ, 1, Repeat.FOREVER, IoFault.EINTR);
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(() -> file.readUpTo(0, space.address(), 10, Lane.FOREGROUND))
                .withMessageContaining(A.toString());
    }

    @Test
    void theEndOfAFileIsCorruptionOrAnAnswer() {
        for (boolean direct : new boolean[] {false, true}) {
            DiskFile file = disk.create(A, direct);
            file.write(0, space.put(random(8192, 1)), 8192, Lane.LOG);
            file.truncate(5000);
            assertThat(file.readUpTo(0, space.address(), 8192, Lane.FOREGROUND)).isEqualTo(5000);
            assertThat(file.readUpTo(8192, space.address(), 4096, Lane.FOREGROUND))
                    .isZero();
            assertThatExceptionOfType(CorruptionException.class)
                    .isThrownBy(() -> file.read(4096, space.address(), 4096, Lane.FOREGROUND))
                    .withMessageContaining(A.toString())
                    .satisfies(e -> assertThat(e.offset()).isEqualTo(4096));
            file.close();
        }
    }

    @Test
    void creatingCutsOffWhatACrashLeft() {
        DiskFile left = disk.create(A, false);
        left.write(0, space.put(random(100, 1)), 100, Lane.LOG);
        left.close();
        assertThat(disk.create(A, false).size()).isZero();
    }

    // ---- Poison ----

    @Test
    void afterAFailedSyncNothingIsWrittenAgain() {
        DiskFile file = disk.create(A, false);
        file.write(0, space.put(random(100, 1)), 100, Lane.LOG);
        io.failNth(IoKind.SYNC, 1, Repeat.ONCE, IoFault.EIO);
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(() -> file.sync(Lane.LOG))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
        long syncs = io.count(IoKind.SYNC);
        assertPoisoned(file);
        assertThat(io.count(IoKind.SYNC)).as("no sync that would lie").isEqualTo(syncs);
        file.read(0, space.address(), 100, Lane.FOREGROUND);
    }

    @Test
    void afterAFailedWriteNothingIsWrittenAgain() {
        DiskFile file = disk.create(A, false);
        io.failNth(IoKind.WRITE, 1, Repeat.ONCE, IoFault.EIO);
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(() -> file.write(0, space.address(), 100, Lane.LOG))
                .withMessageContaining(A.toString());
        assertPoisoned(file);
        DiskFile other = disk.create(B, false);
        other.write(0, space.address(), 100, Lane.LOG);
    }

    @Test
    void aFullDeviceDoesNotPoisonUntilBytesMoved() {
        DiskFile file = disk.create(A, false);
        io.capacity(0);
        assertThatExceptionOfType(OutOfSpaceException.class)
                .isThrownBy(() -> file.write(0, space.address(), 8192, Lane.LOG));
        io.capacity(1 << 20);
        file.write(0, space.address(), 8192, Lane.LOG);
        file.sync(Lane.LOG);
        io.capacity(12288);
        assertThatExceptionOfType(OutOfSpaceException.class)
                .isThrownBy(() -> file.write(8192, space.address(), 8192, Lane.LOG));
        io.capacity(1 << 20);
        assertPoisoned(file);
    }

    private void assertPoisoned(DiskFile file) {
        for (Runnable call : List.<Runnable>of(
                () -> file.write(0, space.address(), 10, Lane.LOG),
                () -> file.sync(Lane.LOG),
                () -> file.truncate(0))) {
            assertThatExceptionOfType(StoreFailedException.class)
                    .isThrownBy(call::run)
                    .withMessageContaining(file.path().toString())
                    .satisfies(e -> assertThat(e.getCause()).isSameAs(file.poison()));
        }
    }

    // ---- Handles ----

    @Test
    void handlesComeAndGoBehindTheirFiles() {
        withHandles(4);
        List<DiskFile> files = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            DiskFile file = disk.create(STORE.resolve("f" + i), false);
            file.write(0, space.put(Space.filled(100, i)), 100, Lane.MERGE);
            file.sync(Lane.MERGE);
            files.add(file);
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 20; i++) {
                files.get(i).read(0, space.address(), 100, Lane.FOREGROUND);
                assertThat(space.bytes(100)).isEqualTo(Space.filled(100, i));
                assertThat(io.openHandles().size()).isLessThanOrEqualTo(4);
            }
        }
        assertThat(disk.metrics().openHandles()).isEqualTo(4);
        assertThat(disk.metrics().openFiles()).isEqualTo(20);
        assertThat(disk.metrics().reopened()).isPositive();
        assertThat(files.stream().map(DiskFile::openNumber).distinct()).hasSize(20);
    }

    /// A process that may have fewer files open than `handlesMax`.
    @Test
    void whereTheSystemHasNoHandleLeftOneThatIsIdleIsClosed() {
        DiskFile first = filled(A, 1);
        DiskFile second = filled(B, 2);
        for (IoKind kind : new IoKind[] {IoKind.CREATE, IoKind.SYNC_DIRECTORY})
            io.failNth(kind, 1, Repeat.ONCE, IoFault.EMFILE);
        DiskFile third = filled(STORE.resolve("c"), 3);
        assertThat(io.openHandles()).hasSize(2);
        disk.syncDirectory(STORE);
        assertThat(io.openHandles()).hasSize(1);
        io.failNth(IoKind.OPEN, 1, Repeat.ONCE, IoFault.EMFILE);
        assertThat(first(first)).isEqualTo(1);
        assertThat(first(second)).isEqualTo(2);
        assertThat(first(third)).isEqualTo(3);
        io.failNth(IoKind.CREATE, 1, Repeat.FOREVER, IoFault.EMFILE);
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(() -> disk.create(STORE.resolve("d"), false))
                .withMessageContaining("too many open files");
        io.clearFaults();
        assertThat(io.openHandles()).as("all that were idle").isEmpty();
        assertThat(first(first)).isEqualTo(1);
    }

    /// A new handle may not be told that the kernel failed to write what the old one wrote.
    @Test
    void aHandleWithUnsyncedWritesStays() {
        withHandles(2);
        List<DiskFile> files = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            DiskFile file = disk.create(STORE.resolve("f" + i), false);
            file.write(0, space.address(), 100, Lane.MERGE);
            files.add(file);
        }
        assertThat(io.openHandles()).hasSize(5);
        for (DiskFile file : files) file.sync(Lane.MERGE);
        disk.create(STORE.resolve("one more"), false);
        assertThat(io.openHandles()).hasSize(2);
    }

    @Test
    void aFileGoesOnUnderItsNewNameOrWithoutOne() {
        withHandles(1);
        DiskFile renamed = filled(A, 1);
        DiskFile replaced = filled(B, 2);
        DiskFile deleted = filled(STORE.resolve("c"), 3);
        disk.rename(A, B);
        disk.delete(STORE.resolve("c"));
        for (int i = 0; i < 3; i++) filled(STORE.resolve("other" + i), 9);
        assertThat(first(renamed)).isEqualTo(1);
        assertThat(renamed.path()).isEqualTo(B);
        assertThat(first(replaced)).isEqualTo(2);
        assertThat(first(deleted)).isEqualTo(3);
    }

    @Test
    void aClosedFileIsRefused() {
        DiskFile file = disk.create(A, false);
        file.close();
        file.close();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(file::size)
                .withMessageContaining(A.toString());
        assertThat(disk.metrics().openFiles()).isZero();
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(() -> disk.open(A, false, false))
                .withMessageContaining(A.toString());
        assertThat(disk.metrics().openFiles()).isZero();
    }

    /// Many tasks, few handles, files closed under way: nobody reads another file's bytes, no handle is left or
    /// closed in use.
    @Test
    void handlesSurviveEverySchedule() {
        for (long seed = 0; seed < 60; seed++) {
            SimulatedTasks.run(seed, tasks -> {
                SimulatedIo io = new SimulatedIo();
                io.createDirectories(STORE);
                Disk disk = new Disk(io, tasks.seams(), DiskConfig.DEFAULT.withHandlesMax(2));
                List<DiskFile> files = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    DiskFile file = disk.create(STORE.resolve("f" + i), false);
                    file.write(0, space.put(Space.filled(64, i)), 64, Lane.MERGE);
                    file.sync(Lane.MERGE);
                    files.add(file);
                }
                tasks.attach(io);
                List<Task> readers = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    Random random = new Random(t);
                    long address = space.address() + 4096L * (t + 1);
                    readers.add(tasks.spawn("reader " + t, () -> {
                        for (int n = 0; n < 10; n++) {
                            int i = random.nextInt(4);
                            files.get(i).read(0, address, 64, Lane.FOREGROUND);
                            assertThat(dev.polder.memory.Memory.getByte(address + 63))
                                    .isEqualTo((byte) i);
                        }
                    }));
                }
                tasks.spawn("closer", () -> files.get(4).close()).join();
                for (Task reader : readers) reader.join();
                disk.close();
                assertThat(io.openHandles()).isEmpty();
            });
        }
    }

    // ---- Lanes ----

    @Test
    void lanesCountTheirOwn() {
        DiskFile file = disk.create(A, false);
        file.write(0, space.address(), 1000, Lane.MERGE);
        file.sync(Lane.LOG);
        file.read(0, space.address(), 300, Lane.FOREGROUND);
        DiskMetrics metrics = disk.metrics();
        assertThat(metrics.lane("merge").writes()).isEqualTo(1);
        assertThat(metrics.lane("merge").bytesWritten()).isEqualTo(1000);
        assertThat(metrics.lane("log").syncs()).isEqualTo(1);
        assertThat(metrics.lane("foreground").bytesRead()).isEqualTo(300);
        assertThat(metrics.lane("scrub").reads()).isZero();
    }

    /// Where nothing fails, every transfer that is counted is also timed; where it waits, that is timed apart.
    @Test
    void whatIsTimedIsWhatIsCounted() {
        for (long seed = 0; seed < 20; seed++) {
            SimulatedTasks.run(seed, tasks -> {
                SimulatedIo io = new SimulatedIo();
                io.createDirectories(STORE);
                Disk disk = new Disk(io, tasks.seams(), DiskConfig.DEFAULT.withInFlightMax(Lane.SCRUB, 1));
                DiskFile file = disk.create(A, false);
                tasks.attach(io);
                List<Task> writers = new ArrayList<>();
                for (int t = 0; t < 3; t++) {
                    writers.add(tasks.spawn("writer " + t, () -> {
                        for (int n = 0; n < 5; n++) {
                            file.write(0, space.address(), 100, Lane.SCRUB);
                            file.read(0, space.address(), 100, Lane.SCRUB);
                            file.sync(Lane.SCRUB);
                        }
                    }));
                }
                for (Task writer : writers) writer.join();
                LaneMetrics lane = disk.metrics().lane("scrub");
                long queued = 0;
                for (OperationMetrics operation : List.of(lane.read(), lane.write(), lane.sync())) {
                    assertThat(operation.count()).isEqualTo(15);
                    assertThat(operation.device().count()).isEqualTo(15);
                    assertThat(operation.device().max()).isLessThanOrEqualTo(lane.stallMax());
                    queued += operation.queued().count();
                }
                assertThat(queued).isEqualTo(lane.waited()).isPositive();
                assertThat(lane.stallMax())
                        .isPositive()
                        .isEqualTo(disk.metrics().stallMax());
                assertThat(lane.inFlightMost()).isEqualTo(1);
                assertThat(lane.inFlightNow()).isZero();
                disk.close();
            });
        }
    }

    private void withHandles(int handles) {
        disk = new Disk(io, Seams.system(), DiskConfig.DEFAULT.withHandlesMax(handles));
    }

    private DiskFile filled(Path path, int value) {
        DiskFile file = disk.create(path, false);
        file.write(0, space.put(Space.filled(100, value)), 100, Lane.MERGE);
        file.sync(Lane.MERGE);
        return file;
    }

    private int first(DiskFile file) {
        file.read(0, space.address(), 100, Lane.FOREGROUND);
        return space.bytes(1)[0];
    }

    private static byte[] random(int bytes, long seed) {
        byte[] random = new byte[bytes];
        new Random(seed).nextBytes(random);
        return random;
    }
}
