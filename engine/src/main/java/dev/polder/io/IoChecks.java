package dev.polder.io;

/// Misuse of an [IoFile], found before anything moves; the same for every engine.
public final class IoChecks {
    private IoChecks() {}

    /// A range that the file's alignment allows; anything else is a mistake of ours.
    public static void range(long position, long address, int bytes, int alignment) {
        if (position < 0 || bytes < 0 || position + bytes < 0) {
            throw new IllegalArgumentException("position=" + position + " bytes=" + bytes + ": out of range");
        }
        if (((position | address | bytes) & (alignment - 1)) != 0) {
            throw new IllegalArgumentException("position=" + position + " address=" + address + " bytes=" + bytes
                    + ": direct I/O needs multiples of " + alignment);
        }
    }

    public static void fileBytes(long bytes) {
        if (bytes < 0) throw new IllegalArgumentException("bytes=" + bytes + ": a file cannot be shorter than nothing");
    }
}
