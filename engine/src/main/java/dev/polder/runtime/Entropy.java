package dev.polder.runtime;

/// The only source of randomness (store identities, skip-list heights, jitter). A simulation replays it from a seed.
public interface Entropy {
    long nextLong();
}
