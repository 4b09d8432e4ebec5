package dev.polder.bench.cache;

/// A set of numbers below a bound that knows its greatest: bits, and above each level one with a bit per word.
final class Positions {
    private final long[][] levels;

    Positions(int bound) {
        int count = 1;
        for (long words = words(bound); words > 1; words = words(words)) count++;
        levels = new long[count][];
        long bits = bound;
        for (int level = 0; level < count; level++) {
            bits = words(bits);
            levels[level] = new long[(int) bits];
        }
    }

    private static long words(long bits) {
        return Math.max(1, (bits + 63) >>> 6);
    }

    void add(int position) {
        for (long[] level : levels) {
            level[position >>> 6] |= 1L << position;
            position >>>= 6;
        }
    }

    /// Takes it out; whether it was there.
    boolean remove(int position) {
        if ((levels[0][position >>> 6] & (1L << position)) == 0) return false;
        for (long[] level : levels) {
            level[position >>> 6] &= ~(1L << position);
            if (level[position >>> 6] != 0) return true;
            position >>>= 6;
        }
        return true;
    }

    /// There must be one.
    int greatest() {
        int at = 0;
        for (int level = levels.length - 1; level >= 0; level--)
            at = (at << 6) + 63 - Long.numberOfLeadingZeros(levels[level][at]);
        return at;
    }
}
