package dev.polder.run;

import dev.polder.block.BlockHandle;
import dev.polder.memory.Memory;

/// A block handle in mutable form, so that walking down a tree allocates nothing; and how index blocks write it.
///
///     0                     4        6        8        12
///     ┌──────────────┬──────┬────────┬────────┬────────┐
///     │ offset ÷ 8   │codec │ stored │  raw   │ crc32c │   the offset counts from the base that the block names
///     │ 28 bits      │ 4    │ − 1    │  − 1   │        │
///     └──────────────┴──────┴────────┴────────┴────────┘
final class BlockPointer {
    static final int BYTES = 12;

    /// Blocks of one parent lie within this many bytes of its base.
    static final long SPAN_MAX = 1L << 31;

    long offset;
    int storedBytes;
    int rawBytes;
    int codec;
    int crc;

    void set(BlockHandle handle) {
        offset = handle.offset();
        storedBytes = handle.storedBytes();
        rawBytes = handle.rawBytes();
        codec = handle.codec();
        crc = handle.crc();
    }

    void set(BlockPointer other) {
        offset = other.offset;
        storedBytes = other.storedBytes;
        rawBytes = other.rawBytes;
        codec = other.codec;
        crc = other.crc;
    }

    void read(long at, long base) {
        int place = Memory.getInt(at);
        offset = base + ((place & 0x0fffffffL) << 3);
        codec = place >>> 28;
        storedBytes = Memory.getUnsignedShort(at + 4) + 1;
        rawBytes = Memory.getUnsignedShort(at + 6) + 1;
        crc = Memory.getInt(at + 8);
    }

    static void write(long at, long base, BlockHandle handle) {
        long distance = handle.offset() - base;
        if (distance < 0 || distance >= SPAN_MAX || (distance & 7) != 0) {
            throw new IllegalStateException("a child at " + handle.offset() + " cannot be named from base " + base);
        }
        Memory.putInt(at, (int) (distance >>> 3) | (handle.codec() << 28));
        Memory.putShort(at + 4, handle.storedBytes() - 1);
        Memory.putShort(at + 6, handle.rawBytes() - 1);
        Memory.putInt(at + 8, handle.crc());
    }

    BlockHandle handle() {
        return new BlockHandle(offset, storedBytes, rawBytes, codec, crc);
    }

    /// The first 8-byte aligned place after the block.
    long end() {
        return offset + ((storedBytes + 7L) & ~7L);
    }
}
