package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.memory.Memory;
import dev.polder.runtime.Mutex;

/// One part of the warm share: a ring of compressed blocks, an index over it, and a memory of who came by.
///
///     ┌───────┬────────────┬──────────────────────────────────────────────────────┐
///     │ index │ doorkeeper │ … free … │ oldest │        │ dead │        │ newest │ …│
///     └───────┴────────────┴──────────────────────────────────────────────────────┘
///                              tail ▲     ▲ head: dropped next, or moved to the tail if it earned it
///
///     record, 16-byte aligned:  { bytes 4, flags 4, id 8, proof 8, image bytes 4, unused 4, image … }
///     index slot:               { hash 4, place / 16 + 1 }, linear probing; 0 = empty
///
/// **A block's way.** The first time it leaves the pool the *doorkeeper* only notes it: a scan passes by without a
/// trace and without being compressed. The second time it is compressed to the tail. When a reader wants it, its
/// image is decoded into a frame and *stays*, marked as promoted: if the block leaves the pool again before the
/// ring has come round, nothing is compressed. A record that reaches the head is dropped, unless its block came back
/// from the pool: then it goes to the tail once more.
///
/// **Always true**, with the mutex free: (1) records from head to tail follow each other without a gap, none crosses
/// the ring's end; (2) a record is in the index exactly if it is neither dead nor padding; (3) `tail − head ≤` the
/// ring.
///
/// **Threads.** Any; one mutex, held while one block is compressed or decoded (some microseconds), for nothing that
/// waits.
final class WarmShard {
    private static final int RECORD_BYTES = 0, FLAGS = 4, ID = 8, PROOF = 16, IMAGE_BYTES = 24;
    static final int HEADER_BYTES = 32;
    private static final int ALIGNMENT = 16;

    private static final int PADDING = 1, DEAD = 2, PROMOTED = 4, CAME_BACK = 8;

    /// One index slot for so many bytes: images are larger, but for those of tiny blocks.
    private static final int BYTES_PER_SLOT = 512;
    /// One note for so many bytes.
    private static final int BYTES_PER_NOTE = 512;
    /// Records moved to the tail on behalf of one newcomer.
    private static final int MOVES_MAX = 4;

    private final Codecs codecs;
    private final Mutex mutex;
    private final long index;
    private final int indexMask;
    private final int entriesMax;
    private final long notes;
    private final int noteMask;
    private final long ring;
    private final long ringBytes;

    // Under the mutex. Positions only grow; a place is a position modulo the ring.
    private long head;
    private long tail;
    private int entries;
    private long imageBytes;
    private long rawBytes;
    private long hits;
    private long kept;
    private long returned;
    private long noted;
    private long refused;
    private long dropped;

    WarmShard(long area, long bytes, Codecs codecs, Mutex mutex) {
        this.codecs = codecs;
        this.mutex = mutex;
        int slots = powerOfTwo(bytes / BYTES_PER_SLOT);
        int noteCount = powerOfTwo(bytes / BYTES_PER_NOTE);
        this.index = area;
        this.indexMask = slots - 1;
        this.entriesMax = slots / 4 * 3;
        this.notes = index + 8L * slots;
        this.noteMask = noteCount - 1;
        this.ring = notes + 2L * noteCount;
        this.ringBytes = (area + bytes - ring) & -ALIGNMENT;
        Memory.fill(area, ring - area, (byte) 0);
    }

    private static int powerOfTwo(long atMost) {
        return (int) Math.min(1 << 28, Long.highestOneBit(atMost));
    }

    boolean holds(long hash, long id, long proof) {
        mutex.lock();
        try {
            int slot = find(hash, id);
            return slot >= 0 && Memory.getLong(record(slot) + PROOF) == proof;
        } finally {
            mutex.unlock();
        }
    }

