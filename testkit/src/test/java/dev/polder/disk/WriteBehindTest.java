package dev.polder.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.disk.DiskConfig.WindowConfig;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.io.Space;
import dev.polder.memory.Memory;
import dev.polder.metrics.LaneMetrics;
import dev.polder.runtime.Seams;
import dev.polder.testkit.CrashProfile;
import dev.polder.testkit.IoFault;
import dev.polder.testkit.IoKind;
import dev.polder.testkit.Repeat;
import dev.polder.testkit.SimulatedClock;
import dev.polder.testkit.SimulatedIo;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// That memory of a write under way is not touched, each of these tests checks: the simulated disk would throw.
class WriteBehindTest {
    private static final Path STORE = Path.of("/store");
    private static final Path A = STORE.resolve("a");
    private static final int PAGE = 4096;
    private static final int PIECE = 3000;
    private static final int WINDOW = 2 * PAGE;
    private static final int GUARD = PAGE;

    private final SimulatedIo io = new SimulatedIo();
    private final SimulatedClock clock = new SimulatedClock();
    private final Space space = new Space(1 << 20);
    private Disk disk = disk(4, 0);

    private Disk disk(int windows, long millis) {
        Seams system = Seams.system();
        DiskConfig config = DiskConfig.DEFAULT.withWindows(new WindowConfig(WINDOW, windows, millis));
        return new Disk(io, new Seams(clock, system.entropy(), system.tasks()), config);
    }

    @BeforeEach
    void makeStore() {
        disk.createDirectories(STORE);
    }

    @AfterEach
    void nothingIsLeft() {
        LaneMetrics lane = disk.metrics().lane("merge");
        assertThat(lane.stagedBytes()).isZero();
        assertThat(lane.inFlightNow()).isZero();
        disk.close();
        assertThat(io.openHandles()).isEmpty();
        space.close();
    }

    private WriteBehind begin(DiskFile file, int windows) {
        return begin(disk, file, windows);
    }

    private WriteBehind begin(Disk on, DiskFile file, int windows) {
        return on.writeBehind(file, space.address() + GUARD, windows * WINDOW, PIECE, Lane.MERGE);
    }

    private static void add(WriteBehind writer, byte[] piece) {
        long to = writer.room(piece.length);
        Memory.copyIn(piece, 0, to, piece.length);
        writer.add(piece.length);
    }

    private static byte[] piece(Random random, int bytesMax) {
        byte[] piece = new byte[random.nextInt(bytesMax + 1)];
        random.nextBytes(piece);
        return piece;
    }

