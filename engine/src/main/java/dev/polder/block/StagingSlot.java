package dev.polder.block;

import dev.polder.runtime.Gate;
import org.jspecify.annotations.Nullable;

/// Two units of staging: stored bytes on their way to a frame, and room to decode them when there is no
/// frame.
///
///     0                                      64 KiB                              128 KiB
///     ┌─────────────────────────────────────┬────────────────────────────────────┐
///     │ aligned span of a compressed block  │ decoded block (bypass)             │
///     ├─────────────────────────────────────┴─────┬──────────────────────────────┤
///     │ aligned span of a raw block, ≤ 68 KiB     │                              │
///     └───────────────────────────────────────────┴──────────────────────────────┘
///
/// A compressed block takes at most 15/16 of 64 KiB ([Handle]), so its span of whole 4 KiB never passes 64
/// KiB; a raw one needs no decoding. Fields are guarded by [StagingSlots]; the bytes belong to the reader
/// that claimed the slot.
final class StagingSlot {
    static final int UNITS = 2;
    static final int DECODED_OFFSET = 64 << 10;

    /// Free: nobody's. Loading: one reader reads a block into it. Held: a reader looks at the block in it.
    enum State {
        FREE,
        LOADING,
        HELD
    }

    final long address;
    /// Signalled when a loading has ended, well or not.
    final Gate loaded;

    State state = State.FREE;
    long id;
    /// While loading: all the blocks, if it is loading several.
    @Nullable
    BlockBatch batch;

    /// Counts claims, so that a waiter can tell the loading it waits for from a later one.
    long claims;

    StagingSlot(long address, Gate loaded) {
        this.address = address;
        this.loaded = loaded;
    }

    boolean isFor(long blockId) {
        BlockBatch several = batch;
        return several == null ? id == blockId : several.contains(blockId);
    }

    long decoded() {
        return address + DECODED_OFFSET;
    }
}
