package dev.polder.run;

import dev.polder.block.Codecs;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.memory.Memory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Reads every block of a run file and checks all that can be checked: checksums, structure, order, counts, that
/// blocks and padding tile the file without a gap, and that the padding is zeros. So every byte of a file is
/// either right or named.
///
/// Damage ends it with a [CorruptionException]: a checker that goes on past it calls it section by section.
public final class RunVerifier {
    /// What was seen and found right.
    public record Counts(long blocks, long storedBytes, long entries, long tombstones) {
        Counts plus(Counts more) {
            return new Counts(
                    blocks + more.blocks,
                    storedBytes + more.storedBytes,
                    entries + more.entries,
                    tombstones + more.tombstones);
        }
    }

    private static final int AREA = RunConfig.BLOCK_BYTES_MAX;
    private static final int PAGE = 4096;

    private final DiskFile file;
    private final BlockWindow window;
    private final long dataArea;
    private final long sideArea;
    private final long lastKey;
    private final long thisKey;
    private final Merge.Progress progress;

    private final DataEntry entry = new DataEntry();
    private long position; // everything before is seen, but for the gaps
    private final TreeMap<Long, Long> gaps =
            new TreeMap<>(); // left for index blocks above the leaves, which come after their children

    private long blocks;
    private long storedBytes;
    private long entries;
    private long tombstones;
    private int lastKeyBytes;
    private long lastSequence;

    public static int memoryBytes(int windowBytes) {
        return Math.max(windowBytes, BlockWindow.BYTES_MIN) + 2 * AREA + 2 * RunCursor.SCRATCH_BYTES;
    }

    /// @param memory      address of [#memoryBytes] bytes, aligned to 4 KiB
    /// @param memoryBytes what is there; all that is not needed elsewhere is window
    /// @param progress    told how many bytes were read; may wait, to keep a rate, or throw
    public RunVerifier(DiskFile file, long memory, int memoryBytes, Codecs codecs, Lane lane, Merge.Progress progress) {
        this.file = file;
        this.progress = progress;
        int windowBytes = (memoryBytes - 2 * AREA - 2 * RunCursor.SCRATCH_BYTES) & -PAGE;
        window = new BlockWindow(file, codecs, lane, memory, windowBytes);
        dataArea = memory + windowBytes;
        sideArea = dataArea + AREA;
        lastKey = sideArea + AREA;
        thisKey = lastKey + RunCursor.SCRATCH_BYTES;
    }

    /// Checks a file of which all sections are known, in the order they were written: every byte.
    public Counts file(List<Section> sections) {
        Counts sum = new Counts(0, 0, 0, 0);
        long end = 0;
        for (Section section : sections) {
            if (start(section) != end) throw damaged(end, "a gap before the section of space " + section.spaceId());
            sum = sum.plus(section(section));
            end = position;
        }
        long fileEnd = (end + PAGE - 1) & -PAGE;
        if (file.size() != fileEnd)
            throw damaged(file.size(), "file bytes expected=" + fileEnd + " found=" + file.size());
        requireZeros(end, fileEnd);
        return sum;
    }

    /// Checks one section.
    public Counts section(Section section) {
        blocks = 0;
        storedBytes = 0;
        entries = 0;
        tombstones = 0;
        lastKeyBytes = -1;
        gaps.clear();
        position = start(section);
        BlockPointer root = new BlockPointer();
        root.set(section.root());
        visit(section.height(), root, section);
        gaps.forEach(this::requireMovedOn);
        if (entries != section.entries() || tombstones != section.tombstones()) {
            throw damaged(root.offset, "entries expected=" + section.entries() + " found=" + entries);
        }
        if (!Arrays.equals(Memory.bytes(lastKey, lastKeyBytes), section.lastKey())) {
            throw damaged(root.offset, "the last key is not the one the section names");
        }
        return new Counts(blocks, storedBytes, entries, tombstones);
    }

    /// What no block explains is where one was moved on to the next page.
    private void requireMovedOn(long from, long to) {
        if ((to & (PAGE - 1)) != 0 || to - from >= PAGE) {
            throw damaged(from, "bytes that no block of the section explains");
        }
        requireZeros(from, to);
    }

    private static long start(Section section) {
        BlockPointer root = new BlockPointer();
        root.set(section.root());
        return root.end() - section.bytes();
    }

