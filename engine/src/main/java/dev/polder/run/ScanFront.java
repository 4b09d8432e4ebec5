package dev.polder.run;

import dev.polder.disk.DiskFile;
import dev.polder.disk.StretchesAhead;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Goes ahead of a scanner through the data blocks of a run, and has them read in stretches of whole blocks, into its
/// memory, while the scanner's entries are merged.
///
///     leaf  │ 0 1 2 3 4 5 │ 6 7 8 9 … │        │ next leaf │ 0 1 2 …
///               ▲          └ under way ┘          ▲ read ahead too: what is asked for must be known
///            scanner                    ▲ front
///
/// The scanner begins at a leaf that it has read for itself, and takes further leaves from here. The front ends where
/// the leaves of one parent do, and the scanner begins anew. What is not found here, because it is too large for
/// a part of the memory, or is a piece of a large value, or could not be read, ends the front for the rest of the run:
/// the scanner then reads block by block as it goes.
final class ScanFront {
    /// Decodes a leaf that has come.
    @FunctionalInterface
    interface Leaves {
        BlockPointer[] children(BlockPointer leaf, long stored);
    }

    private final DiskFile file;
    private final StretchesAhead stretches;
    private final Leaves reader;

    private BlockPointer[] leaves = {}; // of one parent
    private int leaf; // the front's
    private BlockPointer[] children = {};
    private int next; // the child that was not asked for
    private long begin; // of its stretch
    private final ArrayDeque<BlockPointer[]> ahead = new ArrayDeque<>(); // of leaves between the scanner and the front
    private boolean active;
    private boolean over; // for this run

    ScanFront(DiskFile file, StretchesAhead stretches, Leaves reader) {
        this.file = file;
        this.stretches = stretches;
        this.reader = reader;
    }

    /// Whether it may begin.
    boolean isOver() {
        return over;
    }

    /// Whether the memory is the front's.
    boolean isActive() {
        return active;
    }

    /// The scanner is at the first child of a leaf.
    ///
    /// @param siblings all leaves of its parent; none if it has no parent
    /// @param from     where its first child's stretch begins
    void begin(BlockPointer @Nullable [] siblings, int at, BlockPointer[] ofLeaf, long from) {
        leaves = siblings == null ? new BlockPointer[0] : siblings;
        leaf = at;
        children = ofLeaf;
        next = 0;
        begin = from;
        active = true;
        askForLeaf();
    }

    /// The children of the leaf after the scanner's, or `null`: not known here.
    BlockPointer @Nullable [] takeLeaf() {
        if (active && ahead.isEmpty() && next == children.length) enterLeaf(true);
        return ahead.poll();
    }

    /// The scanner comes to a block of which everything from `from` on is still wanted.
    void moveTo(long from) {
        if (!active) return;
        stretches.poll();
        stretches.passed(file, from);
        while (next < children.length || enterLeaf(false)) {
            int last = next;
            while (last + 1 < children.length && stretches.fits(begin, children[last + 1].end())) last++;
            long end = children[last].end();
            if (!stretches.ask(file, begin, end)) return;
            begin = end;
            next = last + 1;
        }
    }

    /// Where a block is that was asked for, or 0.
    long addressOrZero(BlockPointer block) {
        return active ? stretches.addressOrZero(file, block.offset, block.offset + block.storedBytes) : 0;
    }

    private void askForLeaf() {
        if (leaf + 1 >= leaves.length) return;
        BlockPointer at = leaves[leaf + 1];
        boolean _ = stretches.ask(file, at.offset, at.offset + at.storedBytes);
    }

    /// `false` if the next leaf is not known, or not yet.
    private boolean enterLeaf(boolean wait) {
        if (leaf + 1 >= leaves.length) return false;
        BlockPointer at = leaves[leaf + 1];
        long end = at.offset + at.storedBytes;
        if (!wait && !stretches.has(file, at.offset, end)) return false;
        long stored = stretches.addressOrZero(file, at.offset, end);
        if (stored == 0) return false;
        begin = leaves[leaf].end();
        children = reader.children(at, stored);
        stretches.forget(file, at.offset, end);
        ahead.add(children);
        leaf++;
        next = 0;
        askForLeaf();
        return true;
    }

    /// The memory is the scanner's until it begins anew.
    void pause() {
        if (!active) return;
        active = false;
        ahead.clear();
        stretches.drop();
    }

    /// The same for the rest of the run.
    void end() {
        pause();
        over = true;
    }
}
