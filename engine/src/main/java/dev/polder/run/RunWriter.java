package dev.polder.run;

import dev.polder.block.BlockHandle;
import dev.polder.block.BlockKeeper;
import dev.polder.block.Codecs;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.disk.WriteBehind;
import dev.polder.memory.Memory;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes a run file: entries in, in order; blocks out, each known to its parent by handle and checksum.
///
///     ┌ section ───────────────────────────────────────────────────────────────────────┐┌ section ─ ─
///     │ [piece ...] data [piece ...] data ... filter leaf │ data ... filter leaf │ ... root │
///     └────────────────────────────────────────────────────────────────────────────────┘└ ─ ─ ─ ─ ─ ─
///
/// Every block starts at a multiple of 8 bytes, follows the one before it, and comes before its parent; it is moved
/// on to the next page of 4 KiB where that saves a page and costs little. The gaps and the end, up to a multiple of
/// 4 KiB, are zeros. So a section is written in one pass, with one leaf's worth of hashes and one index block per
/// level in memory, and a leaf's blocks lie together: a scan reads them in one go.
///
/// (1) Entries come in strictly ascending order: key ascending, sequence descending.  (2) One section at a time, none
/// empty. (3) Nobody looks at the memory after [#close]. What is full is being written while the writer goes on
/// ([WriteBehind]), so a failure of a write may be told by a later call, at the latest by [#finish]; until then
/// nothing may be said of the file. The caller syncs it. Not thread-safe.
public final class RunWriter implements AutoCloseable {
    private static final int FILE_ALIGNMENT = 4096;
    private static final int GAP_BYTES_MAX = 1024;
    private static final int STORED_BYTES_MAX =
            GAP_BYTES_MAX + Codecs.compressedBytesBound(RunConfig.BLOCK_BYTES_MAX) + 7;
    private static final int WRITE_BYTES_MIN = WriteBehind.memoryBytes(2, STORED_BYTES_MAX);

    private final DiskFile file;
    private final boolean compress;
    private final Codecs codecs;
    private final RunConfig config;

    private final WriteBehind behind;

    // The caller's memory, but for the windows.
    private final long block; // one raw block, from its layout to its write
    private final long valueArea; // a short value that came in pieces
    private final long hashes; // of the keys under the leaf being built
    private final long lastKey;
    private final long largeList; // where the pieces of a large value lie
    private final DataBlockBuilder data;

    // The open section; level 1 is the leaves.
    private final List<IndexBuilder> levels = new ArrayList<>();
    private boolean open;
    private int spaceId;
    private long start;
    private long rawBytes;
    private long entries;
    private long tombstones;
    private long firstSequence;
    private long lastSequence;
    private byte[] firstKey = {};
    private int lastKeyBytes;
    private long lastKeySequence;

    private byte[] separator = {}; // of the data block being built
    private long separatorSequence;
    private int hashCount;
    private int hashesOfBlock; // the last ones, of the data block being built
    private boolean leafFull;
    private int dataBlocks;
    private @Nullable BlockHandle lastData;

    // For the pool.
    private @Nullable BlockKeeper keeper;
    private long former; // of the entries that come, 0 if it is not in the pool
    private long formerOfBlock; // of the data block being built: the last one that was not 0
    private int entriesWithFormer; // in it
    private long formerOfLeaf; // of the leaf being built and its filter
    private long formerOfSection; // of the blocks above

    private static final int PIECES_MAX = 256;
    private static final int LARGE_LIST_BYTES = DataBlock.LARGE_PIECES + PIECES_MAX * BlockPointer.BYTES;

    /// The longest value a run can hold.
    public static final int VALUE_BYTES_MAX = PIECES_MAX * RunConfig.PIECE_BYTES;

    /// The memory a writer needs, with a write buffer of so many bytes.
    public static int memoryBytes(int writeBytes, RunConfig config) {
        return Math.max(writeBytes, WRITE_BYTES_MIN) + fixedBytes(config);
    }

    private static int fixedBytes(RunConfig config) {
        int bytes = RunConfig.BLOCK_BYTES_MAX
                + DataBlockBuilder.MEMORY_BYTES
                + RunConfig.INLINE_VALUE_BYTES_MAX
                + 8 * config.keysPerLeaf()
                + RunConfig.KEY_BYTES_MAX
                + LARGE_LIST_BYTES;
        return (bytes + FILE_ALIGNMENT - 1) & -FILE_ALIGNMENT;
    }

