package dev.polder.log;

import dev.polder.runtime.Entropy;

/// The identity of a store, drawn once when it is created: 128 random bits. Every file of the store carries it, so a
/// file that strayed in from another store (a partial restore, a mistaken copy) is recognised.
public record StoreId(long high, long low) {
    public static StoreId random(Entropy entropy) {
        return new StoreId(entropy.nextLong(), entropy.nextLong());
    }

    /// 32 hexadecimal digits.
    @Override
    public String toString() {
        return "%016x%016x".formatted(high, low);
    }
}
