package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.polder.errors.FileAccessException;
import dev.polder.errors.StoreLockedException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// What every [IoEngine] promises, real or simulated. All transfers are of whole blocks of 4 KiB, so that the
/// suite holds for direct I/O too. Batches of reads have a suite of their own, [IoBatchContract], which is part
/// of this.
abstract class IoEngineContract extends IoBatchContract {
    @Test
    void whatWasWrittenIsRead() {
        byte[] written = new byte[16 * BLOCK];
        new Random(1).nextBytes(written);
        Path path = directory.resolve("a");
        try (IoFile file = io.open(path, create())) {
            writeAll(file, 0, written);
            file.sync();
            assertThat(file.size()).isEqualTo(written.length);
        }
        try (IoFile file = io.open(path, read())) {
            space.put(new byte[written.length]);
            assertThat(readAll(file, 0, written.length)).isEqualTo(written);
            assertThat(readAll(file, 3 * BLOCK, BLOCK))
                    .isEqualTo(java.util.Arrays.copyOfRange(written, 3 * BLOCK, 4 * BLOCK));
        }
    }

    @Test
    void readingStopsAtTheEnd() {
        try (IoFile file = io.open(directory.resolve("a"), create())) {
            assertThat(file.read(0, space.address(), BLOCK)).isZero();
            writeAll(file, 0, Space.filled(BLOCK, 7));
            assertThat(file.read(0, space.address(), 3 * BLOCK)).isEqualTo(BLOCK);
            assertThat(file.read(BLOCK, space.address(), BLOCK)).isZero();
            assertThat(file.read(100L * BLOCK, space.address(), BLOCK)).isZero();
            assertThat(file.read(0, space.address(), 0)).isZero();
            assertThat(file.write(0, space.address(), 0)).isZero();
        }
    }

    @Test
    void aHoleReadsAsZeros() {
        try (IoFile file = io.open(directory.resolve("a"), create())) {
            writeAll(file, 2L * BLOCK, Space.filled(BLOCK, 7));
            assertThat(file.size()).isEqualTo(3L * BLOCK);
            assertThat(readAll(file, 0, 2 * BLOCK)).isEqualTo(new byte[2 * BLOCK]);
        }
    }

    @Test
    void truncationCutsAndGrows() {
        try (IoFile file = io.open(directory.resolve("a"), create())) {
            writeAll(file, 0, Space.filled(2 * BLOCK, 7));
            file.truncate(100);
            assertThat(file.size()).isEqualTo(100);
            file.truncate(2L * BLOCK);
            assertThat(file.size()).isEqualTo(2L * BLOCK);
            byte[] bytes = readAll(file, 0, 2 * BLOCK);
            assertThat(java.util.Arrays.copyOf(bytes, 100)).isEqualTo(Space.filled(100, 7));
            assertThat(java.util.Arrays.copyOfRange(bytes, 100, 2 * BLOCK)).isEqualTo(new byte[2 * BLOCK - 100]);
            file.truncate(0);
            assertThat(file.size()).isZero();
        }
    }

    @Test
    void roomThatIsSetAsideChangesNeitherSizeNorContent() {
        try (IoFile file = io.open(directory.resolve("a"), create())) {
            file.allocate(0, 64L * BLOCK);
            assertThat(file.size()).isZero();
            writeAll(file, 0, Space.filled(2 * BLOCK, 7));
            file.allocate(BLOCK, 8L * BLOCK);
            assertThat(file.size()).isEqualTo(2L * BLOCK);
            assertThat(readAll(file, 0, 2 * BLOCK)).isEqualTo(Space.filled(2 * BLOCK, 7));
            file.truncate(2L * BLOCK);
            file.sync();
            assertThat(file.size()).isEqualTo(2L * BLOCK);
        }
        try (IoFile file = io.open(directory.resolve("a"), read())) {
            assertThat(readAll(file, 0, 2 * BLOCK)).isEqualTo(Space.filled(2 * BLOCK, 7));
            assertThatIllegalStateException().isThrownBy(() -> file.allocate(0, BLOCK));
        }
    }

    @Test
    void aFileSystemSaysHowMuchRoomItHas() {
        DeviceSpace device = io.space(directory);
        assertThat(device.freeBytes()).isBetween(1L, device.totalBytes());
        assertThat(io.space(directory.resolve("nowhere")).freeBytes()).isPositive();
    }

    @Test
    void openingTwiceKeepsTheContent() {
        Path path = directory.resolve("a");
        try (IoFile file = io.open(path, create())) {
            writeAll(file, 0, Space.filled(BLOCK, 7));
        }
        try (IoFile file = io.open(path, create())) {
            assertThat(readAll(file, 0, BLOCK)).isEqualTo(Space.filled(BLOCK, 7));
        }
    }

