package dev.polder.run;

import dev.polder.block.BlockRef;

/// A value in its frame of the buffer pool, kept there by a pin until [#release]: whatever becomes of the run, its file
/// and its store meanwhile.
public final class PinnedValue {
    private final BlockRef ref;
    private final long address;
    private final int bytes;

    PinnedValue(BlockRef ref, long address, int bytes) {
        this.ref = ref;
        this.address = address;
        this.bytes = bytes;
    }

    public long address() {
        return address;
    }

    public int bytes() {
        return bytes;
    }

    /// Gives the pin back. May be called again.
    public void release() {
        ref.release();
    }
}
