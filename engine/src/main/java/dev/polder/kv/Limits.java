package dev.polder.kv;

import dev.polder.generation.Payload;
import dev.polder.store.StoreCore;

/// How long keys and values may be; checked at once, before anything changes.
public final class Limits {
    /// Longest key, in bytes.
    public static final int KEY_BYTES_MAX = Payload.KEY_BYTES_MAX;

    private Limits() {}

    /// @throws IllegalArgumentException naming the limit
    public static void check(StoreCore store, long keyBytes, long valueBytes) {
        checkKey(keyBytes);
        int valueBytesMax = store.engine().budget().plan().valueBytesMax();
        if (valueBytes > valueBytesMax) {
            throw new IllegalArgumentException("a value of " + valueBytes + " bytes: the limit is " + valueBytesMax
                    + " (1 MiB, or a 64th of the engine's budget if that is less). Split it, or raise the budget.");
        }
    }

    static void checkKey(long keyBytes) {
        if (keyBytes > KEY_BYTES_MAX) {
            throw new IllegalArgumentException("a key of " + keyBytes + " bytes: the limit is " + KEY_BYTES_MAX
                    + ". Use a hash of it as the key.");
        }
    }
}
