package dev.polder.io;

/// An open file. Positions and lengths in bytes; memory by raw address. Thread-safe; positional only.
///
/// Misuse is an exception at once: `IllegalArgumentException` for a negative or unaligned range,
/// `IllegalStateException` for writing to a file that was opened for reading, or for any call on a closed one.
/// [#close] must not run while another call is under way: an operating system may give the number of the closed
/// handle to another file. `disk` counts users and sees to it.
public interface IoFile extends AutoCloseable {
    /// What positions, lengths and addresses of a direct file are multiples of.
    int DIRECT_ALIGNMENT = 4096;

    /// Positions, lengths and addresses must be multiples of this: 1, or [#DIRECT_ALIGNMENT] for direct I/O.
    int alignment();

    /// Reads up to `bytes`; returns how many, 0 at or past the end of the file (or if none were asked for). May
    /// return fewer than asked.
    int read(long position, long address, int bytes);

    /// Writes up to `bytes`; returns how many, at least 1 if any were given. May return fewer than given.
    int write(long position, long address, int bytes);

    /// Makes all completed writes and the file's size durable (fdatasync).
    void sync();

    long size();

    void truncate(long bytes);

    /// Sets room aside on the device, so that writes to this range need none, lie together, and do not fail for want
    /// of it. Neither size nor content change. What lies beyond the size goes back with [#truncate]. Where the file
    /// system has no such call nothing happens.
    ///
    /// @throws dev.polder.errors.OutOfSpaceException if there is not so much; nothing has changed
    default void allocate(long position, long bytes) {}

    /// Tells the kernel that it need not cache this range (posix_fadvise DONTNEED); a hint.
    void dontNeed(long position, long bytes);

    @Override
    void close();
}
