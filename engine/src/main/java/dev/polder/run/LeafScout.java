package dev.polder.run;

import dev.polder.block.BlockBatch;
import dev.polder.block.BlockLoader;

/// Goes ahead of a scan's front from leaf to leaf, and has the leaves brought in before the front comes to them.
///
///     front                  scout
///     │ leaf, being read │ leaf, asked for │ leaf, asked for │ next run: root, asked for │ …
///
/// What a scan may have under way is in leaves that are known. A leaf names some 500 KiB of blocks, hardly what a
/// device moves while one read takes its time, so one leaf ahead would be too few: the front would wait for a read
/// in each. Where a leaf is, its parent tells, so the scout needs no leaf to go on to the next.
final class LeafScout {
    private final LeafPath path;
    private boolean started;
    private boolean ended; // there is nothing beyond
    private boolean asked; // for the block that the path lacks
    private int leaves; // ahead of the front

    LeafScout(Run[] runs) {
        path = new LeafPath(runs);
    }

    /// The front was sent elsewhere.
    void restart() {
        started = false;
    }

    /// The front has come to the next leaf.
    void frontMoved() {
        if (--leaves < 0) started = false;
    }

    /// Whether there is a block to [#ask] for, within so many leaves from the front.
    boolean wants(LeafPath front, BlockLoader loader, int direction, int leavesMax) {
        if (!started) {
            path.set(front);
            started = true;
            ended = false;
            leaves = 0;
        }
        while (!ended) {
            int level = path.unknown();
            if (level == 0 || (level == 1 && asked)) {
                if (leaves >= leavesMax) return false;
                ended = !path.next(loader, direction);
                asked = false;
                leaves++;
            } else if (asked) {
                path.findLeaf(loader, direction);
                if (path.unknown() == level) return false;
                asked = false;
            } else {
                BlockPointer at = path.lacking();
                asked = loader.isPresent(path.run().file(), at.offset, at.rawBytes, at.crc);
                if (!asked) return true;
            }
        }
        return false;
    }

    /// `false` if the batch is full.
    boolean ask(BlockBatch wanted) {
        BlockPointer at = path.lacking();
        asked = wanted.add(path.run().file(), at.offset, at.storedBytes, at.rawBytes, at.codec, at.crc);
        return asked;
    }
}
