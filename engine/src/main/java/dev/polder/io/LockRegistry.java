package dev.polder.io;

import dev.polder.errors.PolderException;
import dev.polder.errors.StoreLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Lock files held by this process, whichever engine holds them. Some kinds of file locks do not protect a process
/// from itself, and some are lost when any handle on the file is closed: so a file is looked up here before it is
/// locked, and not opened twice. Those who share a lock share the handle too; the last one closes it.
final class LockRegistry {
    private static final Map<Object, Held> HELD = new ConcurrentHashMap<>();

    private LockRegistry() {}

    /// The operating system's lock on a file, without waiting; closing gives it up.
    interface SystemLock {
        IoEngine.AutoCloseableLock take(Path file, boolean shared);
    }

    private record Held(IoEngine.AutoCloseableLock lock, boolean shared, int holders) {}

    /// Takes the lock for this process, or joins those in it who share it.
    static IoEngine.AutoCloseableLock take(Path file, boolean shared, SystemLock system) {
        Object key = shared ? identityOrNull(file) : identity(file);
        if (key == null) return () -> {};
        HELD.compute(key, (_, held) -> {
            if (held == null) return new Held(system.take(file, shared), shared, 1);
            if (!shared || !held.shared) throw heldHere(file);
            return new Held(held.lock, true, held.holders + 1);
        });
        AtomicBoolean closed = new AtomicBoolean();
        return () -> {
            if (!closed.getAndSet(true)) release(key);
        };
    }

    private static void release(Object key) {
        HELD.compute(key, (_, held) -> {
            Held last = Objects.requireNonNull(held);
            if (last.holders > 1) return new Held(last.lock, true, last.holders - 1);
            last.lock.close();
            return null;
        });
    }

    /// `null` where there is no such file and we may not make one: nobody can have locked it.
    private static @Nullable Object identityOrNull(Path file) {
        try {
            return identity(file);
        } catch (PolderException e) {
            if (Files.exists(file)) throw e;
            return null;
        }
    }

    /// Device and file number where there are such: two names of one file are one lock.
    private static Object identity(Path file) {
        try {
            if (!Files.exists(file)) Files.createFile(file);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            // somebody else was faster
        } catch (IOException e) {
            throw NioFailures.of("lock", file, 0, e);
        }
        try {
            Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return key != null ? key : file.toRealPath();
        } catch (IOException e) {
            throw NioFailures.of("lock", file, 0, e);
        }
    }

    private static StoreLockedException heldHere(Path file) {
        return new StoreLockedException("the store is open in this process already: lock file=" + file
                + "; use the store that is open, or close it first. Only read-only openings share a store");
    }

    static StoreLockedException heldElsewhere(Path file) {
        return new StoreLockedException("the store is open in another process: lock file=" + file
                + "; close it there first. Only read-only openings share a store."
                + " The lock ends with that process: there is no file to delete");
    }
}
