package dev.polder.generation;

import dev.polder.memory.Memory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// What a batch does, as bytes: the same in a batch, in the log and in recovery. Operations follow each other
/// without padding; little-endian.
///
///     PUT     0      1          5           7            11
///            ┌──────┬──────────┬───────────┬────────────┬─────────┬───────────┐
///            │ 1 u8 │ space u32│ keyBytes  │ valueBytes │ key ... │ value ... │
///            └──────┴──────────┴──── u16 ──┴──── u32 ───┴─────────┴───────────┘
///     DELETE  0      1          5           7
///            ┌──────┬──────────┬───────────┬─────────┐
///            │ 2 u8 │ space u32│ keyBytes  │ key ... │
///            └──────┴──────────┴──── u16 ──┴─────────┘
///     SPILLED 0      1
///            ┌──────┬─────────────┐
///            │ 3 u8 │ file id u64 │   alone in its group: the batch of this sequence is in that run file
///            └──────┴─────────────┘
///
/// A spilled batch is in runs, durably, before it is logged; so recovery never replays it, and to [Reader] it is
/// malformed.
///
/// Valid if and only if (1) the kind is known, (2) the space is not negative as an `int`, (3) `keyBytes ≤ 2048` and
/// `valueBytes ≤ 1 MiB`, (4) each operation ends within the payload.
public final class Payload {
    public static final int PUT = 1, DELETE = 2, SPILLED = 3;
    public static final int KEY_BYTES_MAX = 2048, VALUE_BYTES_MAX = 1 << 20;
    public static final int PUT_HEADER_BYTES = 11, DELETE_HEADER_BYTES = 7, SPILLED_BYTES = 9;
    private static final int SPACE = 1, KEY_BYTES = 5, VALUE_BYTES = 7;
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private Payload() {}

    public static int putBytes(int keyBytes, int valueBytes) {
        return PUT_HEADER_BYTES + keyBytes + valueBytes;
    }

    public static int deleteBytes(int keyBytes) {
        return DELETE_HEADER_BYTES + keyBytes;
    }

    /// Writes the header of a put; the key goes to the returned address, the value right after it.
    public static long putHeader(long to, int spaceId, int keyBytes, int valueBytes) {
        checkLimits(spaceId, keyBytes, valueBytes);
        Memory.putByte(to, (byte) PUT);
        Memory.putInt(to + SPACE, spaceId);
        Memory.putShort(to + KEY_BYTES, keyBytes);
        Memory.putInt(to + VALUE_BYTES, valueBytes);
        return to + PUT_HEADER_BYTES;
    }

    /// Writes the header of a delete; the key goes to the returned address.
    public static long deleteHeader(long to, int spaceId, int keyBytes) {
        checkLimits(spaceId, keyBytes, 0);
        Memory.putByte(to, (byte) DELETE);
        Memory.putInt(to + SPACE, spaceId);
        Memory.putShort(to + KEY_BYTES, keyBytes);
        return to + DELETE_HEADER_BYTES;
    }

    /// As [#putHeader(long, int, int, int)], into an array; returns the index for the key.
    public static int putHeader(byte[] to, int at, int spaceId, int keyBytes, int valueBytes) {
        checkLimits(spaceId, keyBytes, valueBytes);
        to[at] = PUT;
        INTS.set(to, at + SPACE, spaceId);
        SHORTS.set(to, at + KEY_BYTES, (short) keyBytes);
        INTS.set(to, at + VALUE_BYTES, valueBytes);
        return at + PUT_HEADER_BYTES;
    }

    /// As [#deleteHeader(long, int, int)], into an array; returns the index for the key.
    public static int deleteHeader(byte[] to, int at, int spaceId, int keyBytes) {
        checkLimits(spaceId, keyBytes, 0);
        to[at] = DELETE;
        INTS.set(to, at + SPACE, spaceId);
        SHORTS.set(to, at + KEY_BYTES, (short) keyBytes);
        return at + DELETE_HEADER_BYTES;
    }

    /// A whole put; returns the address after it.
    public static long put(long to, int spaceId, byte[] key, byte[] value) {
        long at = putHeader(to, spaceId, key.length, value.length);
        Memory.copyIn(key, 0, at, key.length);
        Memory.copyIn(value, 0, at + key.length, value.length);
        return at + key.length + value.length;
    }

    /// A whole delete; returns the address after it.
    public static long delete(long to, int spaceId, byte[] key) {
        long at = deleteHeader(to, spaceId, key.length);
        Memory.copyIn(key, 0, at, key.length);
        return at + key.length;
    }

