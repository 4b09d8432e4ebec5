package dev.polder.run;

import dev.polder.block.BlockLoader;
import dev.polder.memory.Memory;

/// Walks the entries of a run, all versions, in both directions: key ascending, and of one key the newest first.
///
///     root ▸ child   …   leaf ▸ child   data ▸ entry      a position: one index per level
///
/// Blocks never change, so a position is good for ever; the cursor pins nothing between calls and finds its
/// blocks again. The key of the current entry is copied to memory the cursor was given and stays there until the
/// next move; the value is copied when asked for.
///
/// Used by one thread at a time. After an exception the cursor is not [#valid] and may be positioned anew.
public final class RunCursor {
    /// The memory a cursor keeps its key in.
    public static final int SCRATCH_BYTES = RunConfig.KEY_BYTES_MAX + 64;

    private static final int LAST = -1;

    private final Run run;
    private final BlockLoader loader;
    private final long keyAddress;
    private final int height;

    private final HeldBlock[] blocks; // 0 is the data block, 1 the leaf, height the root
    private final int[] child; // per index level, the child we are under
    private final int[] children;
    private final HeldBlock piece = new HeldBlock();
    private final ReadAhead ahead;
    private final int place; // of the run, in its level

    private boolean valid;
    private int entry;
    private int entries; // of the data block
    private boolean prefixCopied; // of this data block, to the key's memory
    private final DataEntry fields = new DataEntry();

    private int keyBytes;
    private long sequence;
    private int kind;
    private int valueBytes;
    private int valueOffset; // in the data block

    RunCursor(Run run, BlockLoader loader, long scratch, ReadAhead ahead, int place) {
        this.run = run;
        this.ahead = ahead;
        this.place = place;
        this.loader = loader;
        keyAddress = scratch;
        height = run.section().height();
        blocks = new HeldBlock[height + 1];
        for (int level = 0; level <= height; level++) blocks[level] = new HeldBlock();
        blocks[height].at.set(run.root());
        child = new int[height + 1];
        children = new int[height + 1];
    }

    public boolean valid() {
        return valid;
    }

    /// Where the current key is, until the next move.
    public long keyAddress() {
        return keyAddress;
    }

    public int keyBytes() {
        return keyBytes;
    }

    public long sequence() {
        return sequence;
    }

    public boolean isDelete() {
        return kind == DataBlock.DELETE;
    }

    public int valueBytes() {
        return valueBytes;
    }

    /// Moves to the first entry at or after (key, sequence); returns [#valid].
    public boolean seek(long key, int bytes, long atSequence) {
        restart();
        long inBlocks = atSequence - run.section().baseSequence();
        for (int level = height; level > 0; level--) search(level, key, bytes, inBlocks);
        if (height > 0) ahead.sought(place, loader, blocks, child, children);
        int found = searchData(key, bytes, inBlocks);
        return found < entries ? load(found) : toNeighbour(1);
    }

    /// Moves to the last entry whose key is less than `key`; returns [#valid].
    public boolean seekBefore(long key, int bytes) {
        return seek(key, bytes, Long.MAX_VALUE) ? previous() : last();
    }

    public boolean first() {
        restart();
        return goOnToFirst();
    }

    public boolean last() {
        restart();
        return goOnToLast();
    }

    /// As [#first], coming from the run before: what was read ahead goes on.
    public boolean goOnToFirst() {
        valid = false;
        return enter(height, 0, 0, 1);
    }

    /// As [#last], coming from the run after.
    public boolean goOnToLast() {
        valid = false;
        return enter(height, LAST, LAST, -1);
    }

    private void restart() {
        valid = false;
        blocks[0].ref.scans(false);
        ahead.restart();
    }

    public boolean next() {
        if (!valid) throw new IllegalStateException("next() without a position");
        return entry + 1 < entries ? load(entry + 1) : toNeighbour(1);
    }

    public boolean previous() {
        if (!valid) throw new IllegalStateException("previous() without a position");
        return entry > 0 ? load(entry - 1) : toNeighbour(-1);
    }

    /// The memory for the key was used for something else; nothing of it may be relied on by the next move.
    public void keyOverwritten() {
        prefixCopied = false;
    }

    /// Reads the current key from its block again, to the memory for the key.
    public void restoreKey() {
        if (!valid) throw new IllegalStateException("a key without a position");
        prefixCopied = false;
        load(entry);
    }

    /// Copies `bytes` bytes of the current value from position `from` of it.
    public void copyValue(int from, long to, int bytes) {
        checkRange(from, bytes);
        if (kind == DataBlock.LARGE) {
            copyLarge(from, to, bytes);
            return;
        }
        HeldBlock data = blocks[0];
        for (int attempt = 0; ; attempt++) {
            data.locate(loader, run.file(), attempt);
            Memory.copy(data.ref.address() + valueOffset + from, to, bytes);
            if (data.ref.valid()) break;
        }
        data.settle();
    }

    /// Copies as much of the current value as fits; returns how many bytes.
    public int copyValue(byte[] to) {
        int bytes = Math.min(to.length, valueBytes);
        checkRange(0, bytes);
        if (kind == DataBlock.LARGE) {
            copyLarge(to, bytes);
            return bytes;
        }
        HeldBlock data = blocks[0];
        for (int attempt = 0; ; attempt++) {
            data.locate(loader, run.file(), attempt);
            Memory.copyOut(data.ref.address() + valueOffset, to, 0, bytes);
            if (data.ref.valid()) break;
        }
        data.settle();
        return bytes;
    }

    private void checkRange(int from, int bytes) {
        if (!valid) throw new IllegalStateException("a value without a position");
        if (from < 0 || bytes < 0 || from > valueBytes - bytes) {
            throw new IllegalArgumentException("from=" + from + " bytes=" + bytes + " of " + valueBytes);
        }
    }

