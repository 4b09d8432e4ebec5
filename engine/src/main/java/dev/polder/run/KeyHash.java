package dev.polder.run;

import dev.polder.memory.Memory;

/// The hash under which filters know a key: 64 bits, folded from 128-bit products as in wyhash (Wang Yi, 2019).
/// Filters on disk hold it, so it never changes: a new one is a new class.
public final class KeyHash {
    private static final long K0 = 0xa0761d6478bd642fL;
    private static final long K1 = 0xe7037ed1a0b428dbL;
    private static final long K2 = 0x8ebc6af09c88c6e3L;

    private KeyHash() {}

    public static long of(long key, int bytes) {
        long hash = K0;
        int at = 0;
        for (; bytes - at > 16; at += 16)
            hash = fold(Memory.getLong(key + at) ^ K1, Memory.getLong(key + at + 8) ^ hash);
        int rest = bytes - at;
        long a = 0;
        long b = 0;
        if (rest >= 8) {
            a = Memory.getLong(key + at);
            b = Memory.getLong(key + bytes - 8);
        } else if (rest >= 4) {
            a = Memory.getInt(key + at) & 0xffffffffL;
            b = Memory.getInt(key + bytes - 4) & 0xffffffffL;
        } else if (rest > 0) {
            a = ((long) Memory.getUnsignedByte(key + at) << 16)
                    | ((long) Memory.getUnsignedByte(key + at + (rest >> 1)) << 8)
                    | Memory.getUnsignedByte(key + bytes - 1);
        }
        return fold(K2 ^ bytes, fold(a ^ K1, b ^ hash));
    }

    private static long fold(long a, long b) {
        return (a * b) ^ Math.unsignedMultiplyHigh(a, b);
    }
}
