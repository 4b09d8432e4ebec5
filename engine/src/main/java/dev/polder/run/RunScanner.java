package dev.polder.run;

import dev.polder.block.BlockKeeper;
import dev.polder.block.Codecs;
import dev.polder.disk.Lane;
import dev.polder.disk.StretchesAhead;
import dev.polder.memory.Memory;
import org.jspecify.annotations.Nullable;

/// Reads a whole run in order for a merge: sequentially, in large reads, past the buffer pool, every checksum
/// verified.
///
/// The tree is walked as it lies in the file. A leaf comes after its data blocks, so the stretch from the end of
/// the last leaf to the end of this one is fetched in one read where it fits the window; where not, the leaf
/// first and then its data. For who has memory for several stretches, what comes next is read ahead ([ScanFront]).
public final class RunScanner implements EntrySource {
    private static final int AREA = RunConfig.BLOCK_BYTES_MAX;

    private final Run run;
    private final BlockWindow window;
    private final long dataArea; // the current data block, decoded
    private final long sideArea; // an index block or a piece, for a moment
    private final long keyArea;

    private final BlockPointer[][] path; // per level, the children of the block we are in
    private final int[] child;
    private long leafEnd; // end of the last leaf read: where the next stretch begins
    private long spanBegin; // end of the data block or leaf before the current data block
    private final BlockPointer only = new BlockPointer();

    private int entry = -1;
    private int entries;
    private boolean prefixCopied;
    private boolean started;
    private boolean ended;
    private final DataEntry fields = new DataEntry();
    private final BlockPointer piece = new BlockPointer();
    private int pieceInSide = -1;
    private BlockPointer data = only;
    private long blocks;
    private @Nullable BlockKeeper keeper;
    private long former;
    private @Nullable ScanFront front;

    /// The memory a scanner needs, with a window of so many bytes.
    public static int memoryBytes(int windowBytes) {
        return Math.max(windowBytes, BlockWindow.BYTES_MIN) + 2 * AREA + RunCursor.SCRATCH_BYTES;
    }

    /// @param memory      address of [#memoryBytes] bytes, aligned to 4 KiB, borrowed while the scanner is used
    /// @param memoryBytes what is there; all that is not needed elsewhere is window
    public RunScanner(Run run, long memory, int memoryBytes, Codecs codecs, Lane lane) {
        this.run = run;
        int windowBytes = windowBytes(memoryBytes);
        window = new BlockWindow(run.file(), codecs, lane, memory, windowBytes);
        dataArea = memory + windowBytes;
        sideArea = dataArea + AREA;
        keyArea = sideArea + AREA;
        int height = run.section().height();
        path = new BlockPointer[height + 1][];
        child = new int[height + 1];
        leafEnd = run.root().end() - run.section().bytes(); // where the section begins
    }

    /// From now on [#former] is known.
    void keeping(@Nullable BlockKeeper inPool) {
        keeper = inPool;
    }

    /// From now on what comes next is read ahead.
    ///
    /// @param into the memory of this scanner's window
    void readAhead(StretchesAhead into) {
        into.drop();
        front = new ScanFront(run.file(), into, this::children);
    }

    /// Where that memory is, and how large it is.
    static @Nullable StretchesAhead ahead(long memory, int memoryBytes, Lane lane) {
        return StretchesAhead.over(memory, windowBytes(memoryBytes), lane);
    }

    private static int windowBytes(int memoryBytes) {
        return (memoryBytes - 2 * AREA - RunCursor.SCRATCH_BYTES) & -4096;
    }

    @Override
    public boolean next() {
        if (ended) return false;
        if (!started) {
            started = true;
            descend(run.section().height(), run.root());
        } else if (entry + 1 >= entries && !nextBlock()) {
            ended = true;
            return false;
        }
        decode(entry + 1);
        return true;
    }

    private boolean nextBlock() {
        int level = 1;
        while (level < path.length && child[level] + 1 == path[level].length) level++;
        if (level >= path.length) return false;
        child[level]++;
        descend(level - 1, path[level][child[level]]);
        return true;
    }

