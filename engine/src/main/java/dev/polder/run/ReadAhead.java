package dev.polder.run;

import dev.polder.block.BlockBatch;
import dev.polder.block.BlockLoader;
import dev.polder.disk.Lane;
import java.util.Arrays;
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
/// The front runs on into the next leaf, and into the next run of the level ([LeafPath]). Leaves are asked for ahead of
/// it ([LeafScout]); while the next one is not known the front waits.
///
/// Seeks that leap on by the same distance again and again are [Strides]'.
///
/// Belongs to one source of one cursor, and to one run's cursor at a time.
public final class ReadAhead {
    private static final int STEPS_FIRST = 2;

    /// After so many in a row it is a scan, and its blocks are not expected again: they count as used once.
    private static final int STEPS_OF_A_SCAN = 16;

    private static final int WINDOW_FIRST = 4;

    /// In any pool; they are smaller, then.
    private static final int WINDOWS_ANYWAY = 8;

    /// Leaves of long keys have few children.
    private static final int LEAVES_AHEAD_MAX = 16;

    private final Run[] runs;
    private final Strides strides = new Strides();
    private final BlockPointer child = new BlockPointer();
    private @Nullable BlockBatch own;
    private int direction;
    private int steps;
    private int window = WINDOW_FIRST;

    /// Windows that may be under way beyond the one the cursor is in.
    private int windowsMax = 1;

    // The windows that were asked for and that the cursor has not passed, oldest first: how many blocks of each are
    // left, and when it will have come.
    private int[] left = {};
    private long[] tickets = {};
    private int windows;

    /// Where the first block is that was not asked for, and the leaf after that one.
    private LeafPath front;

    private LeafPath after;
    private boolean afterSet; // it begins where the front is
    private boolean afterEnds; // there is none
    private final LeafScout scout;

    /// @param runs of one level, sorted and disjoint
    public ReadAhead(Run... runs) {
        this.runs = runs;
        front = new LeafPath(runs);
        after = new LeafPath(runs);
        scout = new LeafScout(runs);
    }

    /// The cursor is sent somewhere.
    void restart() {
        steps = 0;
        window = WINDOW_FIRST;
        windows = 0;
    }

    /// The cursor was sent to a key, and has come to a child of a leaf, which is not located yet; see [#step].
    void sought(int run, BlockLoader loader, HeldBlock[] blocks, int[] at, int[] children) {
        strides.sought(runs[run], loader, blocks, at, children);
    }

    /// The cursor has come to a child of a leaf, which is not located yet, one step on in `towards` (+1 or −1).
    ///
    /// @param run      which of the level's the cursor is in
    /// @param blocks   the cursor's: 0 the child, 1 the leaf, the last one the root
    /// @param at       on each level, which child it is under
    /// @param children on each level, how many there are
    void step(int run, BlockLoader loader, HeldBlock[] blocks, int[] at, int[] children, int towards) {
        if (towards != direction) {
            restart();
            direction = towards;
        }
        blocks[0].ref.scans(++steps >= STEPS_OF_A_SCAN);
        if (steps < STEPS_FIRST) return;
        if (windows > 0 && isMissing(runs[run], loader, blocks[0])) meetMissing(loader);
        if (windows == 0) {
            front.set(run, blocks, at, children);
            afterSet = false;
            scout.restart();
            askNow(loader);
        }
        while (windows <= windowsMax && moveFront(loader)) {
            if (!askInBackground(loader)) break;
        }
        if (windows > 0 && --left[0] <= 0) pass();
    }

    /// In a small pool fewer windows than the limit, so that they are whole ones.
    private static int windowsMax(BlockLoader loader) {
        int limit = loader.aheadLimits().windowsMax();
        int whole = loader.aheadBlocksMax() * 3 / 4 / BlockBatch.BLOCKS_MAX;
        return Math.min(limit, Math.max(WINDOWS_ANYWAY, whole));
    }