    /// @param file        empty, opened for writing
    /// @param memory      address of [#memoryBytes] bytes, aligned to 4 KiB, borrowed until [#close]
    /// @param memoryBytes what is there; all that is not needed elsewhere is for windows
    /// @param compress    LZ4 where it saves an eighth
    public RunWriter(
            DiskFile file, long memory, int memoryBytes, boolean compress, Codecs codecs, RunConfig config, Lane lane) {
        int writeBytes = (memoryBytes - fixedBytes(config)) & -FILE_ALIGNMENT;
        if (writeBytes < WRITE_BYTES_MIN || (memory & (FILE_ALIGNMENT - 1)) != 0) {
            throw new IllegalArgumentException("a run writer needs " + memoryBytes(0, config) + " aligned bytes, not "
                    + memoryBytes + " at " + Long.toHexString(memory));
        }
        this.file = file;
        this.compress = compress;
        this.codecs = codecs;
        this.config = config;
        behind = file.disk().writeBehind(file, memory, writeBytes, STORED_BYTES_MAX, lane);
        block = memory + writeBytes;
        long staging = block + RunConfig.BLOCK_BYTES_MAX;
        data = new DataBlockBuilder(staging, config);
        valueArea = staging + DataBlockBuilder.MEMORY_BYTES;
        hashes = valueArea + RunConfig.INLINE_VALUE_BYTES_MAX;
        lastKey = hashes + 8L * config.keysPerLeaf();
        largeList = lastKey + RunConfig.KEY_BYTES_MAX;
    }

    /// From now on blocks may stay in the pool.
    public RunWriter keeping(BlockKeeper blocks) {
        keeper = blocks;
        return this;
    }

    /// The block of the pool where the next entry comes from, or 0.
    public void former(long block) {
        former = block;
    }

    /// Bytes of the file so far, those not written yet included.
    public long bytesSoFar() {
        return behind.end();
    }

    public void beginSection(int space) {
        if (open) throw new IllegalStateException("(2) section of space " + spaceId + " is still open");
        open = true;
        spaceId = space;
        start = bytesSoFar();
        rawBytes = 0;
        entries = 0;
        tombstones = 0;
        firstSequence = Long.MAX_VALUE;
        lastSequence = 0;
        hashCount = 0;
        hashesOfBlock = 0;
        leafFull = false;
        dataBlocks = 0;
        lastData = null;
        levels.clear();
        former = formerOfBlock = formerOfLeaf = formerOfSection = 0;
        entriesWithFormer = 0;
        separator = new byte[0];
        separatorSequence = Long.MAX_VALUE;
        data.clear();
    }

    /// Adds a put ([dev.polder.generation.Entry#PUT]) whose value is at most [RunConfig#INLINE_VALUE_BYTES_MAX]
    /// long, or a delete.
    public void add(long key, int keyBytes, long sequence, int kind, long value, int valueBytes) {
        if (valueBytes > RunConfig.INLINE_VALUE_BYTES_MAX) {
            addLarge(key, keyBytes, sequence, valueBytes, (from, to, bytes) -> Memory.copy(value + from, to, bytes));
            return;
        }
        if (kind != DataBlock.PUT && kind != DataBlock.DELETE) throw new IllegalArgumentException("kind=" + kind);
        if (kind == DataBlock.DELETE && valueBytes != 0) throw new IllegalArgumentException("a delete has no value");
        append(key, keyBytes, sequence, kind, value, valueBytes);
    }

    /// Adds a put with a value of any length up to [#VALUE_BYTES_MAX], fetched piece by piece.
    public void addLarge(long key, int keyBytes, long sequence, int valueBytes, ValueSource value) {
        if (valueBytes <= RunConfig.INLINE_VALUE_BYTES_MAX) {
            value.copyValue(0, valueArea, valueBytes);
            append(key, keyBytes, sequence, DataBlock.PUT, valueArea, valueBytes);
            return;
        }
        if (valueBytes > VALUE_BYTES_MAX) throw new IllegalArgumentException("valueBytes=" + valueBytes);
        int pieces = (valueBytes + RunConfig.PIECE_BYTES - 1) / RunConfig.PIECE_BYTES;
        long base = bytesSoFar();
        Memory.putInt(largeList, valueBytes);
        Memory.putLong(largeList + DataBlock.LARGE_BASE, base);
        for (int i = 0; i < pieces; i++) {
            int from = i * RunConfig.PIECE_BYTES;
            int bytes = Math.min(RunConfig.PIECE_BYTES, valueBytes - from);
            value.copyValue(from, block, bytes);
            BlockHandle piece = write(bytes, compress);
            BlockPointer.write(largeList + DataBlock.LARGE_PIECES + (long) i * BlockPointer.BYTES, base, piece);
        }
        int listBytes = DataBlock.LARGE_PIECES + pieces * BlockPointer.BYTES;
        append(key, keyBytes, sequence, DataBlock.LARGE, largeList, listBytes);
    }

