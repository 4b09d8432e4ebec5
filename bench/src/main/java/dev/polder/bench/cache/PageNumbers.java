package dev.polder.bench.cache;

import dev.polder.bench.data.Random64;
import dev.polder.memory.Memory;
import java.lang.foreign.Arena;

/// Pages, numbered from 0 as they first appear: an open hash outside the Java heap.
///
///     slot, 16 bytes:   { page i64, number plus one u32 (0: empty), zeros u32 }
final class PageNumbers implements AutoCloseable {
    private static final int SLOT = 16, NUMBER = 8;

    private Arena arena = Arena.ofConfined();
    private long slots = 1 << 10;
    private long area = Ints.allocate(arena, slots * SLOT);
    private int count;

    int count() {
        return count;
    }

    /// The number of a page; a new one if it has none.
    int of(long page) {
        if (count >= slots / 8 * 5) grow();
        long slot = find(area, slots, page);
        int number = Memory.getInt(slot + NUMBER);
        if (number != 0) return number - 1;
        Memory.putLong(slot, page);
        Memory.putInt(slot + NUMBER, ++count);
        return count - 1;
    }

    private static long find(long area, long slots, long page) {
        long at = Random64.mix(page) & (slots - 1);
        while (true) {
            long slot = area + at * SLOT;
            if (Memory.getInt(slot + NUMBER) == 0 || Memory.getLong(slot) == page) return slot;
            at = (at + 1) & (slots - 1);
        }
    }

    private void grow() {
        Arena larger = Arena.ofConfined();
        try {
            long to = Ints.allocate(larger, 2 * slots * SLOT);
            for (long from = area; from < area + slots * SLOT; from += SLOT) {
                int number = Memory.getInt(from + NUMBER);
                if (number == 0) continue;
                long slot = find(to, 2 * slots, Memory.getLong(from));
                Memory.putLong(slot, Memory.getLong(from));
                Memory.putInt(slot + NUMBER, number);
            }
            Arena smaller = arena;
            arena = larger;
            larger = smaller;
            area = to;
            slots *= 2;
        } finally {
            larger.close();
        }
    }

    @Override
    public void close() {
        arena.close();
    }
}
