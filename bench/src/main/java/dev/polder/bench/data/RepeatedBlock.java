package dev.polder.bench.data;

import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import dev.polder.memory.Memory;
import java.nio.file.Path;
import java.util.List;

/// A file without an end, in memory, that repeats 4 KiB: every block is read, verified and loaded like any other,
/// and one checksum is right for all.
///
/// @param block address of what is repeated
public record RepeatedBlock(long block) implements IoEngine, IoFile {
    public static final int BYTES = 4 << 10;

    @Override
    public int read(long position, long address, int bytes) {
        for (int done = 0, some; done < bytes; done += some) {
            long from = (position + done) % BYTES;
            some = (int) Math.min(bytes - done, BYTES - from);
            Memory.copy(block + from, address + done, some);
        }
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
        return "repeated block";
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
