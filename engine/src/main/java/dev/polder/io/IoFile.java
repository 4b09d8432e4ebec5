package dev.polder.io;

/// An open file. Positions and lengths in bytes; memory by raw address. Thread-safe; positional only.
public interface IoFile extends AutoCloseable {
    /// Positions, lengths and addresses must be multiples of this: 1, or 4096 for direct I/O.
    int alignment();

    /// Reads up to `bytes`; returns how many, 0 at or past the end of the file. May return fewer than asked.
    int read(long position, long address, int bytes);

    /// Writes up to `bytes`; returns how many, at least 1. May return fewer than asked.
    int write(long position, long address, int bytes);

    /// Makes all completed writes and the file's size durable (fdatasync).
    void sync();

    long size();

    void truncate(long bytes);

    /// Tells the kernel that it need not cache this range (posix_fadvise DONTNEED); a hint.
    void dontNeed(long position, long bytes);

    @Override
    void close();
}