    private void append(long key, int keyBytes, long sequence, int kind, long value, int valueBytes) {
        boolean newKey = checkOrder(key, keyBytes, sequence);
        if (newKey && hashCount == config.keysPerLeaf()) closeData();
        if (data.count() == 0) startData(key, keyBytes);
        if (!data.tryAdd(key, keyBytes, sequence, kind, value, valueBytes)) {
            closeData();
            startData(key, keyBytes);
            if (!data.tryAdd(key, keyBytes, sequence, kind, value, valueBytes)) {
                throw new IllegalStateException(
                        "an empty block has no room for " + keyBytes + " + " + valueBytes + " bytes");
            }
        }
        // A block's first key is hashed even if the block before ended with it: the next leaf may begin here.
        if (newKey || hashesOfBlock == 0) {
            Memory.putLong(hashes + 8L * hashCount++, KeyHash.of(key, keyBytes));
            hashesOfBlock++;
        }
        if (former != 0) {
            formerOfBlock = former;
            entriesWithFormer++;
        }
        if (entries++ == 0) firstKey = Memory.bytes(key, keyBytes);
        if (kind == DataBlock.DELETE) tombstones++;
        firstSequence = Math.min(firstSequence, sequence);
        lastSequence = Math.max(lastSequence, sequence);
        if (newKey) Keys.copyShort(key, lastKey, keyBytes);
        lastKeyBytes = keyBytes;
        lastKeySequence = sequence;
    }

    private boolean checkOrder(long key, int keyBytes, long sequence) {
        if (!open) throw new IllegalStateException("(2) no section is open");
        if (keyBytes < 0 || keyBytes > RunConfig.KEY_BYTES_MAX || sequence < 0 || sequence > RunConfig.SEQUENCE_MAX) {
            throw new IllegalArgumentException("keyBytes=" + keyBytes + " sequence=" + sequence);
        }
        if (entries == 0) return true;
        int order = Memory.compare(lastKey, lastKeyBytes, key, keyBytes);
        if (order > 0 || (order == 0 && lastKeySequence <= sequence)) {
            throw new IllegalStateException("(1) an entry out of order in " + file.path() + ": sequence " + sequence
                    + " after " + lastKeySequence + (order == 0 ? " of the same key" : " of a greater key"));
        }
        return order != 0;
    }

    /// Decides from which place on the block that begins with this key is responsible; see [IndexBlock].
    private void startData(long key, int keyBytes) {
        if (leafFull) closeLeaf();
        if (entries == 0) return;
        int shared = Keys.shared(lastKey, key, Math.min(lastKeyBytes, keyBytes));
        boolean sameKey = shared == keyBytes;
        separator = Memory.bytes(key, sameKey ? keyBytes : shared + 1);
        separatorSequence = sameKey ? lastKeySequence - 1 : Long.MAX_VALUE;
    }

    private void closeData() {
        if (!level(1).fits(separator, separatorSequence, bytesSoFar() + GAP_BYTES_MAX)) closeLeaf();
        if (2 * entriesWithFormer < data.count()) formerOfBlock = 0;
        else formerOfSection = formerOfLeaf = formerOfBlock;
        BlockHandle handle = write(data.build(block), compress);
        keep(handle, formerOfBlock);
        formerOfBlock = 0;
        entriesWithFormer = 0;
        data.clear();
        dataBlocks++;
        lastData = handle;
        level(1).add(new IndexBuilder.Child(separator, separatorSequence, handle, null));
        leafFull = hashCount + hashesOfBlock + hashesOfBlock / 8 > config.keysPerLeaf();
        hashesOfBlock = 0;
    }

    /// Writes the leaf and its filter. The hashes of a data block that is not in the leaf yet stay for the next.
    private void closeLeaf() {
        IndexBuilder.Child first = level(1).first();
        BlockHandle filter = writeFilter();
        BlockHandle leaf = writeIndex(1, null);
        level(1).clear();
        formerOfLeaf = 0;
        add(2, new IndexBuilder.Child(first.key(), first.sequence(), leaf, filter));
    }

    private BlockHandle writeFilter() {
        int keys = hashCount - hashesOfBlock;
        int bytes = FilterBlock.bytes(keys);
        FilterBlock.build(hashes, keys, block, bytes);
        Memory.copy(hashes + 8L * keys, hashes, 8L * hashesOfBlock);
        hashCount = hashesOfBlock;
        leafFull = false;
        BlockHandle filter = write(bytes, false);
        keep(filter, formerOfLeaf);
        return filter;
    }

