package dev.polder.run;

import dev.polder.block.BlockBatch;
import dev.polder.block.BlockLoader;
import dev.polder.disk.Lane;
import org.jspecify.annotations.Nullable;

/// Brings in the blocks that a cursor is about to walk over, several in one read, and the next windows while the
/// cursor walks over this one.
///
///     leaf  │ 0 │ 1 │ 2 │ 3 │ 4 │ 5 │ 6 │ … │  next leaf │ 0 │ 1 │ …       children are neighbours in the file, too
///             ▲   └ first ┘└ second window ─┘└── third ─────────┘
///           cursor, after two steps in a row              ▲ the front: what comes next is asked for from here
///
/// A window starts at four blocks and doubles up to what a batch holds; a seek or a change of direction starts
/// again. How many windows are under way follows from what the cursor meets: a block that has not come yet when
/// it is there asks for one more, a block that has come and gone means that the pool is too small for so many.
/// What is in the pool already costs a look-up in its table.
///
/// The front runs on into the next leaf of the same parent. That leaf is asked for with the last windows of the
/// one before; while it is not there the front waits.
///
/// Belongs to one cursor.
final class ReadAhead {
    private static final int STEPS_FIRST = 2;

    /// After so many in a row it is a scan, and its blocks are not expected again: they count as used once.
    private static final int STEPS_OF_A_SCAN = 16;

    private static final int WINDOW_FIRST = 4;
    private static final int WINDOWS_MAX = 8;

    private final BlockPointer child = new BlockPointer();
    private @Nullable BlockBatch own;
    private int direction;
    private int steps;
    private int window = WINDOW_FIRST;

    /// Windows that may be under way beyond the one the cursor is in.
    private int windowsMax = 1;

    // The windows that were asked for and that the cursor has not passed, oldest first: how many blocks of each are
    // left, and when it will have come.
    private final int[] left = new int[WINDOWS_MAX + 1];
    private final long[] tickets = new long[WINDOWS_MAX + 1];
    private int windows;

    // The front.
    private final HeldBlock leaf = new HeldBlock();
    private int leafIndex; // in its parent
    private int count;
    private int next; // the first child that was not asked for
    private boolean leafAsked; // the one after it

    /// The cursor was sent somewhere.
    void seeked(HeldBlock[] blocks) {
        blocks[0].ref.scans(false);
        steps = 0;
        window = WINDOW_FIRST;
        windows = 0;
    }

    /// The cursor has come to a child of a leaf, which is not located yet, one step on in `towards` (+1 or −1).
    ///
    /// @param blocks   the cursor's: 0 the child, 1 the leaf, 2 the leaf's parent if there is one
    /// @param at       on each level, which child it is under
    /// @param children on each level, how many there are
    void step(Run run, BlockLoader loader, HeldBlock[] blocks, int[] at, int[] children, int towards) {
        if (towards != direction) {
            seeked(blocks);
            direction = towards;
        }
        if (++steps < STEPS_FIRST) return;
        if (steps == STEPS_OF_A_SCAN) blocks[0].ref.scans(true);
        if (windows > 0 && isMissing(run, loader, blocks[0])) meetMissing(loader);
        if (windows == 0) {
            putFrontAt(blocks, at, children);
            askNow(run, loader);
        }
        while (windows <= windowsMax && moveFront(run, loader, blocks, children)) {
            if (!askInBackground(run, loader, blocks, children)) break;
        }
        if (windows > 0 && --left[0] <= 0) pass();
    }

    private boolean isMissing(Run run, BlockLoader loader, HeldBlock data) {
        return !loader.isPresent(run.file(), data.at.offset, data.at.rawBytes, data.at.crc);
    }

