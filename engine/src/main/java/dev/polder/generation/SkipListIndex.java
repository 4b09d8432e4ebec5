package dev.polder.generation;

import dev.polder.memory.Memory;

/// A skip list over the ring of entries: level 0 is the ring itself, each level above links one entry in four.
///
///     words:  0 next on level 0 │ 1 key head, 8 bytes big-endian │ 2 next on level 1 │ 3 next on level 2 │ …
///
/// The head decides most comparisons without touching the key: it lies in the line that the search loads anyway.
///
/// **Publication** of the levels above 0 goes from below to above, after the entry hangs in the ring, each by a
/// release store into the predecessor on that level; the end of a level is 0. Heights come from a seeded xorshift,
/// so a seed replays a list.
///
/// Simple and sure, and slow when large: every level of a search is a dependent cache miss. See docs/decisions for
/// the numbers.
final class SkipListIndex extends SpaceIndex {
    static final int LEVELS_MAX = 12;
    static final int WORDS_MAX = LEVELS_MAX + 1;

    private static final int HEAD = Entry.WORDS + 8;

    private final long[] predecessors = new long[LEVELS_MAX]; // the writer's
    private long random;

    SkipListIndex(EntryArena arena, long seed) {
        super(arena, WORDS_MAX);
        this.random = seed | 1;
    }

    /// False when memory is short.
    static boolean planNew(EntryArena arena) {
        return arena.plan(Entry.WORDS + 8 * WORDS_MAX);
    }

    static boolean planInsert(EntryArena arena, int keyBytes, int valueBytes) {
        return arena.planEntry(WORDS_MAX, keyBytes, valueBytes);
    }

    @Override
    void insert(long sequence, int kind, long key, int keyBytes, long value, int valueBytes) {
        long predecessor = sentinel;
        long head = Memory.head(key, keyBytes);
        for (int level = LEVELS_MAX - 1; level >= 0; level--) {
            predecessor = lastBefore(predecessor, level, head, key, keyBytes, sequence);
            predecessors[level] = predecessor;
        }
        int levels = drawLevels();
        long entry = write(sequence, kind, levels + 1, key, keyBytes, value, valueBytes);
        Memory.putLong(entry + HEAD, head);
        for (int level = 1; level < levels; level++)
            Memory.putLong(entry + link(level), Memory.getLong(predecessors[level] + link(level)));
        link(entry, predecessor);
        for (int level = 1; level < levels; level++) Memory.putLongRelease(predecessors[level] + link(level), entry);
        counted();
    }

    @Override
    public long find(long key, int keyBytes, long sequence) {
        long entry = seek(key, keyBytes, sequence);
        return entry != 0 && Entry.compareKeys(entry, key, keyBytes) == 0 ? entry : 0;
    }

    @Override
    public long seek(long key, int keyBytes, long sequence) {
        long head = Memory.head(key, keyBytes);
        long entry = nextInRing(before(key, keyBytes, sequence));
        while (entry != sentinel && isBefore(entry, head, key, keyBytes, sequence)) entry = nextInRing(entry);
        return orNone(entry);
    }

    @Override
    public long seekBefore(long key, int keyBytes) {
        return orNone(before(key, keyBytes, Entry.SEQUENCE_MAX));
    }

    /// The last entry before (key, sequence), or the sentinel. Its successor, read again later, may be one that was
    /// linked meanwhile and is before (key, sequence) too.
    private long before(long key, int keyBytes, long sequence) {
        long head = Memory.head(key, keyBytes);
        long predecessor = sentinel;
        for (int level = LEVELS_MAX - 1; level >= 0; level--)
            predecessor = lastBefore(predecessor, level, head, key, keyBytes, sequence);
        return predecessor;
    }

    private long lastBefore(long from, int level, long head, long key, int keyBytes, long sequence) {
        long entry = from;
        while (true) {
            long next = Memory.getLongAcquire(entry + link(level));
            if (next == 0 || next == sentinel || !isBefore(next, head, key, keyBytes, sequence)) return entry;
            entry = next;
        }
    }

    private static boolean isBefore(long entry, long head, long key, int keyBytes, long sequence) {
        long entryHead = Memory.getLong(entry + HEAD);
        if (entryHead != head) return Long.compareUnsigned(entryHead, head) < 0;
        int order = Entry.compareKeys(entry, key, keyBytes);
        return order != 0 ? order < 0 : Entry.sequence(entry) > sequence;
    }

    private static long link(int level) {
        return level == 0 ? NEXT : HEAD + 8L * level;
    }

    /// Each level with a quarter of the one below.
    private int drawLevels() {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        int levels = 1 + Long.numberOfTrailingZeros(random >>> 20 | 1L << 62) / 2;
        return Math.min(levels, LEVELS_MAX);
    }
}
