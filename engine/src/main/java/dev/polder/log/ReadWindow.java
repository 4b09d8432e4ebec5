package dev.polder.log;

import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import org.jspecify.annotations.Nullable;

/// A bounded view of one file at a time: the caller's buffer, moved along in reads of its whole size. Reads are
/// aligned to 4 KiB in position, length and address, so files may be open for direct I/O.
final class ReadWindow {
    private final long address;
    private final int capacityBytes;
    private @Nullable DiskFile file;
    /// The part of `file` that lies in the buffer.
    private long start;
    private long end;

    ReadWindow(long address, int capacityBytes) {
        if (capacityBytes < 2 * SegmentFormat.BLOCK_BYTES
                || (capacityBytes | address) % SegmentFormat.BLOCK_BYTES != 0) {
            throw new IllegalArgumentException("buffer of %d bytes at %x: use a multiple of 4096 from 8192, aligned"
                    .formatted(capacityBytes, address));
        }
        this.address = address;
        this.capacityBytes = capacityBytes;
    }

    /// The longest range that can be seen at once from any place.
    int reachBytes() {
        return capacityBytes - SegmentFormat.BLOCK_BYTES;
    }

    int capacityBytes() {
        return capacityBytes;
    }

    /// Whether a range fits the buffer.
    boolean holds(long offset, long bytes) {
        return SegmentFormat.roundUpToBlock(offset % SegmentFormat.BLOCK_BYTES + bytes) <= capacityBytes;
    }

    /// Where bytes `offset` to `offset + bytes` of the file lie in memory, until the next call. They must exist and
    /// be held.
    ///
    /// @param fileBytes the size of the file, a multiple of 4 KiB
    long at(DiskFile wanted, long fileBytes, long offset, int bytes) {
        if (wanted != file || offset < start || offset + bytes > end) fill(wanted, fileBytes, offset);
        assert offset + bytes <= end : "offset=" + offset + " bytes=" + bytes + " end=" + end;
        return address + (offset - start);
    }

    /// The first 4 KiB of a file, and no more: whoever looks at headers only should not read all there is.
    long firstBlock(DiskFile wanted) {
        file = null;
        wanted.read(0, address, SegmentFormat.BLOCK_BYTES, Lane.LOG);
        return address;
    }

    private void fill(DiskFile wanted, long fileBytes, long offset) {
        file = null;
        start = offset & -SegmentFormat.BLOCK_BYTES;
        end = Math.min(fileBytes, start + capacityBytes);
        wanted.read(start, address, (int) (end - start), Lane.LOG);
        file = wanted;
    }
}
