package dev.polder.block;

import dev.polder.memory.Memory;

/// The 24 bytes by which a block is reached: where it is, how it is stored, and its proof. Held by the
/// block's parent, and for roots by the manifest; the file is known from the context. Little-endian, at any
/// address.
///
///      0                  6        7         8             12          16          20          24
///     ┌──────────────────┬────────┬─────────┬─────────────┬───────────┬───────────┬───────────┐
///     │ offset           │ codec  │ zero    │ storedBytes │ rawBytes  │ crc32c    │ zeros     │
///     └──────────────────┴────────┴─────────┴─────────────┴───────────┴───────────┴───────────┘
///
/// `crc32c` covers the stored bytes. Byte 7 is kept for the tier or the key epoch, bytes 20 to 24 for what
/// comes.
///
/// Valid if and only if (1) `offset` is a multiple of 8 and below 32 GiB, (2) `rawBytes` is 1 to 64 KiB, (3)
/// `codec` is RAW and `storedBytes` equals `rawBytes`, or LZ4 and `storedBytes` is 1 to 15/16 of `rawBytes`,
/// (4) the reserved bytes are zero. What saves less than a sixteenth is stored raw: so the span of a
/// compressed block, aligned, is at most 64 KiB.
///
/// In a block read optimistically a handle may be garbage: copy its fields, check `ref.valid()`, then follow
/// it.
public final class Handle {
    public static final int BYTES = 24;
    public static final int OFFSET = 0, CODEC = 6, RESERVED = 7, STORED_BYTES = 8, RAW_BYTES = 12, CRC = 16, MORE = 20;

    /// The largest block, decoded.
    public static final int RAW_BYTES_MAX = 64 << 10;
    /// Offsets of blocks are multiples of this.
    public static final int OFFSET_ALIGNMENT = 8;
    /// Offsets of blocks are below this.
    public static final long OFFSET_MAX = (long) OFFSET_ALIGNMENT << 32;

    private static final long OFFSET_MASK = (1L << 48) - 1;

    private Handle() {}

    public static long offset(long handle) {
        return Memory.getLong(handle + OFFSET) & OFFSET_MASK;
    }

    public static int codec(long handle) {
        return Memory.getUnsignedByte(handle + CODEC);
    }

    public static int storedBytes(long handle) {
        return Memory.getInt(handle + STORED_BYTES);
    }

    public static int rawBytes(long handle) {
        return Memory.getInt(handle + RAW_BYTES);
    }

    public static int crc(long handle) {
        return Memory.getInt(handle + CRC);
    }

    /// The most a block of `rawBytes` may take compressed; what takes more is stored raw.
    public static int compressedBytesMax(int rawBytes) {
        return rawBytes - (rawBytes + 15) / 16;
    }

    /// (1) to (3).
    public static boolean isValid(long offset, int storedBytes, int rawBytes, int codec) {
        if ((offset & OFFSET_ALIGNMENT - 1) != 0 || offset < 0 || offset >= OFFSET_MAX) return false;
        if (rawBytes < 1 || rawBytes > RAW_BYTES_MAX) return false;
        return switch (codec) {
            case Codecs.RAW -> storedBytes == rawBytes;
            case Codecs.LZ4 -> storedBytes >= 1 && storedBytes <= compressedBytesMax(rawBytes);
            default -> false;
        };
    }

    /// (1) to (4), of the handle at an address.
    public static boolean isValid(long handle) {
        return Memory.getUnsignedByte(handle + RESERVED) == 0
                && Memory.getInt(handle + MORE) == 0
                && isValid(offset(handle), storedBytes(handle), rawBytes(handle), codec(handle));
    }

    public static void write(long handle, long offset, int storedBytes, int rawBytes, int codec, int crc) {
        if (!isValid(offset, storedBytes, rawBytes, codec))
            throw new IllegalArgumentException("impossible handle: offset=" + offset + " storedBytes=" + storedBytes
                    + " rawBytes=" + rawBytes + " codec=" + codec);
        Memory.putLong(handle + OFFSET, offset | (long) codec << 48);
        Memory.putInt(handle + STORED_BYTES, storedBytes);
        Memory.putInt(handle + RAW_BYTES, rawBytes);
        Memory.putInt(handle + CRC, crc);
        Memory.putInt(handle + MORE, 0);
    }
}
