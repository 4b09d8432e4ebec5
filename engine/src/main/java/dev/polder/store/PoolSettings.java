package dev.polder.store;

import dev.polder.block.AheadLimits;
import dev.polder.buffer.eviction.Eviction;

/// How the buffer pool works.
///
/// @param eviction      which blocks leave it
/// @param warmPercent   how much of the units keeps compressed blocks
/// @param pinnedPercent how many frames may be pinned at once, as a part of the units
/// @param ahead         how far blocks are read ahead of their readers
public record PoolSettings(Eviction eviction, int warmPercent, int pinnedPercent, AheadLimits ahead) {
    public static final PoolSettings DEFAULT = new PoolSettings(Eviction.DEFAULT, 0, 25, AheadLimits.DEFAULT);
}
