package dev.polder.log;

import dev.polder.disk.DiskFile;
import dev.polder.errors.BudgetExceededException;
import dev.polder.errors.CorruptionException;
import dev.polder.memory.Memory;
import java.nio.file.Path;

/// One segment file, read. It answers whether a valid group lies at a place ([GroupFormat]), and holds that group's
/// fields.
final class SegmentReader implements AutoCloseable {
    private final DiskFile file;
    private final ReadWindow window;
    private final GroupChecksum checksum;
    final Path path;
    final SegmentFormat.Header header;

    /// The group found last.
    long offset;
    int payloadBytes;
    int count;
    long firstSequence;
    long manifestEdit;
    long syncedLsn;

    SegmentReader(DiskFile file, SegmentFormat.Header header, ReadWindow window, GroupChecksum checksum) {
        this.file = file;
        this.path = file.path();
        this.header = header;
        this.window = window;
        this.checksum = checksum;
    }

    long number() {
        return header.segment();
    }

    long bytes() {
        return header.segmentBytes();
    }

    long lastSequence() {
        return firstSequence + count - 1;
    }

    long end() {
        return GroupFormat.end(offset, payloadBytes);
    }

    /// Whether a valid group begins at `place`; if so the fields are that group's.
    boolean findGroup(long place) {
        if (place + GroupFormat.HEADER_BYTES > bytes()) return false;
        long address = window.at(file, bytes(), place, GroupFormat.HEADER_BYTES);
        if (!GroupFormat.isPlausible(address, place, bytes())) return false;
        int expected = Memory.getInt(address + GroupFormat.CRC);
        int groupPayloadBytes = Memory.getInt(address + GroupFormat.PAYLOAD_BYTES);
        int groupCount = Memory.getInt(address + GroupFormat.COUNT);
        long groupFirst = Memory.getLong(address + GroupFormat.FIRST_SEQUENCE);
        long groupEdit = Memory.getLong(address + GroupFormat.MANIFEST_EDIT);
        long groupSynced = Memory.getLong(address + GroupFormat.SYNCED_LSN);
        if (checksum(place, groupPayloadBytes) != expected) return false;
        offset = place;
        payloadBytes = groupPayloadBytes;
        count = groupCount;
        firstSequence = groupFirst;
        manifestEdit = groupEdit;
        syncedLsn = groupSynced;
        return true;
    }

    /// The checksum of a group of any length, in pieces that the window can hold.
    private int checksum(long place, int groupPayloadBytes) {
        checksum.segment(header.store(), header.epoch(), header.segment());
        checksum.start();
        long end = place + GroupFormat.HEADER_BYTES + groupPayloadBytes;
        if (window.holds(place, end - place)) {
            long address = window.at(file, bytes(), place, (int) (end - place));
            checksum.add(address + GroupFormat.OFFSET, (int) (end - place) - GroupFormat.OFFSET);
            return checksum.value();
        }
        for (long at = place + GroupFormat.OFFSET; at < end; ) {
            int piece = (int) Math.min(end - at, window.reachBytes());
            checksum.add(window.at(file, bytes(), at, piece), piece);
            at += piece;
        }
        return checksum.value();
    }

    /// The payload of the group found last, in memory until the next call on this window.
    ///
    /// @throws BudgetExceededException if the buffer cannot hold it; the message says what could
    long payloadAddress() {
        int groupBytes = GroupFormat.HEADER_BYTES + payloadBytes;
        if (!window.holds(offset, groupBytes)) {
            throw new BudgetExceededException(
                    ("recovery needs a buffer of %d bytes for the group of %d bytes in file=%s offset=%d, and has %d;"
                                    + " raise the memory budget to what it was when the store was written")
                            .formatted(
                                    SegmentFormat.roundUpToBlock(offset % SegmentFormat.BLOCK_BYTES + groupBytes),
                                    groupBytes,
                                    path,
                                    offset,
                                    window.capacityBytes()));
        }
        return window.at(file, bytes(), offset, groupBytes) + GroupFormat.HEADER_BYTES;
    }

    /// The first place at or after `place` that might begin a group, or -1: a scan over multiples of 8 for the magic.
    long seekMagic(long place) {
        long last = bytes() - GroupFormat.HEADER_BYTES;
        for (long at = place; at <= last; ) {
            int stretch = (int) Math.min(window.reachBytes(), bytes() - at);
            long address = window.at(file, bytes(), at, stretch);
            for (int i = 0; i + GroupFormat.HEADER_BYTES <= stretch; i += GroupFormat.ALIGNMENT) {
                if (Memory.getInt(address + i) == GroupFormat.MAGIC) return at + i;
            }
            at += Math.max(GroupFormat.ALIGNMENT, stretch - GroupFormat.HEADER_BYTES + GroupFormat.ALIGNMENT);
        }
        return -1;
    }

    CorruptionException corrupt(long place, String evidence) {
        return new CorruptionException(path.toString(), place, evidence);
    }

    @Override
    public void close() {
        file.close();
    }
}