    /// Pieces of all sizes, with flushes and time going by, in one to six windows, on every engine of this machine.
    @ParameterizedTest
    @ValueSource(strings = {"simulated", "portable", "posix", "best"})
    void theFileIsWhatWasAdded(String engine, @TempDir Path temporary) {
        IoEngine io = switch (engine) {
            case "simulated" -> this.io;
            case "portable" -> IoEngines.portable();
            case "posix" -> IoEngines.posixSupported() ? IoEngines.posix() : IoEngines.portable();
            default -> IoEngines.probe();
        };
        Path folder = engine.equals("simulated") ? STORE : temporary;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int windows = 1 + random.nextInt(6);
            this.io.batchOrder(seed);
            if (seed % 3 == 0) this.io.shortTransfers(seed);
            Seams system = Seams.system();
            DiskConfig config = DiskConfig.DEFAULT.withWindows(
                    new WindowConfig(WINDOW, windows, seed % 2 == 0 ? 0 : 1 + random.nextInt(20)));
            try (Disk real = new Disk(io, new Seams(clock, system.entropy(), system.tasks()), config)) {
                DiskFile file = real.create(folder.resolve("f" + seed), true);
                writeRandom(real, file, windows, random, seed);
                file.close();
                assertThat(real.metrics().lane("merge").stagedBytes()).isZero();
            }
        }
        if (io != this.io) io.close();
    }

    private void writeRandom(Disk real, DiskFile file, int windows, Random random, int seed) {
        Memory.fill(space.address(), GUARD, (byte) 7);
        Memory.fill(space.address() + GUARD + (long) windows * WINDOW, GUARD, (byte) 7);
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        long length;
        try (WriteBehind writer = begin(real, file, windows)) {
            for (int pieces = random.nextInt(200); pieces > 0; pieces--) {
                byte[] piece = piece(random, random.nextInt(4) == 0 ? PIECE : 100);
                add(writer, piece);
                model.writeBytes(piece);
                assertThat(writer.end()).isEqualTo(model.size());
                int chance = random.nextInt(40);
                if (chance == 0) writer.flush();
                if (chance == 1) file.sync(Lane.MERGE);
                if (chance == 2 && model.size() > 0) checkSome(file, model.toByteArray(), random);
                if (chance > 30) clock.advance(random.nextInt(10) * 1_000_000L);
            }
            length = writer.finish();
        }
        byte[] expected = Arrays.copyOf(model.toByteArray(), (model.size() + PAGE - 1) / PAGE * PAGE);
        assertThat(length).as("seed %d", seed).isEqualTo(expected.length);
        assertThat(file.size()).as("seed %d", seed).isEqualTo(expected.length);
        assertThat(bytes(file, 0, expected.length)).as("seed %d", seed).isEqualTo(expected);
        assertThat(Memory.bytes(space.address(), GUARD)).containsOnly(7);
        assertThat(Memory.bytes(space.address() + GUARD + (long) windows * WINDOW, GUARD))
                .containsOnly(7);
    }

    /// Whoever reads what is held gets what was added.
    private void checkSome(DiskFile file, byte[] model, Random random) {
        int page = random.nextInt((model.length + PAGE - 1) / PAGE);
        byte[] expected = Arrays.copyOf(Arrays.copyOfRange(model, page * PAGE, model.length), PAGE);
        assertThat(bytes(file, (long) page * PAGE, PAGE)).isEqualTo(expected);
    }

    private static byte[] bytes(DiskFile file, long position, int bytes) {
        try (Space found = new Space(Math.max(PAGE, bytes))) {
            file.read(position, found.address(), bytes, Lane.FOREGROUND);
            return found.bytes(bytes);
        }
    }

    /// Every write failing in turn: the next call tells, or the last one, and every one after it. Only a write that
    /// was merely disturbed is none of the writer's business.
    @ParameterizedTest
    @EnumSource(IoFault.class)
    void theFailureOfAWriteIsToldOnce(IoFault fault) {
        for (Repeat repeat : Repeat.values()) {
            for (int windows = 1; windows <= 3; windows++) {
                int n = 1;
                while (failing(fault, repeat, windows, n)) n++;
                assertThat(n).isGreaterThan(10);
            }
        }
    }

    private boolean failing(IoFault fault, Repeat repeat, int windows, int n) {
        String as = fault + " " + repeat + " windows=" + windows + " write " + n;
        io.batchOrder(n);
        DiskFile file = disk.create(A, true);
        long before = io.count(IoKind.WRITE);
        io.failNth(IoKind.WRITE, n, repeat, fault);
        boolean finished = false;
        try (WriteBehind writer = begin(file, windows)) {
            RuntimeException told = null;
            try {
                Random random = new Random(n);
                for (int i = 0; i < 60; i++) add(writer, piece(random, PIECE));
                writer.finish();
                finished = true;
            } catch (PolderException e) {
                told = e;
            }
            boolean hit = io.count(IoKind.WRITE) - before >= n;
            boolean harmless = fault == IoFault.SHORT
                    || fault == IoFault.FLIPPED
                    || (repeat == Repeat.ONCE && (fault == IoFault.EINTR || fault == IoFault.EAGAIN));
            assertThat(finished).as(as).isEqualTo(!hit || harmless);
            if (told != null) {
                RuntimeException same = told;
                assertThatThrownBy(() -> writer.room(1)).as(as).isSameAs(same);
                assertThatThrownBy(() -> writer.add(0)).as(as).isSameAs(same);
                assertThatThrownBy(writer::flush).as(as).isSameAs(same);
                assertThatThrownBy(writer::finish).as(as).isSameAs(same);
                assertThat(disk.metrics().lane("merge").stagedBytes()).as(as).isZero();
                assertThat(disk.metrics().lane("merge").inFlightNow()).as(as).isZero();
                Memory.fill(space.address(), GUARD + windows * WINDOW, (byte) 9); // nobody looks at it any more
                if (fault != IoFault.ENOSPC && fault != IoFault.EDQUOT && fault != IoFault.EFBIG) {
                    assertThat(file.poison()).as(as).isNotNull();
                    assertThatExceptionOfType(StoreFailedException.class)
                            .as(as)
                            .isThrownBy(() -> file.sync(Lane.MERGE));
                }
            }
            return hit;
        } finally {
            io.clearFaults();
            file.close();
        }
    }

    /// Nobody calls after the last write but [WriteBehind#finish]: it must not say that all is well.
    @Test
    void theFailureOfTheLastWriteIsTold() {
        for (IoFault fault : new IoFault[] {IoFault.ENOSPC, IoFault.EIO}) {
            DiskFile file = disk.create(A, true);
            io.failNth(IoKind.WRITE, 1, Repeat.ONCE, fault);
            try (WriteBehind writer = begin(file, 2)) {
                add(writer, Space.filled(PIECE, 1));
                assertThatExceptionOfType(PolderException.class).isThrownBy(writer::finish);
            }
            file.close();
        }
    }

    @Test
    void afterAFailureTheFileRefuses() {
        DiskFile file = disk.create(A, true);
        io.failNth(IoKind.WRITE, 1, Repeat.ONCE, IoFault.EIO);
        try (WriteBehind writer = begin(file, 2)) {
            add(writer, Space.filled(PIECE, 1));
            assertThatExceptionOfType(FileAccessException.class).isThrownBy(writer::finish);
        }
        assertThatExceptionOfType(StoreFailedException.class).isThrownBy(() -> file.sync(Lane.MERGE));
    }

    @Test
    void afterAFailureAndACloseTheFileCanBeDeletedAndTheMemoryUsed() {
        DiskFile file = disk.create(A, true);
        io.failNth(IoKind.WRITE, 2, Repeat.FOREVER, IoFault.EIO);
        try (WriteBehind writer = begin(file, 3)) {
            assertThatExceptionOfType(FileAccessException.class).isThrownBy(() -> {
                for (int i = 0; i < 100; i++) add(writer, new byte[PIECE]);
                writer.finish();
            });
        }
        file.close();
        disk.delete(A);
        assertThat(io.openHandles()).isEmpty();
        io.clearFaults();
        DiskFile other = disk.create(A, true);
        try (WriteBehind writer = begin(other, 3)) {
            for (int i = 0; i < 100; i++) add(writer, Space.filled(PIECE, i));
            assertThat(writer.finish()).isEqualTo((100L * PIECE + PAGE - 1) / PAGE * PAGE);
        }
        assertThat(Arrays.copyOf(bytes(other, 0, PAGE), PIECE)).containsOnly(0);
    }

    /// What was finished and synced is there after a power cut, whenever it comes; what was not need not be.
    @ParameterizedTest
    @EnumSource(CrashProfile.class)
    void whatWasFinishedAndSyncedSurvivesThePower(CrashProfile profile) {
        io.settle();
        DiskFile file = disk.create(A, true);
        disk.syncDirectory(STORE);
        Random random = new Random(3);
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        int finished;
        try (WriteBehind writer = begin(file, 3)) {
            for (int i = 0; i < 30; i++) {
                byte[] piece = piece(random, PIECE);
                add(writer, piece);
                model.writeBytes(piece);
            }
            writer.finish();
            finished = io.operations();
            file.sync(Lane.MERGE);
        }
        int synced = io.operations() - 1;
        assertThat(finished).isEqualTo(synced);
        for (int seed = 0; seed < 50; seed++) {
            byte[] after = io.crashImage(synced, profile, seed).bytes(A);
            assertThat(Arrays.copyOf(after, model.size())).isEqualTo(model.toByteArray());
        }
        byte[] before =
                io.crashImage(finished - 1, CrashProfile.DROP_ALL_UNSYNCED, 1).bytes(A);
        assertThat(before).as("only a sync makes it durable").isEmpty();
    }

    /// A device that is full in the middle: typed, and the next file may find room again.
    @Test
    void aFullDevice() {
        io.capacity(io.usedBytes() + 10 * PAGE);
        DiskFile file = disk.create(A, true);
        try (WriteBehind writer = begin(file, 4)) {
            assertThatExceptionOfType(OutOfSpaceException.class).isThrownBy(() -> {
                for (int i = 0; i < 100; i++) add(writer, Space.filled(PIECE, 1));
                writer.finish();
            });
        }
        file.close();
        disk.delete(A);
        DiskFile other = disk.create(A, true);
        try (WriteBehind writer = begin(other, 4)) {
            for (int i = 0; i < 10; i++) add(writer, Space.filled(PIECE, 1));
            assertThat(writer.finish()).isEqualTo(8 * PAGE);
        }
        assertThat(other.size()).isEqualTo(8 * PAGE);
    }

    @Test
    void piecesGoOutTogetherWhenTheWindowIsFull() {
        DiskFile file = disk.create(A, true);
        try (WriteBehind writer = begin(file, 2)) {
            long before = io.count(IoKind.WRITE);
            for (int i = 0; i < 80; i++) add(writer, Space.filled(100, i));
            assertThat(io.count(IoKind.WRITE)).isEqualTo(before);
            assertThat(disk.metrics().lane("merge").stagedBytes()).isEqualTo(8000);
            add(writer, new byte[1000]);
            assertThat(io.count(IoKind.WRITE)).isEqualTo(before + 1);
            assertThat(disk.metrics().lane("merge").coalesced()).isEqualTo(79);
            writer.finish();
        }
    }

    @Test
    void piecesGoOutWhenTheirTimeIsUp() {
        disk.close();
        disk = disk(4, 20);
        DiskFile file = disk.create(A, true);
        try (WriteBehind writer = begin(file, 2)) {
            long before = io.count(IoKind.WRITE);
            add(writer, Space.filled(3000, 1));
            clock.advance(19_000_000);
            add(writer, Space.filled(3000, 2));
            assertThat(io.count(IoKind.WRITE)).isEqualTo(before);
            clock.advance(2_000_000);
            add(writer, Space.filled(100, 3));
            assertThat(io.count(IoKind.WRITE)).as("its whole page").isEqualTo(before + 1);
            clock.advance(19_000_000);
            add(writer, Space.filled(1, 4));
            assertThat(io.count(IoKind.WRITE))
                    .as("the time of others begins anew")
                    .isEqualTo(before + 1);
            writer.finish();
        }
        assertThat(bytes(file, PAGE, PAGE)).startsWith(Space.filled(6000 - PAGE, 2));
    }

    /// One place in the lane: the writer's own reads, on the same lane, must not wait for its writes for ever.
    @Test
    @Timeout(60)
    void aWriterMayReadOnItsOwnLane(@TempDir Path temporary) {
        DiskConfig narrow = DiskConfig.DEFAULT
                .withInFlightMax(Lane.MERGE, 1)
                .withInFlightMax(1)
                .withWindows(new WindowConfig(WINDOW, 4, 0));
        try (IoEngine real = IoEngines.probe();
                Disk on = new Disk(real, Seams.system(), narrow);
                Space to = new Space(PAGE)) {
            DiskFile source = on.create(temporary.resolve("source"), true);
            source.write(0, to.put(Space.filled(PAGE, 5)), PAGE, Lane.MERGE);
            DiskFile file = on.create(temporary.resolve("target"), true);
            try (WriteBehind writer = begin(on, file, 4)) {
                for (int i = 0; i < 200; i++) {
                    add(writer, Space.filled(PIECE, i));
                    source.read(0, to.address(), PAGE, Lane.MERGE);
                    try (DiskBatch reads = on.batch(Lane.MERGE, 2)) {
                        int read = reads.read(source, 0, to.address(), PAGE);
                        assertThat(reads.next()).isEqualTo(read);
                        assertThat(reads.result(read)).isEqualTo(PAGE);
                    }
                }
                writer.finish();
            }
            assertThat(file.size()).isEqualTo((200L * PIECE + PAGE - 1) / PAGE * PAGE);
        }
    }

    @Test
    void misuse() {
        DiskFile file = disk.create(A, true);
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> disk.writeBehind(file, space.address(), PAGE, PIECE, Lane.MERGE))
                .withMessageContaining("8192 aligned bytes");
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> disk.writeBehind(file, space.address() + 8, 4 * WINDOW, PIECE, Lane.MERGE));
        try (WriteBehind writer = begin(file, 2)) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> begin(file, 2))
                    .withMessageContaining("has a writer");
            writer.finish();
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> writer.room(1));
        }
        assertThat(file.size()).isZero();
    }
}
