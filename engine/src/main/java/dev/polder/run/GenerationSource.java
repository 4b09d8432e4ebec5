package dev.polder.run;

import dev.polder.generation.Entry;
import dev.polder.generation.EntryIndex;

/// The entries of one space of a sealed generation, as a merge consumes them.
public final class GenerationSource implements EntrySource {
    private final EntryIndex index;
    private boolean started;
    private long entry;

    public GenerationSource(EntryIndex index) {
        this.index = index;
    }

    @Override
    public boolean next() {
        if (!started) entry = index.first();
        else if (entry != 0) entry = index.next(entry);
        started = true;
        return entry != 0;
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
