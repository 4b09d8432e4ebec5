package dev.polder.planted;

import dev.polder.memory.RegionSource;

/// Regions of [SharedRegions] for the budget of one world, whose [RegionSource] is its own: what all worlds share
/// cannot implement it.
public final class LentRegions implements RegionSource {
    @Override
    public long acquire(long bytes) {
        return SharedRegions.lend(bytes);
    }

    @Override
    public void release(long address, long bytes) {
        SharedRegions.giveBack(address, bytes);
    }
}
