package dev.polder.runtime;

import java.security.SecureRandom;

/// Entropy of the operating system; thread-safe.
final class SystemEntropy implements Entropy {
    private final SecureRandom random = new SecureRandom();

    @Override
    public long nextLong() {
        return random.nextLong();
    }
}
