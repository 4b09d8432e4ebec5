package dev.polder.block;

import dev.polder.disk.DiskFile;

/// What the pool knows a block by: `{ open number of the file u32, offset / 8 u32 }`. Blocks begin at
/// multiples of 8, so a file of blocks may reach 32 GiB. An open number is never reused, so an id never means
/// two things; it is at least 1, so no id is 0.
final class BlockId {
    private BlockId() {}

    static long of(DiskFile file, long offset) {
        return file.openNumber() << 32 | offset >>> 3;
    }
}
