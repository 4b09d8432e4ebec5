package dev.polder.run;

import dev.polder.block.BlockKeeper;
import dev.polder.block.BlockLoader;
import org.jspecify.annotations.Nullable;

/// In which block a key has lain until now, if that block is in the pool and in use: for entries that come from memory
/// and take the place of older ones, so that the blocks they are written to may be kept in place of those.
///
/// Looks only at what is in the pool, and reads nothing: so the runs may be retired meanwhile. Used by one thread.
public final class FormerBlocks {
    private final Run[][] levels;
    private final BlockLoader loader;
    private final BlockKeeper keeper;
    private final ReadScratch scratch = new ReadScratch();

    /// @param levels of the space: level 0 newest first, the others each in order of the keys and disjoint
    /// @param keeper who is asked what is in use
    public FormerBlocks(Run[][] levels, BlockLoader loader, BlockKeeper keeper) {
        this.levels = levels;
        this.loader = loader;
        this.keeper = keeper;
        scratch.readNothing();
    }

    /// The block of the newest run that may hold the key ([BlockKeeper#former]); 0 if it is not in use, or not known.
    ///
    /// @param entryBytes of the newer entry: a block that is hardly larger holds nothing else
    long of(long key, int keyBytes, int entryBytes) {
        Run run = lead(key, keyBytes);
        if (run == null) return 0;
        BlockPointer block = scratch.pointer;
        long former = keeper.former(run.file(), block.offset, block.rawBytes, block.crc);
        if (former != 0 && 2 * entryBytes > block.rawBytes) keeper.superseded(former);
        return former;
    }

    private @Nullable Run lead(long key, int keyBytes) {
        if (levels.length == 0) return null;
        long hash = KeyHash.of(key, keyBytes);
        for (Run run : levels[0]) {
            if (run.lead(loader, scratch, key, keyBytes, hash)) return run;
        }
        for (int level = 1; level < levels.length; level++) {
            Run[] runs = levels[level];
            int at = Levels.firstEndingAtOrAfter(runs, key, keyBytes);
            if (at < runs.length && runs[at].lead(loader, scratch, key, keyBytes, hash)) return runs[at];
        }
        return null;
    }
}
