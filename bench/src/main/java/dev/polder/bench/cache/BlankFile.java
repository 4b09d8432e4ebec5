package dev.polder.bench.cache;

import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import dev.polder.memory.Memory;
import java.nio.file.Path;
import java.util.List;

/// A file of zeros without an end, in memory: every block is read, verified and loaded like any other.
record BlankFile() implements IoEngine, IoFile {
    @Override
    public int read(long position, long address, int bytes) {
        Memory.fill(address, bytes, (byte) 0);
        return bytes;
    }

    @Override
    public IoFile open(Path path, OpenMode mode) {
        return this;
    }

    @Override
    public int alignment() {
        return 1;
    }

    @Override
    public long size() {
        return Long.MAX_VALUE;
    }

    @Override
    public String name() {
        return "blank";
    }

    @Override
    public List<String> list(Path directory) {
        return List.of();
    }

    @Override
    public boolean exists(Path path) {
        return true;
    }

    @Override
    public boolean isDirectory(Path path) {
        return false;
    }

    @Override
    public int write(long position, long address, int bytes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public AutoCloseableLock lock(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public AutoCloseableLock lockShared(Path path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void createDirectories(Path directory) {}

    @Override
    public void rename(Path from, Path to) {}

    @Override
    public void delete(Path path) {}

    @Override
    public void syncDirectory(Path directory) {}

    @Override
    public void sync() {}

    @Override
    public void truncate(long bytes) {}

    @Override
    public void dontNeed(long position, long bytes) {}

    @Override
    public void close() {}
}