    /// Decodes the block to `to`, if its image is here.
    boolean promote(long hash, long id, long proof, long to) {
        mutex.lock();
        try {
            int slot = find(hash, id);
            if (slot < 0) return false;
            long record = record(slot);
            if (Memory.getLong(record + PROOF) != proof) return false;
            int bytes = BufferPool.rawBytes(proof);
            if (!codecs.decode(Codecs.LZ4, record + HEADER_BYTES, Memory.getInt(record + IMAGE_BYTES), to, bytes))
                throw new IllegalStateException("a compressed block in memory does not decode: somebody wrote into it");
            flags(record, flags(record) | PROMOTED);
            hits++;
            return true;
        } finally {
            mutex.unlock();
        }
    }

    /// A block leaves the pool; its bytes are at `address`.
    void offer(long hash, long id, long proof, long address) {
        mutex.lock();
        try {
            int slot = find(hash, id);
            if (slot >= 0) {
                long record = record(slot);
                if (Memory.getLong(record + PROOF) == proof) {
                    flags(record, (flags(record) & ~PROMOTED) | CAME_BACK);
                    returned++;
                    return;
                }
                bury(slot);
            }
            if (passed(hash)) keep(hash, id, proof, address);
            else noted++;
        } finally {
            mutex.unlock();
        }
    }

    /// Adds what this shard counted to the sums.
    void addTo(WarmMetrics.Sums sums) {
        mutex.lock();
        try {
            sums.add(imageBytes, rawBytes, entries, hits, kept, returned, noted, refused, dropped);
        } finally {
            mutex.unlock();
        }
    }

    // ------------------------------------------------------------------------------------------- the doorkeeper

    /// Whether the block is noted; if so the note is used up, else it is noted now.
    private boolean passed(long hash) {
        long note = notes + 2L * ((int) (hash >>> 20) & noteMask);
        int tag = (int) (hash >>> 48) | 1;
        boolean noted = Memory.getUnsignedShort(note) == tag;
        Memory.putShort(note, noted ? 0 : tag);
        return noted;
    }

    // ------------------------------------------------------------------------------------------------- the ring

    private void keep(long hash, long id, long proof, long address) {
        int bytes = BufferPool.rawBytes(proof);
        int bound = Codecs.compressedBytesBound(bytes);
        int most = aligned(HEADER_BYTES + bound);
        if (most > ringBytes / 2) {
            refused++;
            return;
        }
        makeRoom(most);
        long record = place(tail);
        int image = codecs.compress(address, bytes, record + HEADER_BYTES, bound);
        if (image < 0 || image > bytes - bytes / 4) {
            refused++;
            return;
        }
        int size = aligned(HEADER_BYTES + image);
        Memory.putInt(record + RECORD_BYTES, size);
        flags(record, 0);
        Memory.putLong(record + ID, id);
        Memory.putLong(record + PROOF, proof);
        Memory.putInt(record + IMAGE_BYTES, image);
        insert((int) hash, tail);
        tail += size;
        imageBytes += image;
        rawBytes += bytes;
        kept++;
    }

    /// Afterwards so many bytes in a row are free at the tail, and an entry in the index.
    private void makeRoom(int bytes) {
        int moves = MOVES_MAX;
        while (true) {
            long toEnd = ringBytes - tail % ringBytes;
            long padding = bytes <= toEnd ? 0 : toEnd;
            if (tail + padding + bytes - head <= ringBytes && entries < entriesMax) {
                if (padding > 0) pad((int) padding);
                return;
            }
            moves = leaveHead(moves);
        }
    }

    private void pad(int bytes) {
        long record = place(tail);
        Memory.putInt(record + RECORD_BYTES, bytes);
        flags(record, PADDING);
        tail += bytes;
    }

    /// Drops the oldest record, or moves it to the tail; returns how many moves are left.
    private int leaveHead(int moves) {
        long record = place(head);
        int size = Memory.getInt(record + RECORD_BYTES);
        int flags = flags(record);
        if ((flags & (PADDING | DEAD)) != 0) {
            head += size;
            return moves;
        }
        long id = Memory.getLong(record + ID);
        int tag = (int) WarmBlocks.hash(id);
        int slot = slotOf(tag, head);
        head += size;
        boolean fits = size <= ringBytes - tail % ringBytes && tail + size - head <= ringBytes;
        if (moves > 0 && fits && (flags & (CAME_BACK | PROMOTED)) == CAME_BACK) {
            long to = place(tail);
            Memory.copy(record, to, size);
            flags(to, 0);
            Memory.putLong(slot(slot), entry(tag, tail));
            tail += size;
            return moves - 1;
        }
        remove(slot);
        forget(record, Memory.getInt(record + IMAGE_BYTES));
        dropped++;
        return moves;
    }

