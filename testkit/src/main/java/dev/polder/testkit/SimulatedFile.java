package dev.polder.testkit;

import dev.polder.io.IoFile;
import java.nio.file.Path;

/// A handle on a file of a [SimulatedIo].
final class SimulatedFile implements IoFile {
    private final SimulatedIo io;
    final Path path;
    final LiveNode node;
    final boolean writable;
    private final boolean direct;
    boolean closed;

    SimulatedFile(SimulatedIo io, Path path, LiveNode node, boolean writable, boolean direct) {
        this.io = io;
        this.path = path;
        this.node = node;
        this.writable = writable;
        this.direct = direct;
    }

    @Override
    public int alignment() {
        return direct ? DIRECT_ALIGNMENT : 1;
    }

    @Override
    public int read(long position, long address, int bytes) {
        return io.read(this, position, address, bytes);
    }

    @Override
    public int write(long position, long address, int bytes) {
        return io.write(this, position, address, bytes);
    }

    @Override
    public void sync() {
        io.sync(this);
    }

    @Override
    public long size() {
        return io.size(this);
    }

    @Override
    public void truncate(long bytes) {
        io.truncate(this, bytes);
    }

    @Override
    public void allocate(long position, long bytes) {
        io.allocate(this, position, bytes);
    }

    @Override
    public void dontNeed(long position, long bytes) {
        io.dontNeed();
    }

    @Override
    public void close() {
        io.close(this);
    }
}
