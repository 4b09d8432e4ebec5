package dev.polder.generation;

import dev.polder.memory.Memory;

/// A branch of a [RadixIndex]: the first position at which the keys below it differ, and one child per digit there.
///
///      0         2      3      4            8        16      24
///     ┌─────────┬──────┬──────┬────────────┬────────┬───────┬──────────────┐
///     │position │count │ wide │ 4 × digit  │ sample │ end   │ children ... │
///     └── u16 ──┴─ u8 ─┴─ u8 ─┴── u8 each ─┴────────┴───────┴─ 8 each ─────┘
///
/// A *small* node has up to 4 children, in order of arrival: child `i` has digit `i`. A *wide* one has 16, at their
/// digits. `end` is the entry whose key ends at `position`. `sample` is any entry below: it shows the bytes that
/// the path skipped.
///
/// **Changes under readers**, each by one release store: a small node gets a child when its first eight bytes, with
/// the new count and digit, are replaced (the child is in place before); `end` and the children of a wide node are
/// stored directly. Position, sample and kind never change. A full small node is replaced by a wide copy in its
/// parent; the old one stays readable, and only misses what comes later.
///
/// A child is 0, the address of an entry, or the address of a node plus one.
final class RadixNode {
    static final int SMALL_BYTES = 56, WIDE_BYTES = 152;
    static final int END_DIGIT = -1;

    private static final int SAMPLE = 8, END = 16, CHILDREN = 24;
    private static final int SMALL_CHILDREN = 4, WIDE_CHILDREN = 16;
    private static final long COUNT_ONE = 1L << 16, WIDE = 1L << 24;
    private static final int COUNT_SHIFT = 16, DIGITS_SHIFT = 32;

    private RadixNode() {}

    static boolean isNode(long child) {
        return (child & 1) != 0;
    }

    static long node(long child) {
        return child - 1;
    }

    static long child(long node) {
        return node + 1;
    }

    static long header(long node) {
        return Memory.getLongAcquire(node);
    }

    static int position(long header) {
        return (int) header & 0xffff;
    }

    static long sample(long node) {
        return Memory.getLong(node + SAMPLE);
    }

    /// The child of this digit, or 0.
    static long childAt(long node, long header, int digit) {
        long slot = slotAt(node, header, digit);
        return slot == 0 ? 0 : Memory.getLongAcquire(slot);
    }

    /// Where the child of this digit stands or would stand; 0 if a small node has none.
    static long slotAt(long node, long header, int digit) {
        if (digit == END_DIGIT) return node + END;
        if ((header & WIDE) != 0) return node + CHILDREN + 8L * digit;
        long digits = header >>> DIGITS_SHIFT;
        for (int i = count(header); i > 0; i--, digits >>>= 8)
            if ((digits & 0xff) == digit) return node + CHILDREN + 8L * (count(header) - i);
        return 0;
    }

    /// The child with the smallest digit above this one, or 0.
    static long childAbove(long node, long header, int digit) {
        if ((header & WIDE) != 0) {
            for (int d = digit + 1; d < WIDE_CHILDREN; d++) {
                long child = Memory.getLongAcquire(node + CHILDREN + 8L * d);
                if (child != 0) return child;
            }
            return 0;
        }
        long digits = header >>> DIGITS_SHIFT;
        int best = WIDE_CHILDREN;
        int bestAt = 0;
        for (int i = 0; i < count(header); i++, digits >>>= 8) {
            int d = (int) digits & 0xff;
            if (d > digit && d < best) {
                best = d;
                bestAt = i;
            }
        }
        return best == WIDE_CHILDREN ? 0 : Memory.getLongAcquire(node + CHILDREN + 8L * bestAt);
    }

    /// The child that comes first in order, the ending key before all others.
    static long firstChild(long node) {
        long end = Memory.getLongAcquire(node + END);
        return end != 0 ? end : childAbove(node, header(node), END_DIGIT);
    }

    /// Makes a small node with two children at `address`; not published yet.
    static void writeSmall(long address, int position, long sample, int digit, long child, int otherDigit, long other) {
        Memory.putLong(address, position);
        Memory.putLong(address + SAMPLE, sample);
        Memory.putLong(address + END, 0);
        addToSmall(address, digit, child);
        addToSmall(address, otherDigit, other);
    }

    /// Adds a child; false if it is a small node without room.
    static boolean add(long node, int digit, long child) {
        long header = Memory.getLong(node);
        if ((header & WIDE) == 0) return addToSmall(node, digit, child);
        Memory.putLongRelease(slotAt(node, header, digit), child);
        return true;
    }

    /// Makes a wide copy of a full small node at `address`; not published yet.
    static void writeWide(long address, long node) {
        long header = Memory.getLong(node);
        Memory.putLong(address, position(header) | WIDE);
        Memory.copy(node + SAMPLE, address + SAMPLE, CHILDREN - SAMPLE);
        Memory.fill(address + CHILDREN, 8L * WIDE_CHILDREN, (byte) 0);
        for (int i = 0; i < count(header); i++) {
            long digit = (header >>> (DIGITS_SHIFT + 8 * i)) & 0xff;
            Memory.putLong(address + CHILDREN + 8 * digit, Memory.getLong(node + CHILDREN + 8L * i));
        }
    }

    private static boolean addToSmall(long node, int digit, long child) {
        if (digit == END_DIGIT) {
            Memory.putLongRelease(node + END, child);
            return true;
        }
        long header = Memory.getLong(node);
        int count = count(header);
        if (count == SMALL_CHILDREN) return false;
        Memory.putLong(node + CHILDREN + 8L * count, child);
        Memory.putLongRelease(node, (header + COUNT_ONE) | ((long) digit << (DIGITS_SHIFT + 8 * count)));
        return true;
    }

    private static int count(long header) {
        return (int) (header >>> COUNT_SHIFT) & 0xff;
    }
}
