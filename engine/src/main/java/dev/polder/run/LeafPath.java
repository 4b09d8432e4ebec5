package dev.polder.run;

import dev.polder.block.BlockLoader;
import java.util.Arrays;

/// A leaf of one of a level's runs and the way down to it, found ahead of the cursor: it goes on from leaf to leaf
/// and from run to run, by blocks that are in the pool only.
///
///     runs   … │ root            │ root        …            nodes[height] the root, nodes[1] the leaf
///              │  ├ leaf  leaf ● │  ├ leaf                  ● ──next()──▶ up to where there is a sibling, or to the
///              │  └ …            │  └ …                       next run, and down again as blocks come: known()
///
/// While `unknown` is positive the block of that level, [#lacking], has not come yet. Nothing here reads: a block
/// that has left the pool, or is malformed, ends the way, and the cursor meets it itself.
final class LeafPath {
    private final Run[] runs;
    private int run;
    private int height;
    private int unknown;
    private HeldBlock[] nodes = {};
    private int[] at = {}; // on each level, which child we are under; on 1 the next one to be asked for
    private int[] counts = {};

    LeafPath(Run[] runs) {
        this.runs = runs;
    }

    Run run() {
        return runs[run];
    }

    /// Where a cursor is.
    void set(int ofRun, HeldBlock[] blocks, int[] children, int[] childCounts) {
        open(ofRun);
        for (int level = 1; level <= height; level++) {
            nodes[level].at.set(blocks[level].at);
            at[level] = children[level];
            counts[level] = childCounts[level];
        }
        unknown = 0;
    }

    /// Where another path is.
    void set(LeafPath other) {
        open(other.run);
        for (int level = 1; level <= height; level++) {
            nodes[level].at.set(other.nodes[level].at);
            at[level] = other.at[level];
            counts[level] = other.counts[level];
        }
        unknown = other.unknown;
    }

    private void open(int ofRun) {
        run = ofRun;
        height = runs[ofRun].section().height();
        int had = nodes.length;
        if (had <= height) {
            nodes = Arrays.copyOf(nodes, height + 1);
            at = Arrays.copyOf(at, height + 1);
            counts = Arrays.copyOf(counts, height + 1);
            for (int level = had; level <= height; level++) nodes[level] = new HeldBlock();
        }
        for (int level = 1; level <= height; level++) nodes[level].forget();
    }

    /// Whether the leaf has a child that was not taken yet.
    boolean hasChild() {
        return unknown == 0 && at[1] >= 0 && at[1] < counts[1];
    }

    /// Takes the leaf's next child.
    void pass(int direction) {
        at[1] += direction;
    }

    /// Goes on to the next leaf, of this run or of its neighbour; `false` if there is none. A run without an index is
    /// read by whoever comes to it, and the way ends there.
    boolean next(BlockLoader loader, int direction) {
        for (int level = 2; level <= height; level++) {
            int sibling = at[level] + direction;
            if (sibling < 0 || sibling >= counts[level]) continue;
            at[level] = sibling;
            unknown = level - 1;
            nodes[unknown].forget();
            return nodes[level].child(loader, run().file(), sibling, nodes[unknown].at);
        }
        int neighbour = run + direction;
        if (neighbour < 0 || neighbour >= runs.length) return false;
        if (runs[neighbour].section().height() == 0) return false;
        setRoot(neighbour);
        return true;
    }

    /// On the way to the first leaf of a run, or to the last.
    void setRoot(int ofRun) {
        open(ofRun);
        unknown = height;
        nodes[height].at.set(run().root());
    }

    /// Goes down as far as blocks have come; whether to the leaf. Otherwise [#lacking] is what it waits for.
    boolean known(BlockLoader loader, int direction) {
        return goDown(loader, direction, 0);
    }

    /// The same as far as to where the leaf is, which need not have come: [#lacking] is the leaf then.
    boolean findLeaf(BlockLoader loader, int direction) {
        return goDown(loader, direction, 1);
    }

    private boolean goDown(BlockLoader loader, int direction, int to) {
        while (unknown > to) {
            HeldBlock node = nodes[unknown];
            if (!loader.isPresent(run().file(), node.at.offset, node.at.rawBytes, node.at.crc)) return false;
            int count = node.count(loader, run().file());
            if (count <= 0) return false;
            counts[unknown] = count;
            at[unknown] = direction > 0 ? 0 : count - 1;
            if (unknown == 1) {
                unknown = 0;
                return true;
            }
            nodes[unknown - 1].forget();
            if (!node.child(loader, run().file(), at[unknown], nodes[unknown - 1].at)) return false;
            unknown--;
        }
        return true;
    }

    /// The level of the block that [#known] waits for; 0: the leaf is known.
    int unknown() {
        return unknown;
    }

    /// How many children the leaf has, if it is known.
    int children() {
        return counts[1];
    }

    /// The block that [#known] waits for.
    BlockPointer lacking() {
        return nodes[unknown].at;
    }

    /// Points `into` to the next child to be taken; `false` if that cannot be told now.
    boolean pointToChild(BlockLoader loader, BlockPointer into) {
        return nodes[1].child(loader, run().file(), at[1], into);
    }
}
