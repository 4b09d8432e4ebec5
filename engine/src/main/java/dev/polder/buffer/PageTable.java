package dev.polder.buffer;

import dev.polder.memory.Memory;

/// Which frame holds which block: a fixed off-heap hash with linear probing, at most half full.
///
///     slot, 8 bytes:  { tag u32, frame + 1 u32 }      0: empty      tag: 32 bits of the id's hash
///
/// The id itself is in the frame's descriptor, which has to be looked at anyway; so eight slots share a cache line,
/// and a slot changes at once, as one word.
///
/// **Threads.** [#put] and [#remove] run under the pool's mutex; [#find] takes no lock. While slots move a finder may
/// miss an id that is there; so may one whose tag belongs to another block as well (one in 2^32). The caller checks
/// the descriptor, so a wrong frame is harmless; and a miss is looked up again by [#findExactly] under the mutex
/// before anything is read from disk. So slots move back on removal (Knuth 6.4, algorithm R) and chains stay short
/// for ever, without tombstones.
///
/// Two multiplies in the hash: with one and a shift, sequential ids made chains longer than 64.
final class PageTable {
    static final int SLOT_BYTES = 8;

    private final long base;
    private final long end;
    private final long slots;
    private final long descriptors;

    /// @param base        of zeroed bytes
    /// @param bytes       at least two slots per granule
    /// @param descriptors of the frames, in which the ids are
    PageTable(long base, long bytes, long descriptors) {
        if (bytes < 2 * SLOT_BYTES || bytes % SLOT_BYTES != 0)
            throw new IllegalArgumentException("page table of " + bytes + " bytes");
        this.base = base;
        this.end = base + bytes;
        this.slots = bytes / SLOT_BYTES;
        this.descriptors = descriptors;
    }

    /// The frame that probably holds the block, or -1. No lock; check the descriptor. Once round at most, whatever
    /// moves meanwhile; without a counter, for which the compiler would make a large loop of what is one probe as a
    /// rule.
    int find(long id) {
        long hash = hash(id);
        long home = home(hash);
        long at = home;
        do {
            long found = Memory.getLong(at);
            if (sameTag(found, hash)) return frame(found);
            if (found == 0) return -1;
            at = next(at);
        } while (at != home);
        return -1;
    }

    /// The frame that holds the block, or -1; certain, because the caller holds the pool's mutex.
    int findExactly(long id) {
        long hash = hash(id);
        long at = home(hash);
        for (long found; (found = Memory.getLong(at)) != 0; at = next(at))
            if (sameTag(found, hash) && id(frame(found)) == id) return frame(found);
        return -1;
    }

    /// Adds a block that is not there, and whose frame's descriptor has the id.
    void put(long id, int frame) {
        long hash = hash(id);
        long at = home(hash);
        while (Memory.getLong(at) != 0) at = next(at);
        Memory.putLongRelease(at, (hash << 32) | (frame + 1));
    }

    /// Removes the block; the descriptors of the others still have their ids.
    void remove(long id, int frame) {
        long hole = home(hash(id));
        for (long found = Memory.getLong(hole); frame(found) != frame; found = Memory.getLong(hole)) {
            if (found == 0)
                throw new IllegalStateException("block " + Long.toHexString(id) + " is not in the page table");
            hole = next(hole);
        }
        for (long at = next(hole); ; at = next(at)) {
            long moving = Memory.getLong(at);
            if (moving == 0) break;
            // It may move back unless its home lies cyclically in (hole, at].
            if (distance(home(hash(id(frame(moving)))), at) < distance(hole, at)) continue;
            Memory.putLongRelease(hole, moving);
            hole = at;
        }
        Memory.putLongRelease(hole, 0);
    }

    /// Bytes from one slot forward to another.
    private long distance(long from, long to) {
        return to >= from ? to - from : to - from + (end - base);
    }

    private long id(int frame) {
        return Memory.getLong(descriptors + (long) frame * FrameDescriptor.BYTES + FrameDescriptor.ID);
    }

    private static boolean sameTag(long slot, long hash) {
        return (int) (slot >>> 32) == (int) hash && (int) slot != 0;
    }

    private static int frame(long slot) {
        return (int) slot - 1;
    }

    private static long hash(long id) {
        long hash = id * 0x9e37_79b9_7f4a_7c15L;
        hash ^= hash >>> 32;
        return hash * 0xd6e8_feb8_6659_fd93L;
    }

    private long home(long hash) {
        return base + (Math.unsignedMultiplyHigh(hash, slots) << 3);
    }

    private long next(long at) {
        long next = at + SLOT_BYTES;
        return next == end ? base : next;
    }
}
