package dev.polder.buffer.eviction;

import dev.polder.memory.Memory;

/// How often a block was used of late, roughly: a count-min sketch of four-bit counters with ageing.
///
///     block, 64 bytes:   { epoch u32, four rows of 30 counters of 4 bits }
///
/// A block id chooses one cache line and in it one counter of each row; its frequency is the least of the four,
/// and only those that hold the least are raised (Estan and Varghese's conservative update). After every so many
/// uses an epoch ends and all counters halve (Einziger, Friedman, Manes: "TinyLFU", 2017): a line notices when it
/// is next touched, by its own epoch, so nobody ever walks over the whole sketch.
final class FrequencySketch {
    static final int BLOCK_BYTES = 64, FREQUENCY_MAX = 15;
    private static final int ROWS = 4, ROW_COUNTERS = 30, HEADER_BYTES = 4;
    private static final long HALF = 0x7777_7777_7777_7777L;

    private final long area;
    private final int blocks;
    private int epoch;
    private long uses;
    private final int[] counters = new int[ROWS];

    /// @param area `blocks × BLOCK_BYTES`, zeroed
    FrequencySketch(long area, int blocks) {
        this.area = area;
        this.blocks = blocks;
    }

    int frequency(long id) {
        return locate(id);
    }

    /// @param times     by how much
    /// @param epochUses after so many uses all counters halve
    void add(long id, int times, long epochUses) {
        uses += times;
        if (uses >= epochUses) {
            epoch++;
            uses /= 2;
        }
        raiseAll(Math.min(FREQUENCY_MAX, locate(id) + times));
    }

    /// Makes the frequency at least so high, without a use.
    void raise(long id, int frequency) {
        if (locate(id) < frequency) raiseAll(frequency);
    }

    private void raiseAll(int frequency) {
        for (int row = 0; row < ROWS; row++) raise(counters[row], frequency);
    }

    void clear() {
        Memory.fill(area, (long) blocks * BLOCK_BYTES, (byte) 0);
        epoch = 0;
        uses = 0;
    }

    /// Leaves in `counters` where the four are (twice the address of the byte, plus which half), and returns the
    /// least.
    private int locate(long id) {
        long hash = Hash.of(id);
        long block = area + Math.unsignedMultiplyHigh(hash, blocks) * BLOCK_BYTES;
        age(block);
        int least = FREQUENCY_MAX;
        offset = block;
        for (int row = 0; row < ROWS; row++) {
            int column = ((int) ((hash >>> (8 * row)) & 0xff) * ROW_COUNTERS) >>> 8;
            counters[row] = row * ROW_COUNTERS + column;
            least = Math.min(least, counter(counters[row]));
        }
        return least;
    }

    private long offset;

    private int counter(int index) {
        return (Memory.getByte(offset + HEADER_BYTES + (index >>> 1)) >>> ((index & 1) << 2)) & 15;
    }

    private void raise(int index, int to) {
        if (counter(index) >= to) return;
        long at = offset + HEADER_BYTES + (index >>> 1);
        int shift = (index & 1) << 2;
        Memory.putByte(at, (byte) ((Memory.getByte(at) & ~(15 << shift)) | (to << shift)));
    }

    private void age(long block) {
        int behind = epoch - Memory.getInt(block);
        if (behind == 0) return;
        for (int halving = Math.min(behind, 4); halving > 0; halving--) {
            Memory.putInt(block + 4, (Memory.getInt(block + 4) >>> 1) & (int) HALF);
            for (int at = 8; at < BLOCK_BYTES; at += 8)
                Memory.putLong(block + at, (Memory.getLong(block + at) >>> 1) & HALF);
        }
        Memory.putInt(block, epoch);
    }
}
