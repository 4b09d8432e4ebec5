package dev.polder.generation;

/// The entries of one space in one generation, ordered by (key ascending as unsigned bytes, sequence descending):
/// the newest version of a key comes first. A position is the address of an entry ([Entry] reads it); 0 means none.
///
/// **Threads.** One writer, any number of readers, no locks. A reader takes the store's visible sequence (an
/// acquire) and then looks only at entries up to it: each of those was wholly linked before the sequence was
/// published (a release), so it is found by every method here. Entries above it may appear or not; they never
/// disturb the order. Entries do not move or change until the generation is released.
public interface EntryIndex {
    /// The newest entry of exactly this key with a sequence at most `sequence`.
    long find(long key, int keyBytes, long sequence);

    /// The first entry at or after (key, sequence): of this key and not newer than `sequence`, or of a greater key.
    long seek(long key, int keyBytes, long sequence);

    /// The last entry whose key is less than `key`: the oldest version of the key before it.
    long seekBefore(long key, int keyBytes);

    long first();

    long last();

    long next(long entry);

    long previous(long entry);

    long entries();
}
