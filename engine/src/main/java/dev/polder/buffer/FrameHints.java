package dev.polder.buffer;

import dev.polder.memory.Memory;

/// Where a block was when it was last looked up in the page table: 4 bytes for each 2 KiB of a file, direct-mapped.
///
///     hint:  31 ── tag: the rest of the position ── k  k−1 ── frame ── 0        2^k hints, at least two per granule
///
/// The hint of a block lies at its *position*, its offset in units of 2 KiB plus a multiple of its file's open
/// number; so neighbours in a file are neighbours here, sixteen in a cache line, and a leaf that is walked over costs
/// one line. The page table scatters them, eight bytes each, and has chains; a hint has neither hash nor chain.
///
/// A hint is a guess. It may be stale, belong to another block of the same 2 KiB, or be lost to another store of the
/// same word: the descriptor decides, and without it the page table. So hints need no order and no lock: plain loads
/// and stores of four aligned bytes. They are made when a block is loaded, and by readers that found one through the
/// table, one time in [#FINDS_PER_HINT], so that two blocks that are used much and share a hint do not write it all
/// the time.
final class FrameHints {
    static final int BYTES = 4;
    /// So few that they are of no use.
    static final int NEARLY_NONE = 2 * BYTES;

    static final int FINDS_PER_HINT = 4;

    /// Ids hold offsets in units of 8 bytes; a position is 2 KiB, about the size of a block of 4 KiB compressed.
    private static final int POSITION_SHIFT = 8;

    private static final int FILE_STRIDE = 0x9e37_79b1;

    private final long base;
    private final int frameMask;

    /// @param base  of zeroed bytes, aligned to 4
    /// @param bytes a power of two, at least 8 per granule
    FrameHints(long base, long bytes) {
        if (Long.bitCount(bytes) != 1 || bytes < 2 * BYTES || bytes / BYTES > 1L << 31)
            throw new IllegalArgumentException("frame hints of " + bytes + " bytes");
        this.base = base;
        this.frameMask = (int) (bytes / BYTES - 1);
    }

    /// The frame the block may be in, or -1.
    int frame(long id) {
        int position = position(id);
        int hint = at(position);
        return means(hint, position) ? frame(hint) : -1;
    }

    // The same in pieces, for who has no instruction to spare.

    /// The hint for a position.
    int at(int position) {
        return Memory.getInt(address(position));
    }

    /// Whether the hint was made for this position, as far as its tag tells.
    boolean means(int hint, int position) {
        return Integer.compareUnsigned(hint ^ position, frameMask) <= 0;
    }

    int frame(int hint) {
        return hint & frameMask;
    }

    void set(long id, int frame) {
        int position = position(id);
        Memory.putInt(address(position), (position & ~frameMask) | frame);
    }

    private long address(int position) {
        return base + ((position & frameMask) & 0xffff_ffffL) * BYTES;
    }

    static int position(long id) {
        return ((int) id >>> POSITION_SHIFT) + (int) (id >>> 32) * FILE_STRIDE;
    }
}
