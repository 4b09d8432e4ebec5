package dev.polder.run;

import dev.polder.block.Codecs;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.memory.Memory;

/// Reads blocks of a file in large stretches, past the buffer pool, for merges and checks: a merge reads
/// everything once, and the pool is for what is read again. The memory is borrowed from the reader of the file.
///
/// Every block is checked against the checksum in its handle before it is decoded.
final class BlockWindow {
    private static final int PAGE = 4096;

    /// The least that is useful: a largest block that begins and ends within a page.
    static final int BYTES_MIN = RunConfig.BLOCK_BYTES_MAX + 2 * PAGE;

    private final DiskFile file;
    private final Codecs codecs;
    private final Lane lane;
    private final long buffer;
    private final int capacity;
    private long start; // of the stretch in the buffer
    private long end;

    BlockWindow(DiskFile file, Codecs codecs, Lane lane, long buffer, int capacity) {
        if (capacity < BYTES_MIN) throw new IllegalArgumentException("a window of " + capacity + " bytes is too small");
        this.file = file;
        this.codecs = codecs;
        this.lane = lane;
        this.buffer = buffer;
        this.capacity = capacity & -PAGE;
    }

    /// Makes sure that this stretch is in memory, if it fits; says whether it did.
    boolean tryCover(long from, long to) {
        long first = from & -PAGE;
        long last = (to + PAGE - 1) & -PAGE;
        if (last - first > capacity) return false;
        if (first < start || last > end) load(first, last);
        return true;
    }

    /// Checks a block and decodes it to `to`. If it must be fetched, what follows up to `usefulEnd` comes with
    /// it.
    void read(BlockPointer block, long to, long usefulEnd) {
        decode(block, address(block.offset, block.storedBytes, usefulEnd), to);
    }

    /// Checks a block that lies at `at` and decodes it to `to`.
    void decode(BlockPointer block, long at, long to) {
        int crc = Memory.crc32c(at, block.storedBytes);
        if (crc != block.crc) {
            throw new CorruptionException(
                    file.path().toString(),
                    block.offset,
                    "block checksum expected="
                            + Integer.toHexString(block.crc) + " found=" + Integer.toHexString(crc)
                            + " storedBytes=" + block.storedBytes);
        }
        if (!codecs.decode(block.codec, at, block.storedBytes, to, block.rawBytes)) {
            throw new CorruptionException(
                    file.path().toString(), block.offset, "the block passes its checksum but does not decode");
        }
    }

    /// Whether the bytes of a stretch are all zero.
    boolean zeros(long offset, int bytes) {
        long at = address(offset, bytes, offset + bytes);
        for (int i = 0; i < bytes; i++) if (Memory.getByte(at + i) != 0) return false;
        return true;
    }

    /// The memory is used for something else.
    void forget() {
        end = start;
    }

    private long address(long offset, int bytes, long usefulEnd) {
        if (offset < start || offset + bytes > end) {
            long first = offset & -PAGE;
            long last = (Math.max(usefulEnd, offset + bytes) + PAGE - 1) & -PAGE;
            load(first, Math.min(last, first + capacity));
        }
        return buffer + offset - start;
    }

    private void load(long first, long last) {
        forget(); // nothing is here if the read fails
        file.read(first, buffer, (int) (last - first), lane);
        start = first;
        end = last;
    }
}
