package dev.polder.run;

/// A stream of entries in order (key ascending, sequence descending), as merges consume them. The current entry's
/// key and value stay in place until the next move.
public interface EntrySource extends ValueSource {
    /// Moves to the next entry, at first to the first one; `false` at the end.
    boolean next();

    long key();

    int keyBytes();

    long sequence();

    /// A delete has no value.
    boolean isDelete();

    /// Length of the whole value.
    int valueBytes();

    /// The block of the pool that the entry lies in, or an older version of it ([dev.polder.block.BlockKeeper#former]);
    /// or 0.
    default long former() {
        return 0;
    }

    /// Where the whole value lies, or 0 if only [ValueSource#copyValue] gives it.
    long value();
}
