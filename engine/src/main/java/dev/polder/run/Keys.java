package dev.polder.run;

import dev.polder.memory.Memory;

/// Byte strings as block searches need them. Reads no byte outside the strings it is given.
final class Keys {
    private Keys() {}

    /// The eight bytes of a key from `skip` on as a big-endian number, padded with zeros.
    static long head(long key, int keyBytes, int skip) {
        int rest = keyBytes - skip;
        if (rest >= 8) return Memory.getLongBigEndian(key + skip);
        if (rest <= 0) return 0;
        if (keyBytes >= 8) return Memory.getLongBigEndian(key + keyBytes - 8) << (64 - 8 * rest);
        return Memory.head(key + skip, rest);
    }

    /// Whether a key starts with a prefix: 0 if so; else the order of the key against all strings that do. At
    /// least eight bytes follow the prefix, as in every block.
    static int comparePrefix(long key, int keyBytes, long prefix, int prefixBytes) {
        if (keyBytes < 8 || keyBytes < prefixBytes) return compareShortPrefix(key, keyBytes, prefix, prefixBytes);
        if (prefixBytes <= 8) {
            // One comparison whatever the length: the lengths differ from block to block, and a loop would be
            // mispredicted.
            long mask = prefixBytes == 0 ? 0 : -1L << (64 - 8 * prefixBytes);
            return Long.compareUnsigned(Memory.getLongBigEndian(key) & mask, Memory.getLongBigEndian(prefix) & mask);
        }
        for (int at = 0; at + 8 < prefixBytes; at += 8) {
            long a = Memory.getLongBigEndian(key + at);
            long b = Memory.getLongBigEndian(prefix + at);
            if (a != b) return Long.compareUnsigned(a, b);
        }
        int last = prefixBytes - 8;
        return Long.compareUnsigned(Memory.getLongBigEndian(key + last), Memory.getLongBigEndian(prefix + last));
    }

    private static int compareShortPrefix(long key, int keyBytes, long prefix, int prefixBytes) {
        int common = Math.min(keyBytes, prefixBytes);
        for (int at = 0; at < common; at++) {
            int order = Memory.getUnsignedByte(key + at) - Memory.getUnsignedByte(prefix + at);
            if (order != 0) return order;
        }
        return keyBytes < prefixBytes ? -1 : 0;
    }

    static boolean equal(long a, long b, int bytes) {
        int at = 0;
        for (; at + 8 <= bytes; at += 8) if (Memory.getLong(a + at) != Memory.getLong(b + at)) return false;
        for (; at < bytes; at++) if (Memory.getByte(a + at) != Memory.getByte(b + at)) return false;
        return true;
    }

    /// How many leading bytes two strings share, at most `limit`.
    static int shared(long a, long b, int limit) {
        int at = 0;
        for (; at + 8 <= limit; at += 8) {
            long difference = Memory.getLong(a + at) ^ Memory.getLong(b + at);
            if (difference != 0) return at + (Long.numberOfTrailingZeros(difference) >>> 3);
        }
        while (at < limit && Memory.getByte(a + at) == Memory.getByte(b + at)) at++;
        return at;
    }

    /// Copies a short string; a loop of words beats the bulk copy below some thirty bytes.
    static void copyShort(long from, long to, int bytes) {
        if (bytes > 32) {
            Memory.copy(from, to, bytes);
            return;
        }
        int at = 0;
        for (; at + 8 <= bytes; at += 8) Memory.putLong(to + at, Memory.getLong(from + at));
        for (; at < bytes; at++) Memory.putByte(to + at, Memory.getByte(from + at));
    }

    /// How many of `count` big-endian heads, sorted, lie below `head` (unsigned).
    ///
    /// Nothing here branches on what it compares, because a mispredicted branch costs more than the loads: halve
    /// down to 64 heads, count the last of each group of eight (a cache line each, all fetched at once), then
    /// count in one group.
    static int headsBelow(long heads, int count, long head) {
        int low = 0;
        int left = count;
        while (left > 64) {
            int half = left >>> 1;
            low += below(heads, low + half - 1, head) * half;
            left -= half;
        }
        int below = low;
        if (left < 8) {
            for (int i = 0; i < left; i++) below += below(heads, low + i, head);
            return below;
        }
        int groups = 0;
        for (int i = 7; i < left; i += 8) groups += below(heads, low + i, head);
        int start = low + Math.min(8 * groups, left - 8);
        below = start;
        for (int i = 0; i < 8; i++) below += below(heads, start + i, head);
        return below;
    }

    private static int below(long heads, int index, long head) {
        return Long.compareUnsigned(Memory.getLongBigEndian(heads + 8L * index), head) < 0 ? 1 : 0;
    }

    /// The end of the stretch of heads equal to the one at `from`: doubling steps, since a stretch is nearly
    /// always one long.
    static int headsEqualEnd(long heads, int count, int from, long head) {
        int step = 1;
        int low = from;
        while (low + step < count && Memory.getLongBigEndian(heads + 8L * (low + step)) == head) {
            low += step;
            step <<= 1;
        }
        int high = Math.min(count, low + step);
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (Memory.getLongBigEndian(heads + 8L * middle) == head) low = middle;
            else high = middle;
        }
        return high;
    }
}
