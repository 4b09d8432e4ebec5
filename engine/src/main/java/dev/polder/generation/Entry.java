package dev.polder.generation;

import dev.polder.memory.Memory;
import java.lang.foreign.MemorySegment;

/// One version of one key, in a chunk of its generation. Written once, then linked; only links change afterwards.
///
///      0                 8          10        12           16         24          24 + 8 × words
///     ┌─────────────────┬──────────┬─────────┬────────────┬──────────┬───────────┬─────────┬───────────┐
///     │ sequence << 8   │ keyBytes │ (zeros) │ valueBytes │ previous │ words ... │ key ... │ value ... │
///     │  | kind         │ | words  │         │            │          │ next, ... │         │           │
///     └─────────────────┴── u16 ───┴─────────┴─── u32 ────┴──────────┴───────────┴─────────┴───────────┘
///
/// `keyBytes` has the low 12 bits of its field, `words` the high 4. Word 0 is the next entry in order; the others
/// belong to the index. Bit 7 of the kind says that the value lies in pieces: then the value field is the address
/// of the first piece,
///
///     piece: │ next piece or 0 (8) │ bytes of this piece (8) │ bytes ... │
///
/// and `valueBytes` is their sum. All is aligned to 8 bytes.
public final class Entry {
    public static final int PUT = Payload.PUT, DELETE = Payload.DELETE;

    /// Values above this lie in pieces, so that they neither need a chunk of their own nor leave the tail of one
    /// unused.
    public static final int INLINE_VALUE_BYTES_MAX = 8 << 10;

    public static final long SEQUENCE_MAX = (1L << 56) - 1;

    static final int SEQUENCE_AND_KIND = 0, KEY_BYTES_AND_WORDS = 8, VALUE_BYTES = 12, PREVIOUS = 16, WORDS = 24;
    static final int PIECE_NEXT = 0, PIECE_BYTES = 8, PIECE_HEADER_BYTES = 16;

    private static final int IN_PIECES = 0x80;

    private Entry() {}

    public static long sequence(long entry) {
        return Memory.getLong(entry + SEQUENCE_AND_KIND) >>> 8;
    }

    /// [#PUT] or [#DELETE].
    public static int kind(long entry) {
        return Memory.getUnsignedByte(entry + SEQUENCE_AND_KIND) & ~IN_PIECES;
    }

    public static int keyBytes(long entry) {
        return Memory.getUnsignedShort(entry + KEY_BYTES_AND_WORDS) & 0xfff;
    }

    public static long keyAddress(long entry) {
        return entry + WORDS + 8L * (Memory.getUnsignedShort(entry + KEY_BYTES_AND_WORDS) >>> 12);
    }

    /// Of the whole value, in pieces or not; 0 for a delete.
    public static int valueBytes(long entry) {
        return Memory.getInt(entry + VALUE_BYTES);
    }

    /// Whether the value is not in one stretch: then only [#copyValue] reads it.
    public static boolean inPieces(long entry) {
        return (Memory.getUnsignedByte(entry + SEQUENCE_AND_KIND) & IN_PIECES) != 0;
    }

    /// Where the value lies; only if it is not in pieces.
    public static long valueAddress(long entry) {
        int field = Memory.getUnsignedShort(entry + KEY_BYTES_AND_WORDS);
        return entry + WORDS + 8L * (field >>> 12) + (field & 0xfff);
    }

    public static byte[] key(long entry) {
        return Memory.bytes(keyAddress(entry), keyBytes(entry));
    }

    public static byte[] value(long entry) {
        byte[] value = new byte[valueBytes(entry)];
        copyValue(entry, value);
        return value;
    }

    /// Copies `bytes` bytes of the value from position `from` of it.
    public static void copyValue(long entry, int from, long to, int bytes) {
        checkRange(entry, from, bytes);
        if (!inPieces(entry)) {
            Memory.copy(valueAddress(entry) + from, to, bytes);
            return;
        }
        int left = bytes;
        int skip = from;
        for (long piece = firstPiece(entry); left > 0; piece = Memory.getLong(piece + PIECE_NEXT)) {
            int here = (int) Memory.getLong(piece + PIECE_BYTES);
            int part = Math.min(left, here - skip);
            if (part > 0) {
                Memory.copy(piece + PIECE_HEADER_BYTES + skip, to + bytes - left, part);
                left -= part;
            }
            skip = Math.max(0, skip - here);
        }
    }

    /// Copies as much of the value as fits; returns how many bytes.
    public static int copyValue(long entry, byte[] to) {
        int bytes = Math.min(to.length, valueBytes(entry));
        if (!inPieces(entry)) {
            Memory.copyOut(valueAddress(entry), to, 0, bytes);
            return bytes;
        }
        int done = 0;
        for (long piece = firstPiece(entry); done < bytes; piece = Memory.getLong(piece + PIECE_NEXT)) {
            int part = Math.min(bytes - done, (int) Memory.getLong(piece + PIECE_BYTES));
            Memory.copyOut(piece + PIECE_HEADER_BYTES, to, done, part);
            done += part;
        }
        return bytes;
    }

    /// What an entry takes of a chunk, its pieces apart.
    static int bytes(int words, int keyBytes, int valueBytes) {
        int value = valueBytes > INLINE_VALUE_BYTES_MAX ? 8 : valueBytes;
        return WORDS + 8 * words + align(keyBytes + value);
    }

    /// Fills all but the links and the value.
    static void writeHeader(long entry, long sequence, int kind, int words, long key, int keyBytes, int valueBytes) {
        int flags = valueBytes > INLINE_VALUE_BYTES_MAX ? kind | IN_PIECES : kind;
        Memory.putLong(entry + SEQUENCE_AND_KIND, sequence << 8 | flags);
        Memory.putInt(entry + KEY_BYTES_AND_WORDS, keyBytes | words << 12);
        Memory.putInt(entry + VALUE_BYTES, valueBytes);
        Memory.copy(key, entry + WORDS + 8L * words, keyBytes);
    }

    /// The field that holds the address of the first piece.
    static long pieceField(long entry) {
        return valueAddress(entry);
    }

    static int align(int bytes) {
        return (bytes + 7) & -8;
    }

    static int compareKeys(long entry, long key, int keyBytes) {
        return Memory.compare(keyAddress(entry), keyBytes(entry), key, keyBytes);
    }

    static boolean hasKey(long entry, long key, int keyBytes) {
        if (keyBytes(entry) != keyBytes) return false;
        long entryKey = keyAddress(entry);
        return MemorySegment.mismatch(Memory.ALL, entryKey, entryKey + keyBytes, Memory.ALL, key, key + keyBytes) < 0;
    }

    static int words(long entry) {
        return Memory.getUnsignedShort(entry + KEY_BYTES_AND_WORDS) >>> 12;
    }

    private static long firstPiece(long entry) {
        return Memory.getLong(pieceField(entry));
    }

    private static void checkRange(long entry, int from, int bytes) {
        if (from < 0 || bytes < 0 || from > valueBytes(entry) - bytes)
            throw new IllegalArgumentException(
                    "from=" + from + " bytes=" + bytes + " of a value of " + valueBytes(entry) + " bytes");
    }
}
