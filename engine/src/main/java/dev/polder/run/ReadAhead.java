package dev.polder.run;

import dev.polder.block.BlockBatch;
import dev.polder.block.BlockLoader;
import dev.polder.disk.Lane;
import org.jspecify.annotations.Nullable;

/// Brings in the blocks that a cursor is about to walk over, several in one read.
///
///     leaf  │ 0 │ 1 │ 2 │ 3 │ 4 │ 5 │ 6 │ 7 │ …        children are neighbours in the file, too
///             ▲       └───────────┘
///           cursor     asked for together, once the cursor has taken two steps in a row
///
/// The window starts at four blocks and doubles with each batch up to what a batch holds; a seek or a change of
/// direction starts again, and a block that has left the pool before the cursor came to it makes the window smaller.
/// What is in the pool already costs a look-up in its table. Works within one leaf: its
/// neighbour is not known before the cursor is there.
///
/// Belongs to one cursor.
final class ReadAhead {
    private static final int STEPS_FIRST = 2;
    private static final int WINDOW_FIRST = 4;

    private final BlockPointer child = new BlockPointer();
    private @Nullable BlockBatch batch;
    private int direction;
    private int steps;
    private int window = WINDOW_FIRST;
    private long leaf = -1;

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
        if ((next - index) * towards > 0) { // asked for already
            if (!loader.isPresent(data.ref, run.file(), data.at.offset, data.at.rawBytes, data.at.crc)) lost(loader);
            return;
        }
        next = ask(run, loader, node, index, count);
        window = Math.min(2 * window, BlockBatch.BLOCKS_MAX);
    }

    /// A block that was brought in has left the pool before the cursor came to it: the pool is too small for so much.
    private void lost(BlockLoader loader) {
        window = Math.max(1, window / 4);
        loader.countLostAhead();
    }

    private int ask(Run run, BlockLoader loader, HeldBlock node, int index, int count) {
        BlockBatch wanted = batch;
        if (wanted == null) batch = wanted = new BlockBatch();
        int end = direction > 0 ? Math.min(count, index + window) : Math.max(-1, index - window);
        for (int i = index; i != end; i += direction) {
            if (!pointTo(run, loader, node, i)) break; // malformed: the cursor will say so
            wanted.add(run.file(), child.offset, child.storedBytes, child.rawBytes, child.codec, child.crc);
        }
        loader.load(wanted, Lane.READ_AHEAD);
        return end;
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
