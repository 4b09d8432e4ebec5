package dev.polder.run;

import dev.polder.generation.Entry;
import dev.polder.generation.EntryIndex;
import org.jspecify.annotations.Nullable;

/// The entries of one space of a sealed generation, as a merge consumes them.
public final class GenerationSource implements EntrySource {
    /// The former block of an entry stands for those of the entries behind it, up to so many bytes: half a block.
    private static final int BYTES_PER_FORMER = 2048;

    private final EntryIndex index;
    private final @Nullable FormerBlocks formers;
    private boolean started;
    private long entry;
    private long former;
    private long bytesSinceFormer = BYTES_PER_FORMER;

    /// @param formers of the space, if [#former] is wanted
    public GenerationSource(EntryIndex index, @Nullable FormerBlocks formers) {
        this.index = index;
        this.formers = formers;
    }

    @Override
    public boolean next() {
        if (!started) entry = index.first();
        else if (entry != 0) entry = index.next(entry);
        started = true;
        if (entry == 0) return false;
        bytesSinceFormer += keyBytes() + valueBytes();
        return true;
    }

    /// The block where the older version of the entry lies, or of one a little before it.
    @Override
    public long former() {
        if (formers == null || bytesSinceFormer < BYTES_PER_FORMER) return former;
        bytesSinceFormer = 0;
        former = formers.of(key(), keyBytes(), keyBytes() + valueBytes());
        return former;
    }

    @Override
    public long key() {
        return Entry.keyAddress(entry);
    }

    @Override
    public int keyBytes() {
        return Entry.keyBytes(entry);
    }

    @Override
    public long sequence() {
        return Entry.sequence(entry);
    }

    @Override
    public boolean isDelete() {
        return Entry.kind(entry) == Entry.DELETE;
    }

    @Override
    public int valueBytes() {
        return Entry.valueBytes(entry);
    }

    @Override
    public long value() {
        return Entry.inPieces(entry) ? 0 : Entry.valueAddress(entry);
    }

    @Override
    public void copyValue(int from, long to, int bytes) {
        Entry.copyValue(entry, from, to, bytes);
    }
}
