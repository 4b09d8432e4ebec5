package dev.polder.io;

import java.nio.file.Path;
import java.util.List;

/// How bytes and directory entries move. Everything the engine does to a file system goes through one of these:
/// `UringIo` (batches through io_uring), `PosixIo` (FFM, direct I/O), `PortableIo` (NIO), and a simulated disk in
/// the test kit. One contract suite holds for all.
///
/// Calls block. A call may transfer less than asked (short) or be disturbed (EINTR, EAGAIN: see
/// [Errno#isTransient]): the room above (`disk`) has the one loop that deals with it. All failures are
/// [dev.polder.errors.PolderException]s that name the file. Interrupting a thread never makes a call fail.
/// Thread-safe.
public interface IoEngine extends AutoCloseable {
    String name();

    /// Opens a file; with `create`, a missing one is created empty. A new file is durable after [#syncDirectory]
    /// of its directory.
    IoFile open(Path file, OpenMode mode);

    /// Creates one directory and its missing parents; existing ones are fine.
    void createDirectories(Path directory);

    /// Names of the entries of a directory, sorted; empty if it does not exist.
    List<String> list(Path directory);

    boolean exists(Path path);

    boolean isDirectory(Path path);

    /// Whether a regular file is there: no directory, no pipe, no device.
    default boolean isFile(Path path) {
        return exists(path) && !isDirectory(path);
    }

    /// Atomically replaces `to`. Durable after [#syncDirectory].
    void rename(Path from, Path to);

    /// Deletes a file; a missing one is an error of type FileAccessException (ENOENT).
    void delete(Path file);

    /// Makes creations, renames and deletions in this directory durable.
    void syncDirectory(Path directory);

    /// The file system that a directory is on.
    default DeviceSpace space(Path directory) {
        return DeviceSpace.UNKNOWN;
    }

    /// Takes an exclusive lock on `file` (created if missing), against other processes and other engines of this
    /// process.
    ///
    /// @throws dev.polder.errors.StoreLockedException when somebody else holds it
    AutoCloseableLock lock(Path file);

    /// Takes a shared lock on `file` (created if missing): others may share it, and nobody holds it exclusively.
    /// Where the file is missing and cannot be created nobody can lock it, and the lock that is returned holds
    /// nothing.
    ///
    /// @throws dev.polder.errors.StoreLockedException when somebody holds it exclusively
    AutoCloseableLock lockShared(Path file);

    /// A batch of transfers by and for the thread that calls: it alone uses and closes it, soon. It may wait in the
    /// operating system; for a virtual thread it is [#batchElsewhere].
    ///
    /// @param depth transfers under way at once; the batch's own [IoBatch#depth] may be less
    default IoBatch batch(int depth) {
        return new SerialBatch(depth);
    }

    /// A batch of transfers done by threads of the engine, if it has some: what was submitted goes on while nobody
    /// waits, waiting parks, and the batch may go from one thread to another.
    default IoBatch batchElsewhere(int depth) {
        return new SerialBatch(depth, true);
    }

    /// Says that most transfers will be from and to this memory, which stays for the life of the engine. It may be
    /// locked in memory; a limit on that is no failure.
    default void register(long address, long bytes) {}

    /// The engine and what of the machine it uses, or could not have and why: for people.
    default String describe() {
        return name();
    }

    /// Ends what the engine has of its own; files must be closed before, batches too.
    @Override
    void close();

    /// How a file is opened. `direct` asks for O_DIRECT; where the file system refuses, the engine falls back to
    /// buffered.
    record OpenMode(boolean create, boolean write, boolean direct) {
        public static final OpenMode READ_DIRECT = new OpenMode(false, false, true);
        public static final OpenMode READ = new OpenMode(false, false, false);
        public static final OpenMode CREATE_DIRECT = new OpenMode(true, true, true);
        public static final OpenMode CREATE = new OpenMode(true, true, false);
        public static final OpenMode WRITE = new OpenMode(false, true, false);
    }

    /// A held lock; closing gives it up.
    interface AutoCloseableLock extends AutoCloseable {
        @Override
        void close();
    }
}
