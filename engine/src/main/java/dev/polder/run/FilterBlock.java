package dev.polder.run;

import dev.polder.memory.Memory;

/// A filter partition: which keys may lie under one index leaf. A Bloom filter in lines of one cache line each
/// (Putze, Sanders, Singler, *Cache-, hash- and space-efficient Bloom filters*, 2007), so a probe costs one miss.
///
///     0         64        128                   64 × lines
///     ┌─────────┬─────────┬─────────┬─ ─ ─ ─ ─┐
///     │ line 0  │ line 1  │ line 2  │         │   512 bits each
///     └─────────┴─────────┴─────────┴─ ─ ─ ─ ─┘
///
/// No header: the number of lines is the block's length. The upper half of a [KeyHash] chooses the line, the
/// lower half six bits in it. At ten bits a key about 1 % of absent keys pass.
final class FilterBlock {
    static final int LINE_BYTES = 64;
    static final int BITS_PER_KEY = 10;

    private static final int PROBES = 6;
    private static final int GOLDEN = 0x9e3779b9;

    private FilterBlock() {}

    /// Raw bytes of a filter of so many keys.
    static int bytes(int keys) {
        int bits = Math.max(1, keys) * BITS_PER_KEY;
        return (bits + 8 * LINE_BYTES - 1) / (8 * LINE_BYTES) * LINE_BYTES;
    }

    /// Writes the filter of the hashes at `hashes` (8 bytes each) to `block`.
    static void build(long hashes, int count, long block, int bytes) {
        Memory.fill(block, bytes, (byte) 0);
        for (int i = 0; i < count; i++) {
            long hash = Memory.getLong(hashes + 8L * i);
            long line = line(block, bytes, hash);
            int probe = (int) hash;
            for (int p = 0; p < PROBES; p++) {
                int bit = probe >>> 23;
                long word = line + ((bit >>> 6) << 3);
                Memory.putLong(word, Memory.getLong(word) | (1L << bit));
                probe *= GOLDEN;
            }
        }
    }

    /// `false` means that no key of this hash was added. Stays inside the block whatever the block holds.
    static boolean mayContain(long block, int bytes, long hash) {
        long line = line(block, bytes, hash);
        int probe = (int) hash;
        long all = 1;
        for (int p = 0; p < PROBES; p++) {
            int bit = probe >>> 23;
            all &= Memory.getLong(line + ((bit >>> 6) << 3)) >>> bit;
            probe *= GOLDEN;
        }
        return (all & 1) != 0;
    }

    private static long line(long block, int bytes, long hash) {
        long lines = bytes / LINE_BYTES;
        return block + (((hash >>> 32) * lines) >>> 32) * LINE_BYTES;
    }
}
