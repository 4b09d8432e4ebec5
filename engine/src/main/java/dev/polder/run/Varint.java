package dev.polder.run;

import dev.polder.memory.Memory;

/// Unsigned numbers of up to 56 bits in 1 to 8 bytes, seven bits each, lowest first, a set top bit meaning
/// *more*.
final class Varint {
    static final int BYTES_MAX = 8;

    private Varint() {}

    static int bytes(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    /// Writes `value`; returns the address after it.
    static long put(long at, long value) {
        long rest = value;
        while (rest >= 0x80) {
            Memory.putByte(at++, (byte) (rest | 0x80));
            rest >>>= 7;
        }
        Memory.putByte(at++, (byte) rest);
        return at;
    }

    /// Reads at most `bytesMax` bytes: garbage gives some number, never a longer read.
    static long get(long at, int bytesMax) {
        long value = 0;
        for (int i = 0; i < bytesMax; i++) {
            int next = Memory.getUnsignedByte(at + i);
            value |= (long) (next & 0x7f) << (7 * i);
            if (next < 0x80) break;
        }
        return value;
    }
}