    @Test
    void misuseIsAnExceptionAtOnce() {
        Path path = directory.resolve("a");
        IoFile file = io.open(path, create());
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> file.read(-1, space.address(), 1));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> file.write(0, space.address(), -1));
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> file.truncate(-1));
        if (file.alignment() > 1) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> file.write(512, space.address(), BLOCK));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> file.write(0, space.address() + 1, BLOCK));
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> file.read(0, space.address(), 100));
        }
        file.close();
        file.close();
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> file.read(0, space.address(), BLOCK))
                .withMessageContaining(path.toString());
        try (IoFile reading = io.open(path, read())) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> reading.write(0, space.address(), BLOCK))
                    .withMessageContaining(path.toString());
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> reading.truncate(0));
        }
    }

    @Test
    void missingFilesAreNamed() {
        Path missing = directory.resolve("missing");
        refused(missing, Errno.ENOENT, () -> io.open(missing, read()));
        refused(missing, Errno.ENOENT, () -> io.delete(missing));
        refused(missing, Errno.ENOENT, () -> io.rename(missing, directory.resolve("b")));
        refused(missing, Errno.ENOENT, () -> io.syncDirectory(missing));
        Path orphan = missing.resolve("child");
        refused(orphan, Errno.ENOENT, () -> io.open(orphan, create()));
        assertThat(io.exists(missing)).isFalse();
    }

    @Test
    void aDirectoryIsNotAFile() {
        refused(directory, Errno.EISDIR, () -> io.open(directory, read()));
        refused(directory, Errno.EISDIR, () -> io.open(directory, create()));
        refused(directory, Errno.EISDIR, () -> io.delete(directory));
    }

    @Test
    void namesAreListedInOrder() {
        assertThat(io.list(directory)).isEmpty();
        for (String name : new String[] {"c", "a", "b"})
            io.open(directory.resolve(name), create()).close();
        io.createDirectories(directory.resolve("d/e/f"));
        io.createDirectories(directory.resolve("d/e/f"));
        assertThat(io.list(directory)).containsExactly("a", "b", "c", "d");
        assertThat(io.list(directory.resolve("nowhere"))).isEmpty();
        refused(directory.resolve("a"), Errno.ENOTDIR, () -> io.list(directory.resolve("a")));
        assertThat(io.isDirectory(directory.resolve("d/e/f"))).isTrue();
        assertThat(io.isDirectory(directory.resolve("a"))).isFalse();
        assertThat(io.isFile(directory.resolve("a"))).isTrue();
        assertThat(io.isFile(directory.resolve("d"))).isFalse();
        assertThat(io.isFile(directory.resolve("none"))).isFalse();
        assertThat(io.exists(directory.resolve("a"))).isTrue();
    }

    @Test
    void aRenameReplaces() {
        Path from = directory.resolve("from");
        Path to = directory.resolve("to");
        fill(from, 1);
        fill(to, 2);
        io.rename(from, to);
        io.syncDirectory(directory);
        assertThat(io.list(directory)).containsExactly("to");
        try (IoFile file = io.open(to, read())) {
            assertThat(readAll(file, 0, BLOCK)).isEqualTo(Space.filled(BLOCK, 1));
        }
    }

    @Test
    void anOpenFileOutlivesItsName() {
        Path path = directory.resolve("a");
        fill(path, 1);
        try (IoFile file = io.open(path, read())) {
            io.delete(path);
            assertThat(io.exists(path)).isFalse();
            assertThat(readAll(file, 0, BLOCK)).isEqualTo(Space.filled(BLOCK, 1));
        }
    }

    @Test
    void aLockIsHeldOnceUntilItIsClosed() {
        Path path = directory.resolve("lock");
        try (var held = io.lock(path)) {
            assertThat(io.exists(path)).isTrue();
            assertThatExceptionOfType(StoreLockedException.class)
                    .isThrownBy(() -> io.lock(path))
                    .withMessageContaining(path.toString());
            assertThat(held).isNotNull();
        }
        io.lock(path).close();
    }

    @Test
    void aSharedLockIsHeldByManyAndByNoneWhoWouldHaveItAlone() {
        Path path = directory.resolve("lock");
        var first = io.lockShared(path);
        var second = io.lockShared(path);
        assertThatExceptionOfType(StoreLockedException.class).isThrownBy(() -> io.lock(path));
        first.close();
        first.close(); // gives up what it held, and not the other's
        assertThatExceptionOfType(StoreLockedException.class)
                .isThrownBy(() -> io.lock(path))
                .withMessageContaining(path.toString());
        second.close();
        try (var alone = io.lock(path)) {
            assertThatExceptionOfType(StoreLockedException.class).isThrownBy(() -> io.lockShared(path));
            assertThat(alone).isNotNull();
        }
        io.lockShared(path).close();
    }

    @Test
    void aHintChangesNothing() {
        try (IoFile file = io.open(directory.resolve("a"), create())) {
            writeAll(file, 0, Space.filled(BLOCK, 7));
            file.sync();
            file.dontNeed(0, BLOCK);
            assertThat(readAll(file, 0, BLOCK)).isEqualTo(Space.filled(BLOCK, 7));
        }
    }

    /// A thread that is interrupted all the time reads what everybody else reads, and keeps its flag.
    @Test
    void interruptsDoNoHarm() throws Exception {
        Path path = directory.resolve("a");
        fill(path, 1);
        try (IoFile file = io.open(path, create())) {
            AtomicBoolean done = new AtomicBoolean();
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread reader = Thread.ofPlatform().start(() -> {
                try (Space own = new Space(BLOCK)) {
                    for (int i = 0; i < 2000; i++) {
                        int read = file.read(0, own.address(), BLOCK);
                        assertThat(read).isEqualTo(BLOCK);
                        if (i % 100 == 0) file.sync();
                        if (i % 100 == 50) io.syncDirectory(directory);
                    }
                } catch (Throwable t) {
                    failure.set(t);
                } finally {
                    done.set(true);
                }
            });
            while (!done.get()) {
                reader.interrupt();
                assertThat(readAll(file, 0, BLOCK)).isEqualTo(Space.filled(BLOCK, 1));
            }
            reader.join();
            assertThat(failure.get()).isNull();

            Thread.currentThread().interrupt();
            assertThat(readAll(file, 0, BLOCK)).isEqualTo(Space.filled(BLOCK, 1));
            assertThat(Thread.interrupted()).as("the flag is kept").isTrue();
        }
    }

    private static void refused(Path path, int errno, Runnable call) {
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(call::run)
                .withMessageContaining(path.toString())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }
}
