package dev.polder.bench.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Values that compress to about half and prove themselves.
///
///     ┌──────────────────┬────────────────────────┬─────────────────────────────┐
///     │ stamp, 8 bytes   │ random bytes from it   │ the same bytes once again   │
///     └──────────────────┴────────────────────────┴─────────────────────────────┘
///     0                                     bytes / 2                        bytes
///
/// The stamp is a reversible scramble of record and version, so a reader who knows the record checks a value of any
/// version, and every byte of it, without a table of what was written.
public final class Values {
    /// Shorter values have no room for a stamp and its copy.
    public static final int BYTES_MIN = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int RECORD_BITS = 40;
    private static final long SCRAMBLE = 0xD1B54A32D192ED03L;
    private static final long UNSCRAMBLE = inverse(SCRAMBLE);

    private final int bytes;
    private final long seed;

    public Values(int bytes, long seed) {
        if (bytes < BYTES_MIN) throw new IllegalArgumentException("valueBytes=" + bytes + ": at least " + BYTES_MIN);
        this.bytes = bytes;
        this.seed = seed;
    }

    public int bytes() {
        return bytes;
    }

    /// Writes the value that `record` has in `version` into `value`, an array of `bytes()`.
    public void write(long record, long version, byte[] value) {
        writeStamped(Long.rotateLeft(((version << RECORD_BITS | record) ^ seed) * SCRAMBLE, 32), value);
    }

    /// Whether `value` is, byte by byte, one that `record` had at some time. `scratch` is an array of `bytes()`.
    public boolean belongsTo(long record, byte[] value, byte[] scratch) {
        if (value.length != bytes) return false;
        long stamp = (long) LONG.get(value, 0);
        long found = Long.rotateLeft(stamp, 32) * UNSCRAMBLE ^ seed;
        if ((found & (1L << RECORD_BITS) - 1) != record) return false;
        writeStamped(stamp, scratch);
        return Arrays.equals(value, scratch);
    }

    private void writeStamped(long stamp, byte[] value) {
        int half = bytes / 2;
        LONG.set(value, 0, stamp);
        long x = stamp | 1;
        int at = 8;
        for (; at + 8 <= half; at += 8) {
            x = Random64.mix(x + at);
            LONG.set(value, at, x);
        }
        for (x = Random64.mix(x); at < half; at++, x >>>= 8) value[at] = (byte) x;
        System.arraycopy(value, 0, value, half, half);
        if ((bytes & 1) != 0) value[bytes - 1] = 0;
    }

    /// Newton's iteration: each step doubles the bits that are right.
    private static long inverse(long odd) {
        long inverse = odd;
        for (int i = 0; i < 6; i++) inverse *= 2 - odd * inverse;
        return inverse;
    }
}