    /// Takes an image out of the index; its bytes are passed over when the head comes to them.
    private void bury(int slot) {
        long record = record(slot);
        remove(slot);
        forget(record, Memory.getInt(record + IMAGE_BYTES));
        flags(record, DEAD);
    }

    private void forget(long record, int image) {
        imageBytes -= image;
        rawBytes -= BufferPool.rawBytes(Memory.getLong(record + PROOF));
    }

    private long place(long position) {
        return ring + position % ringBytes;
    }

    private static int aligned(int bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private static int flags(long record) {
        return Memory.getInt(record + FLAGS);
    }

    private static void flags(long record, int flags) {
        Memory.putInt(record + FLAGS, flags);
    }

    // ------------------------------------------------------------------------------------------------ the index

    /// The slot of the block's record, or -1.
    private int find(long hash, long id) {
        int tag = (int) hash;
        for (int at = tag & indexMask; ; at = (at + 1) & indexMask) {
            long entry = Memory.getLong(slot(at));
            if (entry == 0) return -1;
            if ((int) (entry >>> 32) == tag && Memory.getLong(record(at) + ID) == id) return at;
        }
    }

    /// The slot that points at a record's position; it is there by (2).
    private int slotOf(int tag, long position) {
        long entry = entry(tag, position);
        int at = tag & indexMask;
        while (Memory.getLong(slot(at)) != entry) at = (at + 1) & indexMask;
        return at;
    }

    private void insert(int tag, long position) {
        int at = tag & indexMask;
        while (Memory.getLong(slot(at)) != 0) at = (at + 1) & indexMask;
        Memory.putLong(slot(at), entry(tag, position));
        entries++;
    }

    /// Empties a slot and moves those behind it up, so that no search meets a hole before its goal.
    private void remove(int slot) {
        int hole = slot;
        for (int at = (hole + 1) & indexMask; ; at = (at + 1) & indexMask) {
            long entry = Memory.getLong(slot(at));
            if (entry == 0) break;
            int home = (int) (entry >>> 32) & indexMask;
            if (((at - home) & indexMask) < ((at - hole) & indexMask)) continue;
            Memory.putLong(slot(hole), entry);
            hole = at;
        }
        Memory.putLong(slot(hole), 0);
        entries--;
    }

    private long entry(int tag, long position) {
        return (long) tag << 32 | (position % ringBytes / ALIGNMENT + 1);
    }

    private long record(int slot) {
        return ring + ((Memory.getLong(slot(slot)) & 0xffff_ffffL) - 1) * ALIGNMENT;
    }

    private long slot(int at) {
        return index + 8L * at;
    }

    /// In tests: walks the ring and the index and throws if (1), (2) or (3) is broken.
    void checkEverything() {
        mutex.lock();
        try {
            check(tail - head <= ringBytes, "(3) the ring holds what is between head and tail");
            int found = 0;
            long position = head;
            while (position < tail) {
                long record = place(position);
                int size = Memory.getInt(record + RECORD_BYTES);
                check(size > 0 && position % ringBytes + size <= ringBytes, "(1) records do not cross the end");
                if ((flags(record) & (PADDING | DEAD)) == 0) {
                    long id = Memory.getLong(record + ID);
                    int slot = find(WarmBlocks.hash(id), id);
                    check(slot >= 0 && record(slot) == record, "(2) a record is in the index");
                    found++;
                }
                position += size;
            }
            check(position == tail, "(1) records follow each other");
            int filled = 0;
            for (int at = 0; at <= indexMask; at++) if (Memory.getLong(slot(at)) != 0) filled++;
            check(found == entries && filled == entries, "(2) the index has nothing else");
        } finally {
            mutex.unlock();
        }
    }

    private static void check(boolean holds, String invariant) {
        if (!holds) throw new IllegalStateException("broken invariant of the warm blocks: " + invariant);
    }
}
