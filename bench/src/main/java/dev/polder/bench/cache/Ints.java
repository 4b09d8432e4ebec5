package dev.polder.bench.cache;

import dev.polder.bench.kv.Machine;
import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Arrays;

/// Numbers outside the Java heap, which is small: four bytes each, in pieces, so that growing copies nothing.
final class Ints {
    private static final int PIECE_SHIFT = 20, PIECE = 1 << PIECE_SHIFT;

    private final Arena arena;
    private long[] pieces = new long[16];
    private int count;
    private int length;

    /// Empty; the arena's owner says when it ends.
    Ints(Arena arena) {
        this.arena = arena;
    }

    /// So many zeros.
    Ints(Arena arena, int length) {
        this(arena);
        while (room() < length) grow();
        this.length = length;
    }

    int length() {
        return length;
    }

    int get(int i) {
        return Memory.getInt(at(i));
    }

    void set(int i, int number) {
        Memory.putInt(at(i), number);
    }

    void add(int number) {
        if (length == Integer.MAX_VALUE - 1) throw new IllegalStateException("more than " + length + " requests");
        if (length == room()) grow();
        set(length++, number);
    }

    /// Zeroed bytes, if the machine has them: what is promised beyond is not kept, and the process would be killed.
    static long allocate(Arena arena, long bytes) {
        long available = Machine.availableBytes();
        if (available >= 0 && bytes > available)
            throw new IllegalStateException("%,d MiB more are needed, and %,d are available: use a shorter trace"
                    .formatted(bytes >> 20, available >> 20));
        return arena.allocate(bytes, Long.BYTES).address();
    }

    private long room() {
        return (long) count << PIECE_SHIFT;
    }

    private void grow() {
        if (count == pieces.length) pieces = Arrays.copyOf(pieces, 2 * count);
        pieces[count++] = allocate(arena, (long) PIECE * Integer.BYTES);
    }

    private long at(int i) {
        return pieces[i >>> PIECE_SHIFT] + (long) (i & (PIECE - 1)) * Integer.BYTES;
    }
}
