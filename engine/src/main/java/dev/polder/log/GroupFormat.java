package dev.polder.log;

import dev.polder.memory.Memory;

/// One group: the operations of a commit, or of several that were logged together. Little-endian; begins at a
/// multiple of 8; never crosses a segment. What the payload means is not the log's business.
///
///      0       4        8        16             20      24              32
///     ┌───────┬────────┬────────┬──────────────┬───────┬───────────────┬──
///     │ magic │ crc32c │ offset │ payloadBytes │ count │ firstSequence │ …
///     └───────┴────────┴────────┴──────────────┴───────┴───────────────┴──
///      32             40          48      64
///     ┬──────────────┬───────────┬───────┬───────────┐
///     │ manifestEdit │ syncedLsn │ zeros │ payload … │
///     ┴──────────────┴───────────┴───────┴───────────┘
///
/// Valid if and only if (1) `magic` stands there, (2) `offset` is the group's own position in its file, (3) the group
/// ends within the segment and `count` is at least 1, (4) `crc32c` covers {store id high, low, epoch, segment number:
/// 8 bytes each} and then bytes 8 to 64 + payloadBytes. The 32 bytes in front are not stored: they make a group of
/// another store, another epoch, or an earlier life of a recycled file invalid, whatever its position.
///
/// `count` sequences begin with `firstSequence`. `manifestEdit` is the store's last durable manifest edit when the
/// group was written: a manifest that does not know it is older than the log. `syncedLsn` is how far the log of this
/// epoch was known to be synced then: everything below it is proven to have been there.
///
/// The next group begins where this one ends, rounded up to 8 bytes; or at the next 4 KiB boundary (after a sync); or
/// at the start of the next segment. It is the next only if its `firstSequence` is this one's plus `count`. What a
/// place without a valid group means is decided in [LogTail].
final class GroupFormat {
    /// `PGRP` in ASCII.
    static final int MAGIC = 0x5052_4750;

    static final int CRC = 4, OFFSET = 8, PAYLOAD_BYTES = 16, COUNT = 20, FIRST_SEQUENCE = 24, MANIFEST_EDIT = 32;
    static final int SYNCED_LSN = 40, RESERVED = 48, HEADER_BYTES = 64, ALIGNMENT = 8;

    /// Far above any batch the memory budget admits; keeps sums of sizes within an `int`.
    static final int PAYLOAD_BYTES_MAX = 1 << 30;

    private GroupFormat() {}

    /// Where the group at `offset` ends: the earliest place of the next one.
    static long end(long offset, int payloadBytes) {
        return (offset + HEADER_BYTES + payloadBytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    /// Fills in the header in front of a payload, all but the checksum.
    static void writeHeader(
            long address,
            long offset,
            int payloadBytes,
            int count,
            long firstSequence,
            long manifestEdit,
            long syncedLsn) {
        Memory.putInt(address, MAGIC);
        Memory.putLong(address + OFFSET, offset);
        Memory.putInt(address + PAYLOAD_BYTES, payloadBytes);
        Memory.putInt(address + COUNT, count);
        Memory.putLong(address + FIRST_SEQUENCE, firstSequence);
        Memory.putLong(address + MANIFEST_EDIT, manifestEdit);
        Memory.putLong(address + SYNCED_LSN, syncedLsn);
        Memory.putLong(address + RESERVED, 0);
        Memory.putLong(address + RESERVED + 8, 0);
    }

    /// Rules (1) to (3), from the header alone.
    static boolean isPlausible(long address, long offset, long segmentBytes) {
        if (Memory.getInt(address) != MAGIC || Memory.getLong(address + OFFSET) != offset) return false;
        int payloadBytes = Memory.getInt(address + PAYLOAD_BYTES);
        return payloadBytes >= 0
                && payloadBytes <= PAYLOAD_BYTES_MAX
                && offset + HEADER_BYTES + payloadBytes <= segmentBytes
                && Memory.getInt(address + COUNT) >= 1;
    }
}
