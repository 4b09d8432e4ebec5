package dev.polder.run;

import dev.polder.block.BlockBatch;
import dev.polder.block.BlockLoader;
import dev.polder.disk.Lane;
import org.jspecify.annotations.Nullable;

/// Brings in the blocks that a cursor is about to walk over, several in one read, and the next window while the cursor
/// walks over this one.
///
///     leaf  │ 0 │ 1 │ 2 │ 3 │ 4 │ 5 │ 6 │ 7 │ 8 │ …      children are neighbours in the file, too
///             ▲   └ first window ┘└── asked for in the background as soon as the cursor is in the first ──┘
///           cursor, after two steps in a row
///
/// The window starts at four blocks and doubles up to what a batch holds; a seek or a change of direction starts
/// again, and a block that has left the pool before the cursor came to it makes the window smaller. What is in the
/// pool already costs a look-up in its table. Works within one leaf: its neighbour is not known before the cursor is
/// there.
///
/// Belongs to one cursor.
final class ReadAhead {
    private static final int STEPS_FIRST = 2;
    private static final int WINDOW_FIRST = 4;

    private final BlockPointer child = new BlockPointer();
    private @Nullable BlockBatch own;
    private int direction;
    private int steps;
    private int window = WINDOW_FIRST;
    private long leaf = -1;
    private long ticket; // of the last window asked for in the background

    /// The first child in the cursor's direction that was not asked for.
    private int next;

    /// The cursor was sent somewhere.
    void seeked() {
        steps = 0;
        window = WINDOW_FIRST;
        leaf = -1;
    }

    /// The cursor is about to look at child `index` of a leaf, one step on in `towards` (+1 or −1).
    ///
    /// @param node the leaf, located and settled
    /// @param data the child, not located yet
    void step(Run run, BlockLoader loader, HeldBlock node, HeldBlock data, int index, int count, int towards) {
        if (towards != direction) {
            seeked();
            direction = towards;
        }
        if (++steps < STEPS_FIRST) return;
        if (node.at.offset != leaf) {
            leaf = node.at.offset;
            next = index;
        }
        int ahead = (next - index) * towards;
        if (ahead <= 0) askNow(run, loader, node, index, count);
        else if (isLost(run, loader, data)) lost(loader);
        if (ahead <= window && hasNext(count)) askInBackground(run, loader, node, count);
    }

    private boolean hasNext(int count) {
        return direction > 0 ? next < count : next >= 0;
    }

    /// Whether the block was brought in and has left the pool again.
    private boolean isLost(Run run, BlockLoader loader, HeldBlock data) {
        return !loader.isPresent(data.ref, run.file(), data.at.offset, data.at.rawBytes, data.at.crc)
                && loader.isLoaded(ticket);
    }

    /// The pool is too small for so much.
    private void lost(BlockLoader loader) {
        window = Math.max(1, window / 4);
        loader.countLostAhead();
    }

    private void askNow(Run run, BlockLoader loader, HeldBlock node, int index, int count) {
        BlockBatch wanted = own;
        if (wanted == null) own = wanted = new BlockBatch();
        next = index;
        fill(wanted, run, loader, node, count);
        loader.load(wanted, Lane.READ_AHEAD);
    }

    private void askInBackground(Run run, BlockLoader loader, HeldBlock node, int count) {
        BlockBatch wanted = loader.batchForBackground();
        if (wanted == null) return;
        fill(wanted, run, loader, node, count);
        ticket = loader.loadInBackground(wanted);
    }

    /// Asks for the next window, and moves on behind it.
    private void fill(BlockBatch wanted, Run run, BlockLoader loader, HeldBlock node, int count) {
        for (int i = 0; i < window && hasNext(count); i++, next += direction) {
            if (!pointTo(run, loader, node, next)) continue; // malformed: the cursor will say so
            wanted.add(run.file(), child.offset, child.storedBytes, child.rawBytes, child.codec, child.crc);
        }
        window = Math.min(2 * window, BlockBatch.BLOCKS_MAX);
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