    /// Reads the block at `at`, which is on `level`, and the first of everything below it.
    private void descend(int level, BlockPointer at) {
        ScanFront ahead = front;
        BlockPointer block = at;
        for (int l = level; l > 0; l--) {
            BlockPointer[] below = l == 1 && level == 1 && ahead != null ? ahead.takeLeaf() : null;
            boolean taken = below != null;
            if (below == null) below = readIndex(l, block);
            blocks++;
            path[l] = below;
            child[l] = 0;
            long begin = leafEnd;
            if (l == 1) leafEnd = block.end();
            if (l == 1 && !taken) readAheadFrom(begin);
            if (l == 1) spanBegin = begin;
            block = below[0];
        }
        if (level == 0 && child.length > 1 && child[1] > 0) spanBegin = path[1][child[1] - 1].end();
        if (ahead != null) ahead.moveTo(spanBegin);
        read(block, dataArea, Math.max(leafEnd, block.end()));
        blocks++;
        data = block;
        former = keeper == null ? 0 : keeper.former(run.file(), block.offset, block.rawBytes, block.crc);
        entry = -1;
        entries = DataBlock.count(dataArea, block.rawBytes);
        prefixCopied = false;
        if (entries <= 0) throw run.malformed(block.offset);
    }

    private BlockPointer[] readIndex(int level, BlockPointer block) {
        ScanFront ahead = front;
        if (ahead != null) ahead.pause();
        if (level == 1 && (ahead == null || ahead.isOver())) window.tryCover(leafEnd, block.end());
        window.read(block, sideArea, block.end());
        pieceInSide = -1;
        return children(block);
    }

    /// @param begin where the stretch of the leaf's first child begins
    private void readAheadFrom(long begin) {
        ScanFront ahead = front;
        if (ahead == null || ahead.isOver()) return;
        window.forget();
        boolean alone = path.length == 2;
        ahead.begin(alone ? null : path[2], alone ? 0 : child[2], path[1], begin);
    }

    /// From what was read ahead, if it is there.
    private void read(BlockPointer block, long to, long usefulEnd) {
        ScanFront ahead = front;
        long at = ahead == null ? 0 : ahead.addressOrZero(block);
        if (at != 0) {
            window.decode(block, at, to);
            return;
        }
        if (ahead != null && ahead.isActive()) ahead.end();
        window.read(block, to, usefulEnd);
    }

    private BlockPointer[] children(BlockPointer leaf, long stored) {
        window.decode(leaf, stored, sideArea);
        pieceInSide = -1;
        return children(leaf);
    }

    private BlockPointer[] children(BlockPointer block) {
        int count = IndexBlock.count(sideArea, block.rawBytes);
        if (count <= 0) throw run.malformed(block.offset);
        BlockPointer[] children = new BlockPointer[count];
        for (int i = 0; i < count; i++) {
            children[i] = new BlockPointer();
            if (!IndexBlock.child(sideArea, block.rawBytes, i, children[i])) throw run.malformed(block.offset);
        }
        return children;
    }

    private void decode(int index) {
        if (!DataBlock.decode(dataArea, data.rawBytes, index, fields)) throw run.malformed(data.offset);
        entry = index;
        pieceInSide = -1;
        DataBlock.copyKey(dataArea, fields, keyArea, !prefixCopied);
        prefixCopied = true;
    }

    @Override
    public long key() {
        return keyArea;
    }

    @Override
    public int keyBytes() {
        return fields.keyBytes();
    }

    @Override
    public long sequence() {
        return run.section().baseSequence() + fields.sequence;
    }

    @Override
    public boolean isDelete() {
        return fields.kind == DataBlock.DELETE;
    }

    @Override
    public int valueBytes() {
        return fields.userValueBytes();
    }

    @Override
    public long former() {
        return former;
    }

    @Override
    public long value() {
        return fields.kind == DataBlock.LARGE ? 0 : fields.value;
    }

    @Override
    public void copyValue(int from, long to, int bytes) {
        if (fields.kind != DataBlock.LARGE) {
            Memory.copy(fields.value + from, to, bytes);
            return;
        }
        for (int done = 0; done < bytes; ) {
            readPiece((from + done) / RunConfig.PIECE_BYTES);
            int skip = (from + done) % RunConfig.PIECE_BYTES;
            int part = Math.min(piece.rawBytes - skip, bytes - done);
            Memory.copy(sideArea + skip, to + done, part);
            done += part;
        }
    }

    private void readPiece(int number) {
        if (!fields.piece(number, piece)) throw run.malformed(data.offset);
        if (pieceInSide == number) return;
        read(piece, sideArea, data.offset);
        pieceInSide = number;
    }

    /// Blocks read so far, pieces apart.
    public long blocksRead() {
        return blocks;
    }
}
