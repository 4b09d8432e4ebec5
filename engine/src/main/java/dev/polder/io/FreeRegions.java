package dev.polder.io;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Stretches of addresses that nobody uses. Neighbours are joined, and a larger one is split. That saves addresses, not
/// memory: engines that become larger and larger need new ones each time, and the old ones stay here.
///
/// **Always true.** No two stretches overlap or touch. **Threads.** One at a time; the caller sees to it.
final class FreeRegions {
    /// Address to bytes.
    private final TreeMap<Long, Long> free = new TreeMap<>();

    /// The start of the smallest that is large enough, or 0.
    long take(long bytes) {
        Map.Entry<Long, Long> best = smallestOrNull(bytes);
        if (best == null) return 0;
        long address = best.getKey();
        long left = best.getValue() - bytes;
        free.remove(address);
        if (left > 0) free.put(address + bytes, left);
        return address;
    }

    private Map.@Nullable Entry<Long, Long> smallestOrNull(long bytes) {
        Map.Entry<Long, Long> best = null;
        for (Map.Entry<Long, Long> stretch : free.entrySet()) {
            if (stretch.getValue() >= bytes && (best == null || stretch.getValue() < best.getValue())) best = stretch;
        }
        return best;
    }

    void give(long address, long bytes) {
        Map.Entry<Long, Long> before = free.floorEntry(address);
        Map.Entry<Long, Long> after = free.ceilingEntry(address);
        if ((before != null && end(before) > address) || (after != null && after.getKey() < address + bytes)) {
            throw new IllegalStateException("region 0x" + Long.toHexString(address) + " is free already");
        }
        long start = address;
        long end = address + bytes;
        if (after != null && after.getKey() == end) {
            end = end(after);
            free.remove(after.getKey());
        }
        if (before != null && end(before) == start) start = before.getKey();
        free.put(start, end - start);
    }

    private static long end(Map.Entry<Long, Long> stretch) {
        return stretch.getKey() + stretch.getValue();
    }
}