    /// A block that was asked for is not there: not yet, or not any more.
    private void meetMissing(BlockLoader loader) {
        if (!loader.isLoaded(tickets[0])) {
            windowsMax = Math.min(windowsMax + 1, WINDOWS_MAX);
            return;
        }
        windowsMax = Math.max(1, windowsMax / 2);
        window = Math.max(1, window / 4);
        windows = 0;
        loader.countLostAhead();
    }

    private void putFrontAt(HeldBlock[] blocks, int[] at, int[] children) {
        leaf.forget();
        leaf.at.set(blocks[1].at);
        leafIndex = at.length > 2 ? at[2] : 0;
        count = children[1];
        next = at[1];
        leafAsked = false;
    }

    /// `false` if there is nothing more to ask for, or it is not known yet.
    private boolean moveFront(Run run, BlockLoader loader, HeldBlock[] blocks, int[] children) {
        if (direction > 0 ? next < count : next >= 0) return true;
        if (!pointToNextLeaf(run, loader, blocks, children)) return false;
        leaf.forget();
        if (!loader.isPresent(run.file(), child.offset, child.rawBytes, child.crc)) return false;
        leaf.at.set(child);
        leafIndex += direction;
        for (int attempt = 0; ; attempt++) {
            leaf.locate(loader, run.file(), attempt);
            count = IndexBlock.count(leaf.ref.address(), leaf.ref.bytes());
            if (leaf.ref.valid()) break;
        }
        leaf.settle();
        next = direction > 0 ? 0 : count - 1;
        leafAsked = false;
        return count > 0;
    }

    /// Points `child` to the leaf after the front's, if it has the same parent.
    private boolean pointToNextLeaf(Run run, BlockLoader loader, HeldBlock[] blocks, int[] children) {
        if (blocks.length <= 2) return false;
        int index = leafIndex + direction;
        return index >= 0 && index < children[2] && pointTo(run, loader, blocks[2], index);
    }

    private void askNow(Run run, BlockLoader loader) {
        BlockBatch wanted = own;
        if (wanted == null) own = wanted = new BlockBatch();
        add(fill(wanted, run, loader), 0);
        loader.load(wanted, Lane.READ_AHEAD);
    }

    private boolean askInBackground(Run run, BlockLoader loader, HeldBlock[] blocks, int[] children) {
        BlockBatch wanted = loader.batchForBackground();
        if (wanted == null) return false;
        if (!leafAsked && pointToNextLeaf(run, loader, blocks, children)) leafAsked = addChild(wanted, run);
        int blocksAsked = fill(wanted, run, loader);
        add(blocksAsked, loader.loadInBackground(wanted));
        return blocksAsked > 0;
    }

    /// Asks for the next window, and moves the front behind it.
    private int fill(BlockBatch wanted, Run run, BlockLoader loader) {
        int asked = 0;
        for (; asked < window && (direction > 0 ? next < count : next >= 0); asked++, next += direction) {
            if (!pointTo(run, loader, leaf, next)) continue; // malformed: the cursor will say so
            if (!addChild(wanted, run)) break;
        }
        window = Math.min(2 * window, Math.min(BlockBatch.BLOCKS_MAX, loader.aheadWindow()));
        return asked;
    }

    private boolean addChild(BlockBatch wanted, Run run) {
        return wanted.add(run.file(), child.offset, child.storedBytes, child.rawBytes, child.codec, child.crc);
    }

    private void add(int blocks, long ticket) {
        left[windows] = blocks;
        tickets[windows++] = ticket;
    }

    private void pass() {
        windows--;
        System.arraycopy(left, 1, left, 0, windows);
        System.arraycopy(tickets, 1, tickets, 0, windows);
    }

    private boolean pointTo(Run run, BlockLoader loader, HeldBlock node, int index) {
        for (int attempt = 0; ; attempt++) {
            node.locate(loader, run.file(), attempt);
            boolean ok = IndexBlock.child(node.ref.address(), node.ref.bytes(), index, child);
            if (!node.ref.valid()) continue;
            node.settle();
            return ok;
        }
    }
}
