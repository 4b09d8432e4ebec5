package dev.polder.io;

import dev.polder.errors.PolderException;
import dev.polder.memory.Memory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/// A file behind a `FileChannel`. If an interrupt closes the channel under its users, each of them goes on with a new
/// one: all calls are positional, so repeating one is harmless.
final class PortableFile implements IoFile {
    private final PortableIo io;
    private final boolean writable;
    private volatile Path path;
    private final AtomicReference<FileChannel> channel;
    private volatile boolean closed;

    PortableFile(PortableIo io, Path path, boolean writable, FileChannel channel) {
        this.io = io;
        this.path = path;
        this.writable = writable;
        this.channel = new AtomicReference<>(channel);
    }

    @Override
    public int alignment() {
        return 1;
    }

    @Override
    public int read(long position, long address, int bytes) {
        IoChecks.range(position, address, bytes, 1);
        return Math.max(0, call("read", bytes, c -> c.read(buffer(address, bytes), position)));
    }

    @Override
    public int write(long position, long address, int bytes) {
        IoChecks.range(position, address, bytes, 1);
        checkWritable();
        return call("write", bytes, c -> c.write(buffer(address, bytes), position));
    }

    @Override
    public void sync() {
        call("sync", 0, c -> {
            c.force(false);
            return 0;
        });
    }

    @Override
    public long size() {
        return call("size", 0, FileChannel::size);
    }

    /// `FileChannel.truncate` only shortens; a file grows by its last byte.
    @Override
    public void truncate(long bytes) {
        IoChecks.fileBytes(bytes);
        checkWritable();
        call("truncate", 0, c -> {
            if (c.size() < bytes) return c.write(ByteBuffer.allocate(1), bytes - 1);
            c.truncate(bytes);
            return 0;
        });
    }

    /// The JDK has no such call.
    @Override
    public void allocate(long position, long bytes) {
        checkWritable();
    }

    @Override
    public void dontNeed(long position, long bytes) {}

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        io.closed(this);
        close(current());
    }

    void renamed(Path from, Path to) {
        if (path.equals(from)) path = to;
    }

    private <T> T call(String operation, long bytes, ChannelCall<T> call) {
        return Interrupts.heldOff(() -> {
            while (true) {
                if (closed) throw new IllegalStateException("the file is closed: " + path);
                FileChannel current = current();
                try {
                    return call.on(current);
                } catch (ClosedChannelException e) {
                    Interrupts.again();
                    reopen(current);
                } catch (IOException e) {
                    throw NioFailures.of(operation, path, bytes, e);
                }
            }
        });
    }

    /// Whoever comes first with a new channel wins. A file that was renamed meanwhile is looked up by its new name.
    private void reopen(FileChannel broken) {
        Path tried = path;
        FileChannel opened;
        try {
            opened = PortableIo.openChannel(tried, writable ? IoEngine.OpenMode.WRITE : IoEngine.OpenMode.READ);
        } catch (PolderException e) {
            if (tried.equals(path)) throw e;
            return;
        }
        boolean used = channel.compareAndSet(broken, opened);
        if (!used || closed) close(opened);
    }

    private FileChannel current() {
        return Objects.requireNonNull(channel.get());
    }

    private void close(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw NioFailures.of("close", path, 0, e);
        }
    }

    private void checkWritable() {
        if (!writable) throw new IllegalStateException("opened for reading: " + path);
    }

    private static ByteBuffer buffer(long address, int bytes) {
        return Memory.ALL.asSlice(address, bytes).asByteBuffer();
    }

    private interface ChannelCall<T> {
        T on(FileChannel channel) throws IOException;
    }
}
