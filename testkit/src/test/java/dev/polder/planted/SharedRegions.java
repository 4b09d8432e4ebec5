package dev.polder.planted;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/// Memory for the engines of all worlds, lent by size. One for the whole JVM: see [MutantLoader].
public final class SharedRegions {
    private static final long ALIGNMENT = 2 << 20;
    private static final Map<Long, Deque<Long>> FREE = new HashMap<>();

    private SharedRegions() {}

    public static synchronized long lend(long bytes) {
        Long free = FREE.computeIfAbsent(bytes, _ -> new ArrayDeque<>()).poll();
        return free != null ? free : Arena.global().allocate(bytes, ALIGNMENT).address();
    }

    public static synchronized void giveBack(long address, long bytes) {
        FREE.computeIfAbsent(bytes, _ -> new ArrayDeque<>()).push(address);
    }
}
