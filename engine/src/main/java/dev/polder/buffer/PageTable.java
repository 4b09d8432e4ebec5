package dev.polder.buffer;

import dev.polder.memory.Memory;

/// Which frame holds which block: a fixed off-heap hash with linear probing, at most half full.
///
///     slot, 16 bytes:  { id u64, frame u32, zeros u32 }      id 0: empty
///
/// **Threads.** [#put] and [#remove] run under the pool's mutex; [#find] takes no lock. While a slot is being
/// changed or moved a finder may see an id with another slot's frame, or miss an id that is there. The first
/// is harmless because the caller checks the frame's descriptor, the second because a miss is looked up again
/// under the mutex before anything is read from disk. So slots move back on removal (Knuth 6.4, algorithm R)
/// and chains stay short for ever, without tombstones.
///
/// Two multiplies in the hash: with one and a shift, sequential ids made chains longer than 64.
final class PageTable {
    static final int SLOT_BYTES = 16;

    private static final int FRAME = 8;
    /// A lock-free probe gives up here and leaves the rest to the slow path; at half fill practically no
    /// chain is longer.
    private static final int PROBES_MAX = 64;

    private final long base;
    private final long mask;
    private final int shift;

    /// @param bytes a power of two, at least 32 bytes per granule; zeroed
    PageTable(long base, long bytes) {
        if (Long.bitCount(bytes) != 1 || bytes < 2 * SLOT_BYTES)
            throw new IllegalArgumentException("page table of " + bytes + " bytes: must be a power of two");
        this.base = base;
        this.mask = bytes - 1;
        this.shift = 64 - Long.numberOfTrailingZeros(bytes / SLOT_BYTES);
    }

    /// The frame that probably holds the block, or -1. No lock; check the descriptor.
    int find(long id) {
        long at = home(id);
        for (int probes = 0; probes < PROBES_MAX; probes++) {
            long found = Memory.getLong(base + at);
            if (found == id) return Memory.getInt(base + at + FRAME);
            if (found == 0) return -1;
            at = next(at);
        }
        return -1;
    }

    /// The frame that holds the block, or -1; certain, because the caller holds the pool's mutex.
    int findExactly(long id) {
        for (long at = home(id); ; at = next(at)) {
            long found = Memory.getLong(base + at);
            if (found == id) return Memory.getInt(base + at + FRAME);
            if (found == 0) return -1;
        }
    }

    /// Adds a block that is not there.
    void put(long id, int frame) {
        long at = home(id);
        while (Memory.getLong(base + at) != 0) at = next(at);
        set(at, id, frame);
    }

    void remove(long id) {
        long hole = home(id);
        for (long found; (found = Memory.getLong(base + hole)) != id; hole = next(hole))
            if (found == 0)
                throw new IllegalStateException("block " + Long.toHexString(id) + " is not in the page table");
        for (long at = next(hole); ; at = next(at)) {
            long moving = Memory.getLong(base + at);
            if (moving == 0) break;
            // It may move back unless its home lies cyclically in (hole, at].
            if (((at - home(moving)) & mask) < ((at - hole) & mask)) continue;
            set(hole, moving, Memory.getInt(base + at + FRAME));
            hole = at;
        }
        Memory.putLongRelease(base + hole, 0);
    }

    private void set(long at, long id, int frame) {
        Memory.putInt(base + at + FRAME, frame);
        Memory.putLongRelease(base + at, id);
    }

    private long home(long id) {
        long hash = id * 0x9e37_79b9_7f4a_7c15L;
        hash ^= hash >>> 32;
        hash *= 0xd6e8_feb8_6659_fd93L;
        return hash >>> shift << 4;
    }

    private long next(long at) {
        return at + SLOT_BYTES & mask;
    }
}
