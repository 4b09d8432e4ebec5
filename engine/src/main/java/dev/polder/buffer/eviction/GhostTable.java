package dev.polder.buffer.eviction;

import dev.polder.memory.Memory;

/// Blocks that are not (or only as if) in the pool: a fixed number of entries found by id, which can be put into
/// lists.
///
///     entry, 24 bytes:   { id u64, next u32, previous u32, chain u32, list u8, count u8, zeros u16 }
///     head, 4 bytes:     the first entry of a chain of equal hashes, plus one; as many heads as entries
///
/// The heads come first in the area, which begins as zeros.
final class GhostTable implements NodeList.Nodes {
    static final int ENTRY_BYTES = 24, HEAD_BYTES = 4, BYTES = ENTRY_BYTES + HEAD_BYTES;
    private static final int LINKS = 8, CHAIN = 16, LIST = 20, COUNT = 21, STAMP = 20;

    private final long heads;
    private final long entries;
    private final int capacity;
    private int fresh;
    private int hand;
    private int free;
    private int count;

    /// @param area `capacity × BYTES`, zeroed
    GhostTable(long area, int capacity) {
        this.heads = area;
        this.entries = area + (long) capacity * HEAD_BYTES;
        this.capacity = capacity;
    }

    int count() {
        return count;
    }

    int capacity() {
        return capacity;
    }

    boolean full() {
        return count == capacity;
    }

    /// The entry of the block, or -1.
    int find(long id) {
        for (int link = Memory.getInt(head(id)); link != 0; link = Memory.getInt(at(link - 1) + CHAIN))
            if (Memory.getLong(at(link - 1)) == id) return link - 1;
        return -1;
    }

    /// A new entry for a block that has none, in no list yet. There must be room.
    int add(long id) {
        if (count == capacity) throw new IllegalStateException("ghosts: all " + capacity + " entries are taken");
        int entry;
        if (free != 0) {
            entry = free - 1;
            free = Memory.getInt(at(entry) + CHAIN);
        } else {
            entry = fresh++;
        }
        long head = head(id);
        long at = at(entry);
        Memory.putLong(at, id);
        Memory.putLong(at + LINKS, 0);
        Memory.putInt(at + CHAIN, Memory.getInt(head));
        Memory.putInt(at + LIST, 0);
        Memory.putInt(head, entry + 1);
        count++;
        return entry;
    }

    /// Forgets an entry, which is in no list any more.
    void remove(int entry) {
        long link = head(id(entry));
        while (Memory.getInt(link) != entry + 1) link = at(Memory.getInt(link) - 1) + CHAIN;
        Memory.putInt(link, Memory.getInt(at(entry) + CHAIN));
        Memory.putInt(at(entry) + CHAIN, free);
        Memory.putLong(at(entry), 0);
        free = entry + 1;
        count--;
    }

    /// An entry that is taken, each in its turn, roughly by age; there must be one. Entries given back are taken
    /// again first, so few of those it passes over are empty.
    int turn() {
        do {
            hand = hand + 1 < fresh ? hand + 1 : 0;
        } while (Memory.getLong(at(hand)) == 0);
        return hand;
    }

    long id(int entry) {
        return Memory.getLong(at(entry));
    }

    int list(int entry) {
        return Memory.getByte(at(entry) + LIST);
    }

    void list(int entry, int list) {
        Memory.putByte(at(entry) + LIST, (byte) list);
    }

    int counter(int entry) {
        return Memory.getByte(at(entry) + COUNT);
    }

    void counter(int entry, int count) {
        Memory.putByte(at(entry) + COUNT, (byte) count);
    }

    /// A number in place of list and counter.
    int stamp(int entry) {
        return Memory.getInt(at(entry) + STAMP);
    }

    void stamp(int entry, int stamp) {
        Memory.putInt(at(entry) + STAMP, stamp);
    }

    @Override
    public long notes(int entry) {
        return at(entry) + LINKS;
    }

    /// Forgets everything.
    void clear() {
        Memory.fill(heads, (long) capacity * HEAD_BYTES, (byte) 0);
        fresh = 0;
        free = 0;
        count = 0;
    }

    private long at(int entry) {
        return entries + (long) entry * ENTRY_BYTES;
    }

    private long head(long id) {
        return heads + Math.unsignedMultiplyHigh(Hash.of(id), capacity) * HEAD_BYTES;
    }
}
