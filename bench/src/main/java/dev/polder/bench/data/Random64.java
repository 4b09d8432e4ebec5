package dev.polder.bench.data;

/// SplitMix64: a seed in, the same numbers out, on every machine and in every release of Java.
public final class Random64 {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private long state;

    public Random64(long seed) {
        this.state = mix(seed);
    }

    public long next() {
        state += STEP;
        return mix(state);
    }

    /// Even enough for a `bound` far below 2^63, and without a division.
    public long below(long bound) {
        return Math.unsignedMultiplyHigh(next(), bound);
    }

    public static long mix(long x) {
        x = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
        x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }
}