    /// For tests: those that were asked for and that the cursor has not passed, the one it is in included.
    int windows() {
        return windows;
    }

    private static boolean isMissing(Run run, BlockLoader loader, HeldBlock data) {
        return !loader.isPresent(run.file(), data.at.offset, data.at.rawBytes, data.at.crc);
    }

    /// A block that was asked for is not there: not yet, or not any more.
    private void meetMissing(BlockLoader loader) {
        if (!loader.isLoaded(tickets[0])) {
            loader.hurry(tickets[0]);
            windowsMax = Math.min(windowsMax + 1, windowsMax(loader));
            return;
        }
        windowsMax = Math.max(1, windowsMax / 2);
        window = Math.max(1, window / 4);
        windows = 0;
        loader.countLostAhead();
    }

    /// `false` if there is nothing more to ask for, or it is not known yet.
    private boolean moveFront(BlockLoader loader) {
        if (front.hasChild()) return true;
        if (!lookAfter(loader)) {
            if (!afterEnds && scout.wants(front, loader, direction, leavesAhead())) {
                BlockBatch wanted = loader.batchForBackground();
                if (wanted == null) return false;
                askForLeaves(wanted, loader);
                loader.loadInBackground(wanted);
            }
            return false;
        }
        LeafPath passed = front;
        front = after;
        after = passed;
        afterSet = false;
        scout.frontMoved();
        return front.hasChild();
    }

    /// Whether the leaf after the front's is known.
    private boolean lookAfter(BlockLoader loader) {
        if (!afterSet) {
            after.set(front);
            afterEnds = !after.next(loader, direction);
            afterSet = true;
        }
        return !afterEnds && after.known(loader, direction);
    }

    private void askForLeaves(BlockBatch wanted, BlockLoader loader) {
        while (scout.wants(front, loader, direction, leavesAhead()) && scout.ask(wanted)) {}
    }

    /// So many leaves hold what may be under way, and one is on its way meanwhile.
    private int leavesAhead() {
        return Math.min(windowsMax * window / Math.max(1, front.children()) + 2, LEAVES_AHEAD_MAX);
    }

    private void askNow(BlockLoader loader) {
        BlockBatch wanted = own;
        if (wanted == null) own = wanted = new BlockBatch();
        add(fill(wanted, loader), 0);
        loader.load(wanted, Lane.READ_AHEAD);
    }

    private boolean askInBackground(BlockLoader loader) {
        BlockBatch wanted = loader.batchForBackground();
        if (wanted == null) return false;
        askForLeaves(wanted, loader);
        int blocksAsked = fill(wanted, loader);
        add(blocksAsked, loader.loadInBackground(wanted));
        return blocksAsked > 0;
    }

    /// Asks for the next window, and moves the front behind it.
    private int fill(BlockBatch wanted, BlockLoader loader) {
        int asked = 0;
        for (; asked < window && front.hasChild(); asked++, front.pass(direction)) {
            if (!front.pointToChild(loader, child) || !add(wanted, front.run(), child)) break;
        }
        window = Math.min(2 * window, Math.min(BlockBatch.BLOCKS_MAX, loader.aheadWindow()));
        return asked;
    }

    private static boolean add(BlockBatch wanted, Run run, BlockPointer at) {
        return wanted.add(run.file(), at.offset, at.storedBytes, at.rawBytes, at.codec, at.crc);
    }

    private void add(int blocks, long ticket) {
        if (blocks == 0) return;
        if (windows == left.length) { // at most once for each window that there may be
            left = Arrays.copyOf(left, windows + 2);
            tickets = Arrays.copyOf(tickets, windows + 2);
        }
        left[windows] = blocks;
        tickets[windows++] = ticket;
    }

    private void pass() {
        windows--;
        System.arraycopy(left, 1, left, 0, windows);
        System.arraycopy(tickets, 1, tickets, 0, windows);
    }
}
