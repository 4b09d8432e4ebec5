package dev.polder.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicBoolean;

/// A lock by `FileChannel.tryLock`.
final class PortableLock implements IoEngine.AutoCloseableLock {
    private final Path file;
    private final Object key;
    private final FileChannel channel;
    private final AtomicBoolean closed = new AtomicBoolean();

    private PortableLock(Path file, Object key, FileChannel channel) {
        this.file = file;
        this.key = key;
        this.channel = channel;
    }

    static PortableLock take(Path file) {
        Object key = LockRegistry.claim(file);
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
            PortableLock lock = new PortableLock(file, key, channel);
            FileLock held = channel.tryLock();
            if (held != null) return lock;
            channel.close();
            throw LockRegistry.heldElsewhere(file);
        } catch (IOException e) {
            LockRegistry.release(key);
            throw NioFailures.of("lock", file, 0, e);
        } catch (RuntimeException e) {
            LockRegistry.release(key);
            throw e;
        }
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) return;
        try {
            channel.close();
        } catch (IOException e) {
            throw NioFailures.of("unlock", file, 0, e);
        } finally {
            LockRegistry.release(key);
        }
    }
}
