package dev.polder.io;

import java.nio.file.Path;
import java.util.concurrent.atomic.LongAdder;

/// Moves bytes with the operating system's own calls (Linux, macOS): a read of a cached block takes three quarters
/// of the JDK's time, interrupts do no harm, and direct I/O keeps the kernel from caching what the engine caches
/// itself.
public sealed class PosixIo extends SystemIo permits UringIo {
    private final String description;
    /// Openings that did without direct I/O, though it was asked for.
    private final LongAdder buffered = new LongAdder();

    /// @throws UnsupportedOperationException where [IoEngines#posixSupported] is false
    public PosixIo() {
        this("posix", IoLimits.DEFAULT);
    }

    /// @param description what [#describe] begins with
    PosixIo(String description, IoLimits limits) {
        super(limits);
        this.description = description;
        checkSystem();
    }

    PosixIo(IoThreads threads) {
        super(threads);
        this.description = "posix";
        checkSystem();
    }

    private static void checkSystem() {
        if (!Platform.POSIX)
            throw new UnsupportedOperationException("PosixIo needs 64-bit Linux or macOS; use PortableIo");
    }

    @Override
    public String name() {
        return "posix";
    }

    @Override
    public String describe() {
        return description + "; " + describeThreads() + describeBuffered();
    }

    /// What somebody should know whose memory it is: nothing while all is as asked for.
    final String describeBuffered() {
        long openings = buffered.sum();
        return openings == 0
                ? ""
                : "; " + openings + " openings of files without direct I/O, which their file system does not have:"
                        + " the system caches their pages, beside the budget";
    }

    @Override
    public IoFile open(Path file, OpenMode mode) {
        // Only opening for writing is refused by the kernel.
        refuseDirectory("open", file);
        int flags = (mode.write() ? Posix.O_RDWR : Posix.O_RDONLY) | (mode.create() ? Posix.O_CREAT : 0);
        boolean direct = mode.direct() && (Posix.O_DIRECT != 0 || Platform.MAC);
        long fd = Posix.open(file, direct ? flags | Posix.O_DIRECT : flags);
        if (fd == -Errno.EINVAL && direct) { // this file system has no direct I/O
            direct = false;
            fd = Posix.open(file, flags);
            if (fd >= 0) buffered.increment();
        }
        check("open", file, fd);
        if (direct) Posix.noCache((int) fd);
        return new PosixFile(file, (int) fd, mode.write(), direct, this);
    }

    @Override
    public void rename(Path from, Path to) {
        check("rename", from, Posix.rename(from, to));
    }

    @Override
    public void delete(Path file) {
        refuseDirectory("delete", file);
        check("delete", file, Posix.unlink(file));
    }

    @Override
    public void syncDirectory(Path directory) {
        requireDirectory("sync directory", directory);
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

    /// The threads: several read while one alone would wait, which is worth two hand-offs where blocks are not
    /// cached.
    @Override
    public IoBatch batch(int depth) {
        return batchElsewhere(depth);
    }

    /// A file that was open for direct I/O does without from now on.
    final void wentBuffered() {
        buffered.increment();
    }

    /// The file is closed, its descriptor not yet.
    void closing(PosixFile file) {}

    private static long check(String operation, Path file, long result) {
        if (result < 0) throw Errno.failure(operation, file, (int) -result, 0);
        return result;
    }
}
