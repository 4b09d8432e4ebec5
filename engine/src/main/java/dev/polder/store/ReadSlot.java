package dev.polder.store;

import dev.polder.run.ReadScratch;

/// A reader's place in [ReadSlots], with the scratch memory that belongs to whoever holds it.
public final class ReadSlot {
    /// A copy of the key, and as much again for run look-ups.
    static final int SCRATCH_BYTES = 4096;

    final int index;
    private final long keyAddress;
    private final ReadScratch scratch = new ReadScratch();

    ReadSlot(int index, long address) {
        this.index = index;
        keyAddress = address;
    }

    /// 2,048 bytes for a key.
    public long keyAddress() {
        return keyAddress;
    }

    /// Another 2,048 bytes.
    public long spareAddress() {
        return keyAddress + SCRATCH_BYTES / 2;
    }

    public ReadScratch scratch() {
        return scratch;
    }
}
