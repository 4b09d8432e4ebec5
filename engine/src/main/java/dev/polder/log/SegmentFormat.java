package dev.polder.log;

import dev.polder.memory.Memory;
import java.util.zip.CRC32C;

/// The first 4 KiB of a segment file; groups follow ([GroupFormat]). Little-endian.
///
///      0          8        12      16                  32      40        48             56      60       64       4096
///     ┌──────────┬────────┬───────┬───────────────────┬───────┬─────────┬──────────────┬───────┬────────┬─────────┐
///     │ POLDRLOG │ format │ zeros │ store id high,low │ epoch │ segment │ segmentBytes │ zeros │ crc32c │ zeros … │
///     └──────────┴────────┴───────┴───────────────────┴───────┴─────────┴──────────────┴───────┴────────┴─────────┘
///
/// Valid if and only if (1) `crc32c` covers bytes 0 to 60, (2) all that is drawn as zeros is zero, (3) `segment` is
/// the number in the file's name, (4) `segmentBytes` is the size of the file. The magic, the format and the place of
/// the checksum stay in all formats to come.
///
/// A segment is made under another name, zero-filled (or recycled), given its header and synced, and only then named
/// `log-<number>`; the directory is synced before the first group is written, and before the next segment is begun.
/// So: **a file that bears the name has a valid header, and numbers leave no gap within an epoch**; anything else is
/// damage.
final class SegmentFormat {
    /// `POLDRLOG` in ASCII.
    static final long MAGIC = 0x474f_4c52_444c_4f50L;

    static final int VERSION = 1;

    static final int FORMAT = 8,
            STORE_ID = 16,
            EPOCH = 32,
            SEGMENT = 40,
            SEGMENT_BYTES = 48,
            CRC = 60,
            FIELDS_BYTES = 64;
    static final int HEADER_BYTES = 4096;

    /// The unit in which devices write, in which syncs pad, and of which all segment sizes are multiples.
    static final int BLOCK_BYTES = 4096;

    private SegmentFormat() {}

    record Header(StoreId store, long epoch, long segment, long segmentBytes) {}

    static void write(long address, Header header) {
        Memory.fill(address, HEADER_BYTES, (byte) 0);
        Memory.putLong(address, MAGIC);
        Memory.putInt(address + FORMAT, VERSION);
        Memory.putLong(address + STORE_ID, header.store().high());
        Memory.putLong(address + STORE_ID + 8, header.store().low());
        Memory.putLong(address + EPOCH, header.epoch());
        Memory.putLong(address + SEGMENT, header.segment());
        Memory.putLong(address + SEGMENT_BYTES, header.segmentBytes());
        Memory.putInt(address + CRC, checksum(address));
    }

    static Header read(long address) {
        return new Header(
                new StoreId(Memory.getLong(address + STORE_ID), Memory.getLong(address + STORE_ID + 8)),
                Memory.getLong(address + EPOCH),
                Memory.getLong(address + SEGMENT),
                Memory.getLong(address + SEGMENT_BYTES));
    }

    static int format(long address) {
        return Memory.getInt(address + FORMAT);
    }

    /// Rules (1) and (2); the others need the file.
    static boolean isValid(long address) {
        if (Memory.getLong(address) != MAGIC || Memory.getInt(address + CRC) != checksum(address)) return false;
        for (int at = FIELDS_BYTES; at < HEADER_BYTES; at += 8) {
            if (Memory.getLong(address + at) != 0) return false;
        }
        return true;
    }

    private static int checksum(long address) {
        CRC32C crc = new CRC32C();
        Memory.update(crc, address, CRC);
        return (int) crc.getValue();
    }

    static long roundUpToBlock(long bytes) {
        return (bytes + BLOCK_BYTES - 1) & -BLOCK_BYTES;
    }
}
