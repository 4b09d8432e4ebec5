package dev.polder.run;

import dev.polder.memory.Memory;

/// One decoded entry of a [DataBlock]: numbers, and where in the frame its bytes lie. Reused; as trustworthy as
/// the frame.
final class DataEntry {
    long sequence;
    int kind;

    int prefixBytes;
    int rest;
    long head;

    /// Addresses in the block.
    long tail;

    long value;
    int valueBytes;

    int keyBytes() {
        return prefixBytes + rest;
    }

    /// How long the user's value is; `valueBytes` of a large one is the length of its list of pieces.
    int userValueBytes() {
        return kind == DataBlock.LARGE ? Memory.getInt(value) : valueBytes;
    }

    /// Where piece `index` of a large value lies; `false` if the list has no such piece.
    boolean piece(int index, BlockPointer into) {
        int at = DataBlock.LARGE_PIECES + index * BlockPointer.BYTES;
        if (kind != DataBlock.LARGE || index < 0 || at + BlockPointer.BYTES > valueBytes) return false;
        into.read(value + at, Memory.getLong(value + DataBlock.LARGE_BASE));
        return true;
    }
}
