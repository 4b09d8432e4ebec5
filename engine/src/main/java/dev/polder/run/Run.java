package dev.polder.run;

import dev.polder.block.BlockLoader;
import dev.polder.block.BlockRef;
import dev.polder.disk.DiskFile;
import dev.polder.errors.CorruptionException;
import dev.polder.memory.Memory;
import java.util.Arrays;

/// One sorted run, open for reading: a section of a file. Immutable; the file stays open as long as somebody may
/// read.
///
///     root ──▶ inner ... ──▶ (filter?) leaf ──▶ data
///
/// Reads are optimistic: find a block's frame, search it, and only then ask whether it was that block all the
/// time ([BlockRef#valid]); if not, once more, with a pin. So a look-up takes no lock, writes nothing shared and
/// allocates nothing.
public final class Run {
    /// The run holds no version of the key that the reader sees.
    public static final int MISSING = 0;

    /// A put; the value went where the scratch says.
    public static final int FOUND = 1;

    /// A delete: the key is gone, whatever older runs hold.
    public static final int DELETED = 2;

    /// Not known yet: a block is not in the pool, and was asked for; see [ReadScratch#collect].
    public static final int LACKING = 3;

    private final long fileId;
    private final DiskFile file;
    private final Section section;
    private final boolean alone;
    private final long baseSequence;
    private final BlockPointer root = new BlockPointer();
    private final BlockSights sights = new BlockSights();

    // The range of the keys, without the prefix all of them share: two comparisons turn most foreign keys away.
    private final int sharedBytes;
    private final long firstHead;
    private final long lastHead;

    /// @param alone whether the file was written with this section and no other
    public Run(long fileId, DiskFile file, Section section, boolean alone) {
        this.fileId = fileId;
        this.file = file;
        this.section = section;
        this.alone = alone;
        baseSequence = section.baseSequence();
        root.set(section.root());
        int mismatch = Arrays.mismatch(section.firstKey(), section.lastKey());
        sharedBytes = mismatch < 0 ? section.firstKey().length : mismatch;
        firstHead = head(section.firstKey(), sharedBytes);
        lastHead = head(section.lastKey(), sharedBytes);
    }

    private static long head(byte[] key, int skip) {
        long head = 0;
        for (int i = skip; i < Math.min(key.length, skip + 8); i++) head |= (key[i] & 0xffL) << (56 - 8 * (i - skip));
        return head;
    }

    public long fileId() {
        return fileId;
    }

    public DiskFile file() {
        return file;
    }

    public Section section() {
        return section;
    }

    /// Whether the file holds this run and nothing else: so the run can change its level by an edit, and every
    /// byte of the file can be checked.
    public boolean alone() {
        return alone;
    }

    /// The order of the key before (< 0), within (0) or after (> 0) the range of the run's keys.
    public int compareRange(long key, int keyBytes) {
        if (compare(key, keyBytes, section.firstKey()) < 0) return -1;
        return compare(key, keyBytes, section.lastKey()) > 0 ? 1 : 0;
    }

    /// The order of the run's first key against `key`.
    public int compareFirstKey(long key, int keyBytes) {
        return -compare(key, keyBytes, section.firstKey());
    }

    /// The order of the run's last key against `key`.
    public int compareLastKey(long key, int keyBytes) {
        return -compare(key, keyBytes, section.lastKey());
    }

    private static int compare(long key, int keyBytes, byte[] other) {
        int common = Math.min(keyBytes, other.length);
        for (int i = 0; i < common; i++) {
            int order = Memory.getUnsignedByte(key + i) - (other[i] & 0xff);
            if (order != 0) return order;
        }
        return keyBytes - other.length;
    }

    /// As the other, for a single run.
    public int get(BlockLoader loader, ReadScratch scratch, long key, int keyBytes, long sequence) {
        return get(loader, scratch, key, keyBytes, KeyHash.of(key, keyBytes), sequence);
    }

