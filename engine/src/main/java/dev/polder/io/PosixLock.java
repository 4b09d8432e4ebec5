package dev.polder.io;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/// A lock by `fcntl`, of the open file where the system has that (Linux), and of the process where not.
final class PosixLock implements IoEngine.AutoCloseableLock {
    private final Object key;
    private final int fd;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PosixLock(Object key, int fd) {
        this.key = key;
        this.fd = fd;
    }

    static PosixLock take(Path file) {
        Object key = LockRegistry.claim(file);
        try {
            long fd = Posix.open(file, Posix.O_RDWR);
            if (fd < 0) throw Errno.failure("lock", file, (int) -fd, 0);
            long locked = Posix.lock((int) fd);
            if (locked >= 0) return new PosixLock(key, (int) fd);
            Posix.close((int) fd);
            if (locked == -Errno.EAGAIN || locked == -Errno.EACCES) throw LockRegistry.heldElsewhere(file);
            throw Errno.failure("lock", file, (int) -locked, 0);
        } catch (RuntimeException e) {
            LockRegistry.release(key);
            throw e;
        }
    }

    /// Closing the file gives the lock up.
    @Override
    public void close() {
        if (closed.getAndSet(true)) return;
        Posix.close(fd);
        LockRegistry.release(key);
    }
}