    private void copyLarge(int from, long to, int bytes) {
        for (int done = 0; done < bytes; ) {
            int number = (from + done) / RunConfig.PIECE_BYTES;
            int skip = (from + done) % RunConfig.PIECE_BYTES;
            locatePiece(number);
            int part = Math.min(piece.at.rawBytes - skip, bytes - done);
            for (int attempt = 0; ; attempt++) {
                piece.locate(loader, run.file(), attempt);
                Memory.copy(piece.ref.address() + skip, to + done, part);
                if (piece.ref.valid()) break;
            }
            piece.forget();
            done += part;
        }
    }

    private void copyLarge(byte[] to, int bytes) {
        for (int done = 0, number = 0; done < bytes; number++) {
            locatePiece(number);
            int part = Math.min(piece.at.rawBytes, bytes - done);
            for (int attempt = 0; ; attempt++) {
                piece.locate(loader, run.file(), attempt);
                Memory.copyOut(piece.ref.address(), to, done, part);
                if (piece.ref.valid()) break;
            }
            piece.forget();
            done += part;
        }
    }

    private void locatePiece(int number) {
        HeldBlock data = blocks[0];
        for (int attempt = 0; ; attempt++) {
            data.locate(loader, run.file(), attempt);
            boolean ok = DataBlock.decode(data.ref.address(), data.ref.bytes(), entry, fields)
                    && fields.piece(number, piece.at);
            if (!data.ref.valid()) continue;
            data.settle();
            if (!ok) throw run.malformed(data.at.offset);
            return;
        }
    }

    // ---------------------------------------------------------------------------------------------- moving between
    // blocks

    /// From the end of a data block to the nearest entry of the next (+1) or the previous one (-1): up to the
    /// first index block that has one more child there, one step along it, and down again. Mostly the leaf has.
    private boolean toNeighbour(int direction) {
        valid = false;
        int level = 1;
        while (level <= height && !hasChild(level, child[level] + direction)) level++;
        if (level > height) return false;
        return enter(level, child[level] + direction, direction > 0 ? 0 : LAST, direction);
    }

    private boolean hasChild(int level, int index) {
        return index >= 0 && index < children[level];
    }

    /// Goes from the index block of `level` to child `index`, from there along children `below`, down to an
    /// entry.
    private boolean enter(int level, int index, int below, int direction) {
        for (int l = level; l > 0; l--) step(l, l == level ? index : below);
        if (height > 0) ahead.step(place, loader, blocks, child, children, direction);
        return load(below);
    }

    private void step(int level, int index) {
        HeldBlock node = blocks[level];
        blocks[level - 1].forget();
        for (int attempt = 0; ; attempt++) {
            node.locate(loader, run.file(), attempt);
            int count = IndexBlock.count(node.ref.address(), node.ref.bytes());
            int to = index == LAST ? count - 1 : index;
            boolean ok = IndexBlock.child(node.ref.address(), node.ref.bytes(), to, blocks[level - 1].at);
            if (!node.ref.valid()) continue;
            stepped(level, ok, to, count);
            return;
        }
    }

    private void search(int level, long key, int bytes, long atSequence) {
        HeldBlock node = blocks[level];
        blocks[level - 1].forget();
        for (int attempt = 0; ; attempt++) {
            node.locate(loader, run.file(), attempt);
            int count = IndexBlock.count(node.ref.address(), node.ref.bytes());
            int to = IndexBlock.search(node.ref.address(), node.ref.bytes(), key, bytes, atSequence);
            boolean ok = IndexBlock.child(node.ref.address(), node.ref.bytes(), to, blocks[level - 1].at);
            if (!node.ref.valid()) continue;
            stepped(level, ok, to, count);
            return;
        }
    }

    private void stepped(int level, boolean ok, int to, int count) {
        blocks[level].settle();
        if (!ok) throw run.malformed(blocks[level].at.offset);
        child[level] = to;
        children[level] = count;
        prefixCopied = false;
    }

    private int searchData(long key, int bytes, long atSequence) {
        HeldBlock data = blocks[0];
        for (int attempt = 0; ; attempt++) {
            data.locate(loader, run.file(), attempt);
            entries = DataBlock.count(data.ref.address(), data.ref.bytes());
            int found = DataBlock.search(data.ref.address(), data.ref.bytes(), key, bytes, atSequence);
            if (!data.ref.valid()) continue;
            data.settle(); // the next block may be located only when nothing of this one is held
            if (found < 0) throw run.malformed(data.at.offset);
            return found;
        }
    }

    /// Makes entry `index` of the data block the current one.
    private boolean load(int index) {
        valid = false;
        HeldBlock data = blocks[0];
        for (int attempt = 0; ; attempt++) {
            data.locate(loader, run.file(), attempt);
            long block = data.ref.address();
            int bytes = data.ref.bytes();
            int count = DataBlock.count(block, bytes);
            int at = index == LAST ? count - 1 : index;
            boolean ok = at >= 0 && DataBlock.decode(block, bytes, at, fields);
            if (ok) {
                DataBlock.copyKey(block, fields, keyAddress, !prefixCopied);
                valueBytes = fields.userValueBytes();
            }
            if (data.ref.valid()) {
                if (!ok) {
                    data.settle();
                    throw run.malformed(data.at.offset);
                }
                entry = at;
                entries = count;
                valueOffset = (int) (fields.value - block);
                break;
            }
            prefixCopied = false; // garbage may have been written over it
        }
        data.settle();
        keyBytes = fields.keyBytes();
        sequence = run.section().baseSequence() + fields.sequence;
        kind = fields.kind;
        prefixCopied = true;
        valid = true;
        return true;
    }
}
