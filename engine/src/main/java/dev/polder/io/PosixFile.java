package dev.polder.io;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// A file descriptor. Nothing here keeps it from being closed under a call: see [IoFile].
final class PosixFile implements IoFile {
    private static final int CLOSED = -1;
    private static final AtomicInteger LAST_NUMBER = new AtomicInteger();

    private final Path path;
    private final boolean writable;
    private final int alignment;
    private final PosixIo io;
    private final int number = LAST_NUMBER.incrementAndGet();
    private final AtomicBoolean wentBuffered = new AtomicBoolean();
    private volatile int fd;

    PosixFile(Path path, int fd, boolean writable, boolean direct, PosixIo io) {
        this.io = io;
        this.path = path;
        this.fd = fd;
        this.writable = writable;
        this.alignment = direct ? DIRECT_ALIGNMENT : 1;
    }

    @Override
    public int alignment() {
        return alignment;
    }

    @Override
    public int read(long position, long address, int bytes) {
        IoChecks.range(position, address, bytes, alignment);
        int open = open();
        if (bytes == 0) return 0;
        if (alignment > 1 && Thread.currentThread().isVirtual()) { // what the kernel may have cached is soon read
            int there = io.readElsewhere(this, position, address, bytes);
            if (there != IoThreads.NOT_TAKEN) return there;
        }
        long read = Posix.pread(open, address, bytes, position);
        if (read == -Errno.EINVAL && goBuffered(open)) read = Posix.pread(open, address, bytes, position);
        return (int) check("read", read, bytes);
    }

    @Override
    public int write(long position, long address, int bytes) {
        IoChecks.range(position, address, bytes, alignment);
        int open = openForWriting();
        if (bytes == 0) return 0;
        long written = Posix.pwrite(open, address, bytes, position);
        if (written == -Errno.EINVAL && goBuffered(open)) written = Posix.pwrite(open, address, bytes, position);
        return (int) check("write", written, bytes);
    }

    /// Some file systems accept `O_DIRECT` when a file is opened and refuse the transfers. They then do without, and
    /// [PosixIo#describe] tells.
    boolean goBuffered(int open) {
        if (alignment == 1 || Platform.MAC || Posix.clearFlags(open) < 0) return false;
        if (wentBuffered.compareAndSet(false, true)) io.wentBuffered();
        return true;
    }

    @Override
    public void sync() {
        check("sync", Posix.syncData(open()), 0);
    }

    @Override
    public long size() {
        return check("size", Posix.size(open()), 0);
    }

    @Override
    public void truncate(long bytes) {
        IoChecks.fileBytes(bytes);
        check("truncate", Posix.truncate(openForWriting(), bytes), bytes);
    }

    @Override
    public void allocate(long position, long bytes) {
        IoChecks.fileBytes(position + bytes);
        long result = Posix.allocate(openForWriting(), position, bytes);
        if (result == -Errno.EOPNOTSUPP || result == -Errno.ENOSYS || result == -Errno.EINVAL) return;
        check("allocate", result, bytes);
    }

    /// A hint, so its failure is nobody's business.
    @Override
    public void dontNeed(long position, long bytes) {
        Posix.dontNeed(open(), position, bytes);
    }

    /// The descriptor is gone even if this fails: Linux frees it first, and says afterwards what a write had
    /// failed with. Whoever cares has synced.
    @Override
    public void close() {
        int open = fd;
        if (open == CLOSED) return;
        fd = CLOSED;
        io.closing(this);
        Posix.close(open);
    }

    Path path() {
        return path;
    }

    /// Unlike a descriptor, not soon that of another file.
    int number() {
        return number;
    }

    /// The open descriptor.
    int descriptor() {
        return open();
    }

    /// The same, if the file was opened for writing.
    int descriptorForWriting() {
        return openForWriting();
    }

    private int open() {
        int open = fd;
        if (open == CLOSED) throw new IllegalStateException("the file is closed: " + path);
        return open;
    }

    private int openForWriting() {
        int open = open();
        if (!writable) throw new IllegalStateException("opened for reading: " + path);
        return open;
    }

    private long check(String operation, long result, long bytes) {
        if (result < 0) throw Errno.failure(operation, path, (int) -result, bytes);
        return result;
    }
}