    private BlockHandle writeIndex(int level, @Nullable BlockHandle filter) {
        BlockHandle index = write(level(level).build(block, filter), compress);
        keep(index, level == 1 ? formerOfLeaf : formerOfSection);
        return index;
    }

    /// The block just written, still in its place, is likely to be wanted as `former` is.
    private void keep(BlockHandle written, long like) {
        if (keeper != null) keeper.wrote(file, written, block, like);
    }

    private IndexBuilder level(int level) {
        while (levels.size() < level)
            levels.add(new IndexBuilder(levels.isEmpty() ? config.leafBytes() : config.innerBytes()));
        return levels.get(level - 1);
    }

    private void add(int level, IndexBuilder.Child child) {
        if (level > RunConfig.HEIGHT_MAX)
            throw new IllegalStateException("an index of more than " + RunConfig.HEIGHT_MAX + " levels");
        if (!level(level).fits(child.key(), child.sequence(), child.handle().offset())) closeInner(level);
        level(level).add(child);
    }

    private void closeInner(int level) {
        IndexBuilder.Child first = level(level).first();
        BlockHandle handle = writeIndex(level, null);
        level(level).clear();
        add(level + 1, new IndexBuilder.Child(first.key(), first.sequence(), handle, null));
    }

    /// Ends the section that was begun.
    public Section endSection() {
        if (!open || entries == 0) throw new IllegalStateException("(2) no section is open, or nothing is in it");
        if (data.count() > 0) closeData();
        BlockHandle root = dataBlocks == 1 ? lastData : closeIndex();
        int height = dataBlocks == 1 ? 0 : levels.size();
        if (root == null) throw new IllegalStateException("a section without a root");
        open = false;
        byte[] last = Memory.bytes(lastKey, lastKeyBytes);
        long bytes = bytesSoFar() - start;
        return new Section(
                spaceId,
                entries,
                tombstones,
                firstKey,
                last,
                firstSequence,
                lastSequence,
                0,
                bytes,
                rawBytes,
                root,
                height);
    }

    /// Closes the index from the leaves up; the topmost block is the root.
    private BlockHandle closeIndex() {
        if (levels.size() == 1) {
            BlockHandle filter = writeFilter();
            return writeIndex(1, filter);
        }
        closeLeaf();
        for (int level = 2; level < levels.size(); level++) closeInner(level);
        return writeIndex(levels.size(), null);
    }

    /// Pads the file to 4 KiB, writes what is left, and waits for all of it; returns its length. Nothing can be added
    /// after it.
    public long finish() {
        if (open) throw new IllegalStateException("(2) section of space " + spaceId + " is still open");
        return behind.finish();
    }

    /// Waits for writes under way and forgets what is not written; harmless after [#finish]. Before the file is
    /// closed or deleted, and before the memory is used for anything else.
    @Override
    public void close() {
        behind.close();
    }

    /// How far a block is moved, to the next page, so that it lies in no more pages than it must: by at most an eighth
    /// of its length. So one that does not compress is read as one page of the device, not two.
    static int gapBefore(long position, int stored) {
        int gap = (int) -position & (FILE_ALIGNMENT - 1);
        int pages = (stored + FILE_ALIGNMENT - 1) / FILE_ALIGNMENT;
        boolean straddles = gap > 0 && stored - gap > (pages - 1) * FILE_ALIGNMENT;
        return straddles && gap <= Math.min(stored / 8, GAP_BYTES_MAX) ? gap : 0;
    }

    /// Appends the raw block to the file.
    private BlockHandle write(int bytes, boolean tryToCompress) {
        long to = behind.room(GAP_BYTES_MAX + Codecs.compressedBytesBound(bytes) + 7);
        int stored = tryToCompress ? codecs.compress(block, bytes, to, Codecs.compressedBytesBound(bytes)) : -1;
        int worthIt = bytes - bytes / 8;
        boolean compressed = stored >= 0 && stored <= worthIt;
        int codec = compressed ? Codecs.LZ4 : Codecs.RAW;
        if (!compressed) stored = bytes;
        int gap = gapBefore(bytesSoFar(), stored);
        if (!compressed) Memory.copy(block, to + gap, stored);
        else if (gap > 0) Memory.copy(to, to + gap, stored);
        Memory.fill(to, gap, (byte) 0);
        to += gap;
        BlockHandle handle = new BlockHandle(bytesSoFar() + gap, stored, bytes, codec, Memory.crc32c(to, stored));
        int padding = -stored & 7;
        Memory.fill(to + stored, padding, (byte) 0);
        behind.add(gap + stored + padding);
        rawBytes += bytes;
        return handle;
    }
}
