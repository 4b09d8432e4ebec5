package dev.polder;

import dev.polder.io.DeviceSpace;
import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// A real disk that can get stuck, or slow, for files whose name begins with a prefix; and that does not sync, if that
/// is not what a test is about.
final class GatedIo implements IoEngine {
    private final IoEngine io;
    private final boolean syncs;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition opened = lock.newCondition();
    private final AtomicLong waiting = new AtomicLong();
    private String stuck = "-";
    private volatile String slow = "-";
    private volatile long slowNanosPerByte;

    GatedIo(IoEngine io, boolean syncs) {
        this.io = io;
        this.syncs = syncs;
    }

    /// From now on writes to files of this name do not return.
    void stick(String prefix) {
        lock.lock();
        try {
            stuck = prefix;
        } finally {
            lock.unlock();
        }
    }

    void free() {
        lock.lock();
        try {
            stuck = "-";
            opened.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void slow(String prefix, long nanosPerByte) {
        slow = prefix;
        slowNanosPerByte = nanosPerByte;
    }

    /// Writes that wait for [#free].
    long waiting() {
        return waiting.get();
    }

    private void pass(Path file, long bytes) {
        String name = file.getFileName().toString();
        if (name.startsWith(slow)) LockSupport.parkNanos(bytes * slowNanosPerByte);
        lock.lock();
        try {
            if (!name.startsWith(stuck)) return;
            waiting.incrementAndGet();
            while (name.startsWith(stuck)) opened.awaitUninterruptibly();
            waiting.decrementAndGet();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String name() {
        return "gated " + io.name();
    }

    @Override
    public IoFile open(Path file, OpenMode mode) {
        return new GatedFile(file, io.open(file, mode));
    }

    @Override
    public void createDirectories(Path directory) {
        io.createDirectories(directory);
    }

    @Override
    public DeviceSpace space(Path directory) {
        return io.space(directory);
    }

    @Override
    public List<String> list(Path directory) {
        return io.list(directory);
    }

    @Override
    public boolean exists(Path path) {
        return io.exists(path);
    }

    @Override
    public boolean isDirectory(Path path) {
        return io.isDirectory(path);
    }

    @Override
    public void rename(Path from, Path to) {
        io.rename(from, to);
    }

    @Override
    public void delete(Path file) {
        io.delete(file);
    }

    @Override
    public void syncDirectory(Path directory) {
        if (syncs) io.syncDirectory(directory);
    }

    @Override
    public AutoCloseableLock lock(Path file) {
        return io.lock(file);
    }

    @Override
    public AutoCloseableLock lockShared(Path file) {
        return io.lockShared(file);
    }

    @Override
    public void close() {
        io.close();
    }

    private final class GatedFile implements IoFile {
        private final Path path;
        private final IoFile file;

        GatedFile(Path path, IoFile file) {
            this.path = path;
            this.file = file;
        }

        @Override
        public int alignment() {
            return file.alignment();
        }

        @Override
        public int read(long position, long address, int bytes) {
            return file.read(position, address, bytes);
        }

        @Override
        public int write(long position, long address, int bytes) {
            pass(path, bytes);
            return file.write(position, address, bytes);
        }

        @Override
        public void sync() {
            pass(path, 0);
            if (syncs) file.sync();
        }

        @Override
        public long size() {
            return file.size();
        }

        @Override
        public void allocate(long position, long bytes) {
            file.allocate(position, bytes);
        }

        @Override
        public void truncate(long bytes) {
            file.truncate(bytes);
        }

        @Override
        public void dontNeed(long position, long bytes) {
            file.dontNeed(position, bytes);
        }

        @Override
        public void close() {
            file.close();
        }
    }
}
