package dev.polder.io;

import java.nio.file.Path;

/// A lock by `fcntl`, of the open file where the system has that (Linux), and of the process where not.
final class PosixLock implements IoEngine.AutoCloseableLock {
    private final int fd;

    private PosixLock(int fd) {
        this.fd = fd;
    }

    static PosixLock take(Path file, boolean shared) {
        long fd = Posix.open(file, shared ? Posix.O_RDONLY : Posix.O_RDWR);
        if (fd < 0) throw Errno.failure("lock", file, (int) -fd, 0);
        long locked = Posix.lock((int) fd, shared);
        if (locked >= 0) return new PosixLock((int) fd);
        Posix.close((int) fd);
        if (locked == -Errno.EAGAIN || locked == -Errno.EACCES) throw LockRegistry.heldElsewhere(file);
        throw Errno.failure("lock", file, (int) -locked, 0);
    }

    /// Closing the file gives the lock up. Called once, by [LockRegistry].
    @Override
    public void close() {
        Posix.close(fd);
    }
}
