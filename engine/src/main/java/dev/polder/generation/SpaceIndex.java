package dev.polder.generation;

import dev.polder.memory.Memory;

/// What every index of a space shares: all its entries hang in one ordered ring, linked both ways through a
/// sentinel. A subclass only finds places in it.
///
///     sentinel ⇄ a·9 ⇄ a·4 ⇄ b·7 ⇄ c·8 ⇄ (sentinel)          key·sequence: keys ascend, sequences of one key descend
///
/// **What makes an entry visible.** The writer (1) fills the entry, its own two links included, with plain stores;
/// (2) stores its address into its predecessor's `next` (release): from here on forward readers meet it; (3) stores
/// it into its successor's `previous` (release); (4) stores it into the search structure (release). All this is
/// before the store publishes the sequence, so a reader that has seen the sequence finds the entry on every way. A
/// reader that has not may meet it on one way and not on another: it ignores it by its sequence. The ring is
/// ordered at every moment, seen from any entry in either direction.
///
/// Readers load links with acquire: whoever sees an address sees the entry behind it whole.
abstract sealed class SpaceIndex implements EntryIndex permits RadixIndex, SkipListIndex {
    static final int NEXT = Entry.WORDS;

    final EntryArena arena;
    /// An entry without a key: before all and after all.
    final long sentinel;

    private volatile long entries;

    SpaceIndex(EntryArena arena, int sentinelWords) {
        this.arena = arena;
        this.sentinel = arena.allocate(Entry.WORDS + 8 * sentinelWords);
        for (int word = 0; word < 3 + sentinelWords; word++) Memory.putLong(sentinel + 8L * word, 0);
        Memory.putInt(sentinel + Entry.KEY_BYTES_AND_WORDS, sentinelWords << 12);
        Memory.putLong(sentinel + Entry.PREVIOUS, sentinel);
        Memory.putLong(sentinel + NEXT, sentinel);
    }

    /// Adds a version; its sequence is greater than that of every entry here. Draws at most what `planInsert`
    /// planned.
    abstract void insert(long sequence, int kind, long key, int keyBytes, long value, int valueBytes);

    @Override
    public final long first() {
        return orNone(nextInRing(sentinel));
    }

    @Override
    public final long last() {
        return orNone(previousInRing(sentinel));
    }

    @Override
    public final long next(long entry) {
        return orNone(nextInRing(entry));
    }

    @Override
    public final long previous(long entry) {
        return orNone(previousInRing(entry));
    }

    @Override
    public final long entries() {
        return entries;
    }

    static long nextInRing(long entry) {
        return Memory.getLongAcquire(entry + NEXT);
    }

    static long previousInRing(long entry) {
        return Memory.getLongAcquire(entry + Entry.PREVIOUS);
    }

    final long orNone(long entry) {
        return entry == sentinel ? 0 : entry;
    }

    /// A filled entry with its value, in no ring yet.
    final long write(long sequence, int kind, int words, long key, int keyBytes, long value, int valueBytes) {
        long entry = arena.allocate(Entry.bytes(words, keyBytes, valueBytes));
        Entry.writeHeader(entry, sequence, kind, words, key, keyBytes, valueBytes);
        if (valueBytes <= Entry.INLINE_VALUE_BYTES_MAX) Memory.copy(value, Entry.valueAddress(entry), valueBytes);
        else Memory.putLong(Entry.pieceField(entry), arena.writePieces(value, valueBytes));
        return entry;
    }

    /// Steps (2) and (3) above, and the entry's own links of step (1).
    final void link(long entry, long predecessor) {
        long successor = Memory.getLong(predecessor + NEXT);
        Memory.putLong(entry + NEXT, successor);
        Memory.putLong(entry + Entry.PREVIOUS, predecessor);
        Memory.putLongRelease(predecessor + NEXT, entry);
        Memory.putLongRelease(successor + Entry.PREVIOUS, entry);
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    final void counted() {
        entries++;
    }
}