    /// Finds the newest version of the key with a sequence of at most `sequence`: [#MISSING], [#FOUND] or
    /// [#DELETED]; or [#LACKING], if the scratch collects what is not in the pool.
    ///
    /// @param hash [KeyHash#of] the key, computed once for all runs
    public int get(BlockLoader loader, ReadScratch scratch, long key, int keyBytes, long hash, long sequence) {
        if (sequence < baseSequence || surelyOutside(key, keyBytes)) return MISSING;
        long inBlocks = sequence - baseSequence;
        BlockPointer at = scratch.pointer;
        at.set(root);
        scratch.seen = BlockSights.ROOT;
        for (int level = section.height(); level > 0; level--) {
            if (!descend(loader, scratch, key, keyBytes, hash, inBlocks, level)) return scratch.missing();
        }
        return getFromData(loader, scratch, key, keyBytes, inBlocks);
    }

    /// Leads the scratch's pointer to the data block in which the newest version of the key would be found; `false` if
    /// the key is not there, or the way is not known ([ReadScratch#readNothing]).
    boolean lead(BlockLoader loader, ReadScratch scratch, long key, int keyBytes, long hash) {
        if (surelyOutside(key, keyBytes)) return false;
        scratch.pointer.set(root);
        scratch.seen = BlockSights.ROOT;
        for (int level = section.height(); level > 0; level--) {
            if (!descend(loader, scratch, key, keyBytes, hash, RunConfig.SEQUENCE_MAX, level)) return false;
        }
        return true;
    }

    /// Goes on with a look-up of this run that lacked a data block, with the same key and sequence.
    public int resume(
            BlockLoader loader, ReadScratch scratch, ReadScratch.Place place, long key, int keyBytes, long sequence) {
        scratch.goOnFrom(place);
        return getFromData(loader, scratch, key, keyBytes, sequence - baseSequence);
    }

    private boolean surelyOutside(long key, int keyBytes) {
        if (keyBytes < sharedBytes) return true;
        long head = Keys.head(key, keyBytes, sharedBytes);
        return Long.compareUnsigned(head, firstHead) < 0 || Long.compareUnsigned(head, lastHead) > 0;
    }

    /// Moves the scratch's pointer from an index block to the child responsible for the key; `false` if a filter
    /// on the way knows that the key is not there.
    private boolean descend(
            BlockLoader loader, ReadScratch scratch, long key, int keyBytes, long hash, long sequence, int level) {
        BlockPointer at = scratch.pointer;
        BlockPointer filter = scratch.filter;
        BlockRef ref = scratch.ref;
        BlockPointer here = scratch.here;
        here.set(at);
        int seen = scratch.seen;
        boolean filtered;
        int child;
        for (int attempt = 0; ; attempt++) {
            if (!locate(loader, scratch, here, seen, attempt)) return false;
            long block = ref.address();
            int bytes = ref.bytes();
            child = IndexBlock.search(block, bytes, key, keyBytes, sequence);
            filtered = level == 2
                    ? IndexBlock.filter(block, bytes, child, filter)
                    : level == 1 && IndexBlock.ownFilter(block, bytes, filter);
            boolean ok = IndexBlock.child(block, bytes, child, at);
            boolean valid = ref.valid();
            ref.release();
            if (!valid) continue;
            if (!ok) throw malformed(here.offset);
            break;
        }
        scratch.seen = BlockSights.child(seen, child);
        return !filtered || mayContain(loader, scratch, hash, BlockSights.filter(seen, level == 2 ? child : 0));
    }

    /// Points the scratch's reference at a block of the run; `false` if the look-up shall end before it.
    ///
    /// @param seen where the run keeps the block's sight
    private boolean locate(BlockLoader loader, ReadScratch scratch, BlockPointer at, int seen, int attempt) {
        BlockRef ref = scratch.ref;
        if (attempt == 0 && loader.locateSeen(ref, sights.get(seen), at.rawBytes)) return true;
        if (!scratch.locate(loader, ref, file, at, attempt)) return false;
        sights.set(seen, loader.sight(ref));
        return true;
    }

