package dev.polder.memory;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;

/// Regions from the JDK, filled with garbage as a reused one would be; `release` really frees, so that a use after
/// it is noticed.
public final class ArenaRegions implements RegionSource {
    private final Map<Long, Arena> arenas = new HashMap<>();

    @Override
    public synchronized long acquire(long bytes) {
        Arena arena = Arena.ofShared();
        long address = arena.allocate(bytes, 2 << 20).address();
        Memory.fill(address, bytes, (byte) 0xa5);
        arenas.put(address, arena);
        return address;
    }

    @Override
    public synchronized void release(long address, long bytes) {
        arenas.remove(address).close();
    }
}
