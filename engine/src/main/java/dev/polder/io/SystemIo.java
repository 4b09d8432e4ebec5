package dev.polder.io;

import dev.polder.runtime.Seams;
import dev.polder.runtime.Tasks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the engines for real disks have in common: names by the JDK, and threads that read and write for others.
abstract sealed class SystemIo implements IoEngine permits PosixIo, PortableIo {
    static final Tasks TASKS = Seams.system().tasks();

    private final IoThreads threads;

    SystemIo(IoLimits limits) {
        threads =
                new IoThreads(TASKS, "polder io", limits.threadsMax(), 1, limits.queueMax(), () -> new SerialBatch(1));
    }

    SystemIo(IoThreads threads) {
        this.threads = threads;
    }

    @Override
    public final void createDirectories(Path directory) {
        NioDirectories.create(directory);
    }

    @Override
    public final List<String> list(Path directory) {
        return NioDirectories.list(directory);
    }

    @Override
    public final DeviceSpace space(Path directory) {
        return NioSpace.of(directory);
    }

    @Override
    public final boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public final boolean isDirectory(Path path) {
        return Files.isDirectory(path);
    }

    @Override
    public final boolean isFile(Path path) {
        return Files.isRegularFile(path);
    }

    @Override
    public final IoBatch batchElsewhere(int depth) {
        return threads.batch(depth);
    }

    /// For a virtual thread, which must not wait in the operating system, because its carrier would wait with it.
    ///
    /// @return [IoThreads#NOT_TAKEN] if too many wait already
    final int readElsewhere(IoFile file, long position, long address, int bytes) {
        return threads.read(file, position, address, bytes);
    }

    final String describeThreads() {
        return threads.describe();
    }

    @Override
    public void close() {
        threads.close();
    }

    /// Systems differ in what they say of a directory that is taken for a file, and some delete it.
    static void refuseDirectory(String operation, Path file) {
        if (Files.isDirectory(file)) throw Errno.failure(operation, file, Errno.EISDIR, 0);
    }

    static void requireDirectory(String operation, Path directory) {
        if (Files.isDirectory(directory)) return;
        throw Errno.failure(operation, directory, Files.exists(directory) ? Errno.ENOTDIR : Errno.ENOENT, 0);
    }
}
