package dev.polder.block;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import dev.polder.memory.Memory;
import dev.polder.runtime.Seams;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/// A file of blocks in memory, and the disk file over it. Block `i` has sizes and codec by its number; its
/// words tell which block it is, so a reader can check every byte.
final class BlockFile implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final int alignment;
    private final BlockHandle[] blocks;
    private final long content;
    private long bytes;

    private final Disk disk;
    final DiskFile file;
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger readingNow = new AtomicInteger();
    final AtomicInteger readingMost = new AtomicInteger();
    /// Called inside every read.
    volatile Runnable whileReading = () -> {};
    /// Where reads pretend the file ends.
    volatile long end = Long.MAX_VALUE;

    BlockFile(int count, int alignment, Codecs codecs, long seed) {
        this.alignment = alignment;
        blocks = new BlockHandle[count];
        long room = (long) count * (64 << 10) + 4096;
        content = arena.allocate(room, 4096).address();
        Random random = new Random(seed);
        long scratch = arena.allocate(Handle.RAW_BYTES_MAX * 2L).address();
        for (int block = 0; block < count; block++) append(block, codecs, random, scratch);
        bytes = bytes + 4095 & -4096;
        disk = new Disk(new OneFile(), Seams.system(), DiskConfig.DEFAULT);
        file = disk.open(Path.of("blocks.run"), false, alignment > 1);
    }

    private void append(int block, Codecs codecs, Random random, long scratch) {
        int raw = rawBytes(block);
        fill(scratch, block, raw);
        boolean lz4 = block % 2 == 1;
        long at = bytes;
        int stored = lz4 ? codecs.compress(scratch, raw, content + at, Codecs.compressedBytesBound(raw)) : raw;
        if (!lz4) Memory.copy(scratch, content + at, raw);
        blocks[block] =
                new BlockHandle(at, stored, raw, lz4 ? Codecs.LZ4 : Codecs.RAW, Memory.crc32c(content + at, stored));
        // Gaps of any multiple of 8, and now and then an aligned block.
        bytes = (at + stored + 7 & -8) + 8L * random.nextInt(5);
        if (random.nextInt(4) == 0) bytes = bytes + 4095 & -4096;
    }

    /// 512 bytes to 64 KiB: all three classes, and the largest there is.
    static int rawBytes(int block) {
        return switch (block % 5) {
            case 0 -> 4096;
            case 1 -> 16_384 - 8 * (block % 100);
            case 2 -> 512 + 8 * (block % 300);
            case 3 -> 65_536;
            default -> 65_536 - 8 * (block % 1000);
        };
    }

    /// Odd blocks repeat each word 16 times, so that they compress; no two blocks share a word.
    static long word(int block, int at) {
        int position = block % 2 == 1 ? at >>> 7 : at >>> 3;
        return (block + 1L) * 0x9e37_79b9_7f4a_7c15L ^ position;
    }

    static void fill(long address, int block, int rawBytes) {
        for (int at = 0; at < rawBytes; at += 8) Memory.putLong(address + at, word(block, at));
    }

    static boolean holds(long address, int block, int rawBytes) {
        for (int at = 0; at < rawBytes; at += 8) if (Memory.getLong(address + at) != word(block, at)) return false;
        return true;
    }

    /// The same blocks in what counts as another file.
    DiskFile again() {
        return disk.open(Path.of("again.run"), false, alignment > 1);
    }

    BlockHandle handle(int block) {
        return blocks[block];
    }

    int count() {
        return blocks.length;
    }

    void flipBit(int block) {
        long at = content + blocks[block].offset() + blocks[block].storedBytes() / 2;
        Memory.putByte(at, (byte) (Memory.getByte(at) ^ 4));
    }

    @Override
    public void close() {
        disk.close();
        arena.close();
    }

    private final class OneFile implements IoEngine {
        @Override
        public String name() {
            return "one file";
        }

        @Override
        public IoFile open(Path path, OpenMode mode) {
            return new Reads();
        }

        @Override
        public void createDirectories(Path directory) {}

        @Override
        public List<String> list(Path directory) {
            return List.of();
        }

        @Override
        public boolean exists(Path path) {
            return true;
        }

        @Override
        public boolean isDirectory(Path path) {
            return false;
        }

        @Override
        public void rename(Path from, Path to) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(Path path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void syncDirectory(Path directory) {}

        @Override
        public AutoCloseableLock lock(Path path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AutoCloseableLock lockShared(Path path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private final class Reads implements IoFile {
        @Override
        public int alignment() {
            return alignment;
        }

        @Override
        public int read(long position, long address, int length) {
            if ((position | address | length) % alignment != 0)
                throw new IllegalArgumentException("direct I/O must be aligned: " + position + " " + length);
            readingMost.accumulateAndGet(readingNow.incrementAndGet(), Math::max);
            try {
                whileReading.run();
                int read = (int) Math.max(0, Math.min(length, Math.min(bytes, end) - position));
                Memory.copy(content + position, address, read);
                reads.incrementAndGet();
                return read;
            } finally {
                readingNow.decrementAndGet();
            }
        }

        @Override
        public int write(long position, long address, int length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void sync() {}

        @Override
        public long size() {
            return Math.min(bytes, end);
        }

        @Override
        public void truncate(long length) {}

        @Override
        public void dontNeed(long position, long length) {}

        @Override
        public void close() {}
    }
}
