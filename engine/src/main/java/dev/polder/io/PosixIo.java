package dev.polder.io;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Moves bytes with the operating system's own calls (Linux, macOS): a read of a cached block takes three quarters of
/// the JDK's time, interrupts do no harm, and direct I/O keeps the kernel from caching what the engine caches itself.
public final class PosixIo implements IoEngine {
    /// @throws UnsupportedOperationException where [IoEngines#posixSupported] is false
    public PosixIo() {
        if (!Platform.POSIX)
            throw new UnsupportedOperationException("PosixIo needs 64-bit Linux or macOS; use PortableIo");
    }

    @Override
    public String name() {
        return "posix";
    }

    @Override
    public IoFile open(Path file, OpenMode mode) {
        // Only opening for writing is refused by the kernel.
        if (Files.isDirectory(file)) throw Errno.failure("open", file, Errno.EISDIR, 0);
        int flags = (mode.write() ? Posix.O_RDWR : Posix.O_RDONLY) | (mode.create() ? Posix.O_CREAT : 0);
        boolean direct = mode.direct() && (Posix.O_DIRECT != 0 || Platform.MAC);
        long fd = Posix.open(file, direct ? flags | Posix.O_DIRECT : flags);
        if (fd == -Errno.EINVAL && direct) { // this file system has no direct I/O
            direct = false;
            fd = Posix.open(file, flags);
        }
        check("open", file, fd);
        if (direct) Posix.noCache((int) fd);
        return new PosixFile(file, (int) fd, mode.write(), direct);
    }

    @Override
    public void createDirectories(Path directory) {
        NioDirectories.create(directory);
    }

    @Override
    public List<String> list(Path directory) {
        return NioDirectories.list(directory);
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public void rename(Path from, Path to) {
        check("rename", from, Posix.rename(from, to));
    }

    @Override
    public void delete(Path file) {
        if (Files.isDirectory(file)) throw Errno.failure("delete", file, Errno.EISDIR, 0);
        check("delete", file, Posix.unlink(file));
    }

    @Override
    public void syncDirectory(Path directory) {
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw Errno.failure("sync directory", directory, Errno.ENOTDIR, 0);
        }
        long fd = check("sync directory", directory, Posix.open(directory, Posix.O_RDONLY));
        try {
            check("sync directory", directory, Posix.syncAll((int) fd));
        } finally {
            Posix.close((int) fd);
        }
    }

    @Override
    public AutoCloseableLock lock(Path file) {
        return LockRegistry.take(file, false, PosixLock::take);
    }

    @Override
    public AutoCloseableLock lockShared(Path file) {
        return LockRegistry.take(file, true, PosixLock::take);
    }

    @Override
    public void close() {}

    private static long check(String operation, Path file, long result) {
        if (result < 0) throw Errno.failure(operation, file, (int) -result, 0);
        return result;
    }
}
