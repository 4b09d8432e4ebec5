package dev.polder.run;

import dev.polder.block.BlockBatch;
import dev.polder.block.BlockLoader;
import org.jspecify.annotations.Nullable;

/// Notices that a cursor is sent on by the same number of blocks again and again, up or down, and has the blocks
/// brought in to which it will be sent next.
///
///     leaves │ ▪ · · ▪ · · ▪ · │ · ▪ · · ▫ · · ▫ │ · · ▫ · · …      ▪ sought   ▫ expected, and asked for
///                └leap┘                └─ depth leaps ─┘
///
/// Leaps are counted in blocks of one parent of leaves, and those that differ by no more than one block and a
/// sixteenth of themselves are alike. What is expected follows from their mean: one block if all were the same, else
/// either of two. Leaves that are not known yet count as many blocks as others had, and are asked for first.
///
/// **Depth.** So many leaps ahead are asked for, twice as many whenever half of them were met, and a quarter when
/// the leaps end: what was asked for then is in vain, and the pool counts it ([BlockLoader#aheadWindow]).
///
/// Bounded state, no allocation per seek.
final class Strides {
    private static final int LEAPS_ALIKE = 3;
    private static final int DEPTH_FIRST = 2;
    private static final int NONE = 0, LACKING = 1, DATA = 2;

    private final BlockPointer child = new BlockPointer();
    private final HeldBlock leaf = new HeldBlock(); // that something is expected in

    /// Where leaps are counted: in a run, under one parent of leaves.
    private @Nullable Run run;

    private long parent;
    private int blocksPerLeaf;

    // Where the cursor was sent last.
    private int lastLeaf;
    private int lastChild;
    private int lastCount;

    // The leaps that are alike.
    private int alike;
    private long blocks;
    private int leaps;
    private boolean same;

    private int depth = DEPTH_FIRST;

    /// Leaps ahead that were asked for, and are to come.
    private int asked;

    /// A cursor was sent to a child of a leaf, which is not located yet.
    ///
    /// @param path     the cursor's: 0 the child, 1 the leaf, 2 its parent if there is one
    /// @param at       on each level, which child it is under
    /// @param children on each level, how many there are
    void sought(Run in, BlockLoader loader, HeldBlock[] path, int[] at, int[] children) {
        int top = Math.min(2, path.length - 1);
        int leafAt = top == 2 ? at[2] : 0;
        if (in != run || parent != path[top].at.offset) {
            enter(in, path[top].at.offset);
        } else {
            long leap = distance(leafAt, at[1], children[1]);
            if (leap == 0) return;
            compare(leap);
        }
        lastLeaf = leafAt;
        lastChild = at[1];
        lastCount = children[1];
        blocksPerLeaf = Math.max(blocksPerLeaf, lastCount);
        if (alike < LEAPS_ALIKE || loader.aheadLimits().leapsMax() == 0) return;
        if (asked > 0) asked--;
        if (2 * asked > depth) return;
        if (leaps > LEAPS_ALIKE) depth *= 2;
        depth = Math.clamp(depth, 1, Math.max(1, Math.min(loader.aheadLimits().leapsMax(), loader.aheadWindow())));
        ask(in, loader, path, children);
    }

    /// Perhaps by one more leap, if nothing was asked for that it leaves behind: the next one will tell.
    private void enter(Run in, long under) {
        if (2 * asked > depth) {
            depth = Math.max(1, depth / 4);
            alike = 0;
        }
        run = in;
        parent = under;
        blocksPerLeaf = 1;
        alike = Math.min(alike, LEAPS_ALIKE - 1);
        if (alike > 0) {
            blocks /= leaps; // the mean goes on, as if it were one leap
            leaps = 1;
        }
        asked = 0;
    }

    /// In blocks, from where the cursor was sent last.
    private long distance(int leafAt, int childAt, int count) {
        if (leafAt == lastLeaf) return (long) childAt - lastChild;
        long between = (Math.abs(leafAt - lastLeaf) - 1L) * blocksPerLeaf;
        return leafAt > lastLeaf ? between + lastCount - lastChild + childAt : -between - lastChild - count + childAt;
    }

    private void compare(long leap) {
        if (alike > 0 && Math.abs(leap - blocks / leaps) <= 1 + Math.abs(leap) / 16) {
            same &= leap * leaps == blocks;
            alike++;
            blocks += leap;
            leaps++;
        } else {
            if (alike >= LEAPS_ALIKE) depth = Math.max(1, depth / 4);
            alike = 1;
            blocks = leap;
            leaps = 1;
            same = true;
            asked = 0;
        }
    }

    private void ask(Run in, BlockLoader loader, HeldBlock[] path, int[] children) {
        BlockBatch wanted = loader.batchForBackground();
        if (wanted == null) return;
        boolean known = true;
        for (int ahead = asked + 1; ahead <= depth; ahead++) {
            long expected = lastChild + Math.floorDiv(blocks * ahead, leaps);
            int found = add(wanted, in, loader, path, children, expected);
            if (found == DATA && !same) found = add(wanted, in, loader, path, children, expected + 1);
            if (found == NONE) break;
            known &= found == DATA;
            if (known) asked = ahead;
        }
        loader.loadInBackground(wanted);
    }

    /// Asks for a block, counted from the first one of the leaf that the cursor is in, or for its leaf.
    private int add(BlockBatch wanted, Run in, BlockLoader loader, HeldBlock[] path, int[] children, long block) {
        int found = pointTo(in, loader, path, children, block);
        if (found == NONE) return NONE;
        boolean added = wanted.add(in.file(), child.offset, child.storedBytes, child.rawBytes, child.codec, child.crc);
        return added ? found : NONE;
    }

    private int pointTo(Run in, BlockLoader loader, HeldBlock[] path, int[] children, long block) {
        if (block >= 0 && block < lastCount) return path[1].child(loader, in.file(), (int) block, child) ? DATA : NONE;
        if (path.length == 2) return NONE;
        long beyond = block < 0 ? -1 - block : block - lastCount;
        long leaves = beyond / blocksPerLeaf + 1;
        long at = block < 0 ? lastLeaf - leaves : lastLeaf + leaves;
        if (at < 0 || at >= children[2] || !path[2].child(loader, in.file(), (int) at, child)) return NONE;
        if (!loader.isPresent(in.file(), child.offset, child.rawBytes, child.crc)) return LACKING;
        leaf.forget();
        leaf.at.set(child);
        int within = (int) (beyond % blocksPerLeaf);
        int index = block < 0 ? leaf.count(loader, in.file()) - 1 - within : within;
        return leaf.child(loader, in.file(), index, child) ? DATA : NONE;
    }
}
