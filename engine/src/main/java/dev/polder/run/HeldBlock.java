package dev.polder.run;

import dev.polder.block.BlockLoader;
import dev.polder.block.BlockRef;
import dev.polder.disk.DiskFile;

/// A block that a cursor keeps coming back to. Between calls it remembers where the block's frame was: while the
/// frame's version holds, coming back costs no look-up. It keeps no pin and no copy between calls, so it holds
/// nothing back from the pool.
final class HeldBlock {
    final BlockPointer at = new BlockPointer();
    final BlockRef ref = new BlockRef();
    private boolean remembered;

    /// Points `ref` at the block. The first attempt of an operation trusts what is remembered; its `valid` will
    /// tell.
    void locate(BlockLoader loader, DiskFile file, int attempt) {
        if (remembered && attempt == 0) return;
        forget();
        loader.locate(ref, file, at.offset, at.storedBytes, at.rawBytes, at.codec, at.crc, attempt);
        remembered = true;
    }

    /// Ends an operation: a pin or a copy is given back, a mere sight of a frame is kept.
    void settle() {
        if (remembered && !ref.optimistic()) forget();
    }

    /// To be called before `at` changes.
    void forget() {
        if (remembered) ref.release();
        remembered = false;
    }

    // ---- If it is an index block that is in the pool: nothing here reads ----

    /// How many children it has, or less than one if that cannot be told now.
    int count(BlockLoader loader, DiskFile file) {
        for (int attempt = 0; ; attempt++) {
            if (!locatePresent(loader, file, attempt)) return 0;
            int count = IndexBlock.count(ref.address(), ref.bytes());
            if (!ref.valid()) continue;
            settle();
            return count;
        }
    }

    /// Points `into` to a child; `false` if that cannot be told now.
    boolean child(BlockLoader loader, DiskFile file, int index, BlockPointer into) {
        for (int attempt = 0; ; attempt++) {
            if (!locatePresent(loader, file, attempt)) return false;
            boolean ok = IndexBlock.child(ref.address(), ref.bytes(), index, into);
            if (!ref.valid()) continue;
            settle();
            return ok;
        }
    }

    private boolean locatePresent(BlockLoader loader, DiskFile file, int attempt) {
        if (remembered && attempt == 0) return true;
        forget();
        remembered = loader.locatePresent(ref, file, at.offset, at.rawBytes, at.crc, attempt);
        return remembered;
    }
}
