package dev.polder.buffer;

/// The three sizes of a frame: 4, 16 and 64 KiB. A unit of 64 KiB is carved into 16, 4 or 1 of them.
///
/// A class is an `int` (0, 1, 2), because it is computed on every hit.
public final class FrameClass {
    /// How many classes there are.
    public static final int COUNT = 3;

    /// The largest block that fits a frame.
    public static final int BYTES_MAX = 64 << 10;

    private static final int SMALLEST_SHIFT = 12;

    private FrameClass() {}

    /// The smallest class that holds a block of so many bytes (1 to [#BYTES_MAX]).
    public static int of(int blockBytes) {
        return blockBytes <= 4 << 10 ? 0 : blockBytes <= 16 << 10 ? 1 : 2;
    }

    public static int bytes(int frameClass) {
        return 1 << (SMALLEST_SHIFT + 2 * frameClass);
    }

    static int framesPerUnit(int frameClass) {
        return 16 >> (2 * frameClass);
    }

    /// Granules of 4 KiB from one frame of a unit to the next.
    static int granules(int frameClass) {
        return 1 << (2 * frameClass);
    }
}