    /// Checks a block and everything below it, in the order of the file.
    private void visit(int level, BlockPointer block, Section section) {
        if (level == 0) {
            visitData(block, section);
            return;
        }
        read(block, sideArea);
        int count = IndexBlock.count(sideArea, block.rawBytes);
        if (count <= 0) throw malformed(block);
        BlockPointer[] children = new BlockPointer[count];
        BlockPointer[] filters = new BlockPointer[count];
        for (int i = 0; i < count; i++) {
            children[i] = new BlockPointer();
            filters[i] = new BlockPointer();
            if (!IndexBlock.child(sideArea, block.rawBytes, i, children[i])) throw malformed(block);
            if ((level == 2) != IndexBlock.filter(sideArea, block.rawBytes, i, filters[i])) throw malformed(block);
        }
        BlockPointer own = new BlockPointer();
        boolean ownFilter = IndexBlock.ownFilter(sideArea, block.rawBytes, own);
        if (ownFilter != (level == 1 && section.height() == 1)) throw malformed(block);
        for (int i = 0; i < count; i++) {
            if (level == 2) visitLeaf(children[i], filters[i], section);
            else visit(level - 1, children[i], section);
        }
        if (ownFilter) visitFilter(own);
        if (level != 1 || section.height() == 1) cover(block);
    }

    private void visitLeaf(BlockPointer leaf, BlockPointer filter, Section section) {
        window.tryCover(position, leaf.end());
        visit(1, leaf, section);
        visitFilter(filter);
        cover(leaf);
    }

    private void visitFilter(BlockPointer filter) {
        read(filter, sideArea);
        if (filter.rawBytes % FilterBlock.LINE_BYTES != 0) throw malformed(filter);
        cover(filter);
    }

    private void visitData(BlockPointer block, Section section) {
        read(block, dataArea);
        int count = DataBlock.count(dataArea, block.rawBytes);
        if (count <= 0) throw malformed(block);
        for (int i = 0; i < count; i++) {
            if (!DataBlock.decode(dataArea, block.rawBytes, i, entry)) throw malformed(block);
            checkOrder(block, section);
            if (entry.kind == DataBlock.LARGE) visitPieces(block);
            if (entry.kind == DataBlock.DELETE) tombstones++;
            entries++;
        }
        cover(block);
    }

    private void checkOrder(BlockPointer block, Section section) {
        DataBlock.copyKey(dataArea, entry, thisKey, true);
        int keyBytes = entry.keyBytes();
        if (entries == 0) {
            if (!Arrays.equals(Memory.bytes(thisKey, keyBytes), section.firstKey())) {
                throw damaged(block.offset, "the first key is not the one the section names");
            }
        } else {
            int order = Memory.compare(lastKey, lastKeyBytes, thisKey, keyBytes);
            if (order > 0 || (order == 0 && lastSequence <= entry.sequence))
                throw damaged(block.offset, "entries out of order");
        }
        long sequence = section.baseSequence() + entry.sequence;
        if (sequence < section.firstSequence() || sequence > section.lastSequence()) {
            throw damaged(block.offset, "sequence " + sequence + " is outside of the section's");
        }
        Keys.copyShort(thisKey, lastKey, keyBytes);
        lastKeyBytes = keyBytes;
        lastSequence = entry.sequence;
    }

    private void visitPieces(BlockPointer block) {
        BlockPointer piece = new BlockPointer();
        long left = entry.userValueBytes();
        for (int i = 0; left > 0; i++) {
            if (!entry.piece(i, piece)) throw malformed(block);
            if (piece.rawBytes != Math.min(left, RunConfig.PIECE_BYTES)) throw malformed(block);
            read(piece, sideArea);
            cover(piece);
            left -= piece.rawBytes;
        }
    }

    private void read(BlockPointer block, long to) {
        window.read(block, to, block.end());
        blocks++;
        storedBytes += block.storedBytes;
        progress.advanced(block.storedBytes, 0);
    }

    /// Notes that the block's bytes are explained, and checks the padding after it.
    private void cover(BlockPointer block) {
        requireZeros(block.offset + block.storedBytes, block.end());
        if (block.offset >= position) {
            if (block.offset > position) gaps.put(position, block.offset);
            position = block.end();
            return;
        }
        Map.Entry<Long, Long> gap = gaps.floorEntry(block.offset);
        if (gap == null || gap.getValue() < block.end()) throw damaged(block.offset, "two blocks lie over each other");
        gaps.remove(gap.getKey());
        if (gap.getKey() < block.offset) gaps.put(gap.getKey(), block.offset);
        if (block.end() < gap.getValue()) gaps.put(block.end(), gap.getValue());
    }

    private void requireZeros(long from, long to) {
        if (from < to && !window.zeros(from, (int) (to - from))) throw damaged(from, "padding that is not zeros");
    }

    private CorruptionException malformed(BlockPointer block) {
        return damaged(block.offset, "the block passes its checksum but is not well-formed");
    }

    private CorruptionException damaged(long offset, String what) {
        return new CorruptionException(file.path().toString(), offset, what);
    }
}