    /// Says that the batch of this group is in a run file; returns the address after it.
    public static long spilled(long to, long fileId) {
        Memory.putByte(to, (byte) SPILLED);
        Memory.putLong(to + SPACE, fileId);
        return to + SPILLED_BYTES;
    }

    /// The kind of the operation at `at` of an array that was filled by the methods above.
    public static int kind(byte[] from, int at) {
        return from[at];
    }

    public static int spaceId(byte[] from, int at) {
        return (int) INTS.get(from, at + SPACE);
    }

    public static int keyBytes(byte[] from, int at) {
        return (short) SHORTS.get(from, at + KEY_BYTES) & 0xffff;
    }

    /// Where its key begins.
    public static int keyAt(byte[] from, int at) {
        return at + (kind(from, at) == PUT ? PUT_HEADER_BYTES : DELETE_HEADER_BYTES);
    }

    /// Length of its value; 0 for a delete.
    public static int valueBytes(byte[] from, int at) {
        return kind(from, at) == PUT ? (int) INTS.get(from, at + VALUE_BYTES) : 0;
    }

    /// Where the next operation begins.
    public static int next(byte[] from, int at) {
        return keyAt(from, at) + keyBytes(from, at) + valueBytes(from, at);
    }

    private static void checkLimits(int spaceId, int keyBytes, int valueBytes) {
        if (spaceId < 0) throw new IllegalArgumentException("spaceId=" + spaceId);
        if (keyBytes < 0 || keyBytes > KEY_BYTES_MAX)
            throw new IllegalArgumentException(
                    "keyBytes=" + keyBytes + ": a key has at most " + KEY_BYTES_MAX + " bytes");
        if (valueBytes < 0 || valueBytes > VALUE_BYTES_MAX)
            throw new IllegalArgumentException(
                    "valueBytes=" + valueBytes + ": a value has at most " + VALUE_BYTES_MAX + " bytes");
    }

    /// Walks the operations of a payload, checking every length before it is believed; reusable, allocates nothing.
    ///
    ///     for (reader.reset(address, bytes); reader.next(); ) use(reader.kind(), reader.keyAddress(), …);
    public static final class Reader {
        private long start;
        private long at;
        private long end;
        private int kind;
        private int spaceId;
        private long keyAddress;
        private int keyBytes;
        private int valueBytes;

        public void reset(long address, int bytes) {
            start = address;
            at = address;
            end = address + bytes;
        }

        /// Moves to the next operation; false at the end. Malformed bytes are an [IllegalStateException] that says
        /// where: the caller knows which file or batch they came from.
        public boolean next() {
            if (at == end) return false;
            need(DELETE_HEADER_BYTES);
            kind = Memory.getUnsignedByte(at);
            spaceId = Memory.getInt(at + SPACE);
            keyBytes = Memory.getUnsignedShort(at + KEY_BYTES);
            valueBytes = 0;
            int header = DELETE_HEADER_BYTES;
            if (kind == PUT) {
                header = PUT_HEADER_BYTES;
                need(header);
                valueBytes = Memory.getInt(at + VALUE_BYTES);
            } else if (kind != DELETE) {
                throw malformed("kind", kind);
            }
            if (spaceId < 0) throw malformed("spaceId", spaceId);
            if (keyBytes > KEY_BYTES_MAX) throw malformed("keyBytes", keyBytes);
            if (valueBytes < 0 || valueBytes > VALUE_BYTES_MAX) throw malformed("valueBytes", valueBytes);
            need((long) header + keyBytes + valueBytes);
            keyAddress = at + header;
            at = keyAddress + keyBytes + valueBytes;
            return true;
        }

        public int kind() {
            return kind;
        }

        public int spaceId() {
            return spaceId;
        }

        public long keyAddress() {
            return keyAddress;
        }

        public int keyBytes() {
            return keyBytes;
        }

        public long valueAddress() {
            return keyAddress + keyBytes;
        }

        public int valueBytes() {
            return valueBytes;
        }

        /// Bytes walked so far.
        public int position() {
            return (int) (at - start);
        }

        private void need(long bytes) {
            if (end - at < bytes) throw malformed("operation bytes", bytes);
        }

        private IllegalStateException malformed(String field, long value) {
            return new IllegalStateException("malformed payload: " + field + "=" + value + " at " + (at - start)
                    + " of " + (end - start) + " bytes");
        }
    }
}
