package dev.polder.testkit;

import dev.polder.memory.RegionSource;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Regions for tests, without native calls of our own. Never given back to the system, and reused by size: what a
/// former engine left in them is still there, as the contract allows. Releasing what is not held is found.
public final class HeapRegions implements RegionSource {
    private static final long ALIGNMENT = 2 << 20;
    private static final Map<Long, Deque<Long>> FREE = new HashMap<>();

    private final Set<Long> held = new HashSet<>();

    @Override
    public long acquire(long bytes) {
        long rounded = rounded(bytes);
        Long free;
        synchronized (FREE) {
            free = FREE.computeIfAbsent(rounded, _ -> new ArrayDeque<>()).poll();
        }
        long address = free != null
                ? free
                : Arena.global().allocate(rounded, ALIGNMENT).address();
        synchronized (held) {
            held.add(address);
        }
        return address;
    }

    @Override
    public void release(long address, long bytes) {
        synchronized (held) {
            if (!held.remove(address)) throw new IllegalStateException("region " + address + " is not held");
        }
        synchronized (FREE) {
            FREE.computeIfAbsent(rounded(bytes), _ -> new ArrayDeque<>()).push(address);
        }
    }

    /// How many regions were acquired and not released: none should be when all engines are closed.
    public int heldRegions() {
        synchronized (held) {
            return held.size();
        }
    }

    private static long rounded(long bytes) {
        if (bytes <= 0) throw new IllegalArgumentException("bytes=" + bytes);
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
