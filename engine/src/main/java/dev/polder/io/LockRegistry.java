package dev.polder.io;

import dev.polder.errors.StoreLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Lock files held by this process, whichever engine holds them. Some kinds of file locks do not protect a process
/// from itself, and some are lost when any handle on the file is closed: so a file is looked up here before it is
/// locked, and not opened twice.
final class LockRegistry {
    private static final Set<Object> HELD = ConcurrentHashMap.newKeySet();

    private LockRegistry() {}

    /// Returns the key for [#release].
    static Object claim(Path file) {
        Object key = identity(file);
        if (!HELD.add(key)) throw heldHere(file);
        return key;
    }

    static void release(Object key) {
        HELD.remove(key);
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
                + "; use the store that is open, or close it first");
    }

    static StoreLockedException heldElsewhere(Path file) {
        return new StoreLockedException("the store is open in another process: lock file=" + file
                + "; close it there first. The lock ends with that process: there is no file to delete");
    }
}
