package dev.polder.testkit;

import dev.polder.runtime.Entropy;
import java.util.concurrent.atomic.AtomicLong;

/// Randomness that a seed repeats (SplitMix64); thread-safe, and the same sequence whoever asks.
public final class SeededEntropy implements Entropy {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final AtomicLong state;

    public SeededEntropy(long seed) {
        this.state = new AtomicLong(seed);
    }

    @Override
    public long nextLong() {
        return mix(state.addAndGet(GOLDEN));
    }

    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