    private boolean mayContain(BlockLoader loader, ReadScratch scratch, long hash, int seen) {
        BlockPointer filter = scratch.filter;
        BlockRef ref = scratch.ref;
        for (int attempt = 0; ; attempt++) {
            if (!locate(loader, scratch, filter, seen, attempt)) return false;
            boolean may = FilterBlock.mayContain(ref.address(), ref.bytes(), hash);
            boolean valid = ref.valid();
            ref.release();
            if (valid) return may;
        }
    }

    private int getFromData(BlockLoader loader, ReadScratch scratch, long key, int keyBytes, long sequence) {
        BlockPointer at = scratch.pointer;
        BlockRef ref = scratch.ref;
        DataEntry entry = scratch.entry;
        scratch.begin();
        for (int attempt = 0; ; attempt++) {
            if (!locate(loader, scratch, at, scratch.seen, attempt)) {
                scratch.lacksData(this);
                return scratch.missing();
            }
            int index = DataBlock.find(ref.address(), ref.bytes(), key, keyBytes, sequence, entry);
            if (index >= 0) {
                scratch.found(baseSequence + entry.sequence, entry.userValueBytes());
                if (entry.kind == DataBlock.PUT) {
                    if (scratch.pin(loader)) return FOUND;
                    scratch.copy(entry.value, 0, scratch.wantedBytes());
                }
            }
            int kind = entry.kind;
            boolean valid = ref.valid();
            ref.release();
            if (!valid) continue;
            if (index == DataBlock.ABSENT) return MISSING;
            if (index < 0) throw malformed(at.offset);
            if (kind == DataBlock.DELETE) return DELETED;
            if (kind == DataBlock.LARGE) {
                if (scratch.endsBeforePieces()) return LACKING;
                copyLarge(loader, scratch, index);
            }
            return FOUND;
        }
    }

    private void copyLarge(BlockLoader loader, ReadScratch scratch, int index) {
        int wanted = scratch.wantedBytes();
        for (int piece = 0, done = 0; done < wanted; piece++) {
            locatePiece(loader, scratch, index, piece);
            BlockPointer at = scratch.filter;
            int bytes = Math.min(at.rawBytes, wanted - done);
            BlockRef ref = scratch.pieceRef;
            for (int attempt = 0; ; attempt++) {
                loader.locate(ref, file, at.offset, at.storedBytes, at.rawBytes, at.codec, at.crc, attempt);
                scratch.copy(ref.address(), done, bytes);
                boolean valid = ref.valid();
                ref.release();
                if (valid) break;
            }
            done += bytes;
        }
    }

    /// Leaves in `scratch.filter`, which is free by now, where a piece of the value of entry `index` lies.
    private void locatePiece(BlockLoader loader, ReadScratch scratch, int index, int piece) {
        BlockPointer at = scratch.pointer;
        BlockRef ref = scratch.ref;
        for (int attempt = 0; ; attempt++) {
            loader.locate(ref, file, at.offset, at.storedBytes, at.rawBytes, at.codec, at.crc, attempt);
            boolean ok = DataBlock.decode(ref.address(), ref.bytes(), index, scratch.entry)
                    && scratch.entry.piece(piece, scratch.filter);
            boolean valid = ref.valid();
            ref.release();
            if (!valid) continue;
            if (!ok) throw malformed(at.offset);
            return;
        }
    }

    /// A cursor over all versions of all keys.
    ///
    /// @param scratch address of [RunCursor#SCRATCH_BYTES] bytes that belong to the cursor while it is used
    public RunCursor cursor(BlockLoader loader, long scratch) {
        return cursor(loader, scratch, new ReadAhead(this), 0);
    }

    /// The same, one after the other with those of the other runs of its level.
    ///
    /// @param ahead of the level, for one of its cursors at a time
    /// @param place of this run in the level
    public RunCursor cursor(BlockLoader loader, long scratch, ReadAhead ahead, int place) {
        return new RunCursor(this, loader, scratch, ahead, place);
    }

    BlockPointer root() {
        return root;
    }

    CorruptionException malformed(long offset) {
        return new CorruptionException(
                file.path().toString(), offset, "the block passes its checksum but is not well-formed");
    }
}
