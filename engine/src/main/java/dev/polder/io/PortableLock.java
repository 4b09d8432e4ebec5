package dev.polder.io;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// A lock by `FileChannel.tryLock`.
final class PortableLock implements IoEngine.AutoCloseableLock {
    private final Path file;
    private final FileChannel channel;

    private PortableLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static PortableLock take(Path file, boolean shared) {
        try {
            FileChannel channel = FileChannel.open(
                    file,
                    shared
                            ? Set.of(StandardOpenOption.READ)
                            : Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE));
            FileLock held = null;
            try {
                held = channel.tryLock(0, Long.MAX_VALUE, shared);
            } finally {
                if (held == null) channel.close();
            }
            if (held == null) throw LockRegistry.heldElsewhere(file);
            return new PortableLock(file, channel);
        } catch (IOException e) {
            throw NioFailures.of("lock", file, 0, e);
        }
    }

    /// Called once, by [LockRegistry].
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw NioFailures.of("unlock", file, 0, e);
        }
    }
}
