package dev.polder.bench.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// How a record's number becomes a key of 16 bytes, in the order of the numbers.
///
/// Record `i` has the even number `2i`; the odd numbers lie between records and are never written, so that a
/// look-up of one is a miss *in range*: no engine can answer it from the bounds of its files.
public enum KeyShape {
    /// `db_bench`'s shape: eight bytes, big-endian, then eight times `'0'`.
    BINARY {
        @Override
        void writeNumber(long number, byte[] key) {
            LONG.set(key, 0, number);
            LONG.set(key, 8, ZEROS);
        }

        @Override
        public long number(byte[] key) {
            return (long) LONG.get(key, 0);
        }
    },

    /// LevelDB's shape, `%016d`: neighbours share a long prefix, so that a search by the first eight bytes finds
    /// nothing to tell them apart.
    TEXT {
        @Override
        void writeNumber(long number, byte[] key) {
            for (int i = KEY_BYTES - 1; i >= 0; i--) {
                key[i] = (byte) ('0' + number % 10);
                number /= 10;
            }
        }

        @Override
        public long number(byte[] key) {
            long number = 0;
            for (byte digit : key) number = number * 10 + digit - '0';
            return number;
        }
    };

    public static final int KEY_BYTES = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final long ZEROS = 0x3030303030303030L;

    abstract void writeNumber(long number, byte[] key);

    /// The number in a key: twice that of its record.
    public abstract long number(byte[] key);

    /// The key of record `record`.
    public void present(long record, byte[] key) {
        writeNumber(2 * record, key);
    }

    /// A key that is not there, right after the one of record `record`.
    public void missing(long record, byte[] key) {
        writeNumber(2 * record + 1, key);
    }
}
