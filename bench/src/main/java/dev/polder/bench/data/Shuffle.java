package dev.polder.bench.data;

/// A random order of the numbers below `count` that needs no memory: each comes exactly once.
///
/// A few rounds of multiply and xor-shift permute the next power of two; a number that lands outside is sent
/// through again until it lands inside (cycle walking), fewer than two rounds on average.
public final class Shuffle {
    private final long count;
    private final long seed;
    private final int halfBits;
    private final long mask;

    public Shuffle(long count, long seed) {
        if (count < 1) throw new IllegalArgumentException("count=" + count + ": at least 1");
        int bits = Math.max(2, 64 - Long.numberOfLeadingZeros(count - 1));
        this.count = count;
        this.seed = Random64.mix(seed);
        this.halfBits = (bits + 1) / 2;
        this.mask = bits == 64 ? -1 : (1L << bits) - 1;
    }

    /// The number at `position`, both below `count`.
    public long at(long position) {
        long x = position;
        do {
            x = permute(x);
        } while (x >= count);
        return x;
    }

    /// Odd multipliers, added constants and right shifts are each one-to-one on `mask + 1` numbers, and so is their
    /// chain.
    private long permute(long x) {
        x = (x + seed) & mask;
        x = (x * 0x9E3779B97F4A7C15L) & mask;
        x ^= x >>> halfBits;
        x = (x * 0xD1B54A32D192ED03L + (seed >>> 32)) & mask;
        x ^= x >>> halfBits;
        x = (x * 0xDB4F0B9175AE2165L) & mask;
        x ^= x >>> halfBits;
        return x;
    }
}
