package dev.polder.block;

import dev.polder.disk.DiskFile;
import dev.polder.errors.PolderException;
import dev.polder.memory.MemoryBudget;
import org.jspecify.annotations.Nullable;

/// Blocks that are wanted together: the next ones of a scan, or the next one of each of many look-ups. Filled,
/// handed to the loader, and filled again; used by one thread at a time. Makes nothing per block.
///
///     add add add …  ──▶ sorted by place ──▶ laid out: neighbours share a request
///
///     file    ──▪▪▪▪───────────▪──────▪▪▪──         ▪ wanted blocks
///     slot    │▪▪▪▪│▪│▪▪▪│            │             each request is a span of whole alignment units
///
/// It takes what fits in a slot, as far as can be told while it is filled: neighbours that are added one after
/// the other, up or down, are one span. A batch is a wish, and whoever needs a block for certain locates it.
public final class BlockBatch {
    public static final int BLOCKS_MAX = 32;

    static final int SLOT_BYTES = StagingSlot.UNITS * MemoryBudget.UNIT_BYTES;

    /// The [Prefetcher]'s: when it was submitted.
    long ticket;

    /// Its blocks take the place of others that were in use, and nobody waits for them ([BlockKeeper]).
    boolean heirs;

    /// Whether they may drive others out.
    boolean heirsEvict;

    /// Whether no frame could be had for one of its blocks when it was loaded last.
    boolean lackedFrames;

    /// Ids of blocks that are not loaded with it: others are at it or have done so, or its slot has no room.
    private final long[] leftOut = new long[BLOCKS_MAX];

    private int leftOuts;

    private int count;
    private final @Nullable DiskFile[] files = new DiskFile[BLOCKS_MAX];
    private final long[] offsets = new long[BLOCKS_MAX];
    private final int[] storedBytes = new int[BLOCKS_MAX];
    private final int[] rawBytes = new int[BLOCKS_MAX];
    private final int[] codecs = new int[BLOCKS_MAX];
    private final int[] crcs = new int[BLOCKS_MAX];
    private final long[] ids = new long[BLOCKS_MAX];

    // The span that the blocks added last make up, and the bytes of all spans.
    private @Nullable DiskFile last;
    private long spanBegin;
    private long spanEnd;
    private int spanBytes;

    // Requests: request r covers blocks from first[r] to first[r + 1].
    private int requests;
    private final int[] first = new int[BLOCKS_MAX + 1];
    private final long[] begins = new long[BLOCKS_MAX];
    private final int[] lengths = new int[BLOCKS_MAX];
    private final int[] places = new int[BLOCKS_MAX];

    /// Asks for one more block; `false` if the batch or its slot is full. Asking twice for a block counts once.
    public boolean add(DiskFile file, long offset, int stored, int raw, int codec, int crc) {
        BlockProof.checkHandle(file.path(), offset, stored, raw, codec);
        long id = BlockId.of(file, offset);
        if (contains(id)) return true;
        if (count == BLOCKS_MAX || !spans(file, offset, stored)) return false;
        int at = count++;
        while (at > 0 && Long.compareUnsigned(ids[at - 1], id) > 0) move(at - 1, at--);
        files[at] = file;
        offsets[at] = offset;
        storedBytes[at] = stored;
        rawBytes[at] = raw;
        codecs[at] = codec;
        crcs[at] = crc;
        ids[at] = id;
        return true;
    }

    /// Whether the slot has room for a block after those that are there, or before them.
    private boolean spans(DiskFile file, long offset, int stored) {
        int alignment = alignment(file);
        long begin = offset & -(long) alignment;
        long end = (offset + stored + alignment - 1) & -(long) alignment;
        boolean joins = count > 0 && last == file && begin <= spanEnd && end >= spanBegin;
        long from = joins ? Math.min(begin, spanBegin) : begin;
        long to = joins ? Math.max(end, spanEnd) : end;
        long more = to - from - (joins ? spanEnd - spanBegin : 0);
        if (count > 0 && spanBytes + more > SLOT_BYTES) return false;
        spanBytes = (int) (count == 0 ? more : spanBytes + more);
        spanBegin = from;
        spanEnd = to;
        last = file;
        return true;
    }

    /// Of spans: blocks begin at multiples of 8, so that neighbours touch even where nothing else must be aligned.
    private static int alignment(DiskFile file) {
        return Math.max(8, file.alignment());
    }

    public int count() {
        return count;
    }

    public void clear() {
        for (int i = 0; i < count; i++) files[i] = null;
        last = null;
        count = 0;
        leftOuts = 0;
        requests = 0;
    }

    boolean contains(long id) {
        int from = 0;
        for (int to = count; from < to; ) {
            int middle = (from + to) >>> 1;
            if (Long.compareUnsigned(ids[middle], id) < 0) from = middle + 1;
            else to = middle;
        }
        return from < count && ids[from] == id;
    }

    private void move(int from, int to) {
        files[to] = files[from];
        offsets[to] = offsets[from];
        storedBytes[to] = storedBytes[from];
        rawBytes[to] = rawBytes[from];
        codecs[to] = codecs[from];
        crcs[to] = crcs[from];
        ids[to] = ids[from];
    }

    /// Leaves a block out.
    void remove(int index) {
        for (int i = index + 1; i < count; i++) move(i, i - 1);
        files[--count] = null;
    }

    /// The same, and keeps its id: see [#takeLeftOut].
    void leaveOut(int index) {
        leftOut[leftOuts++] = ids[index];
        remove(index);
    }

    boolean hasLeftOut() {
        return leftOuts > 0;
    }

    long takeLeftOut() {
        return leftOut[--leftOuts];
    }

    /// Divides the blocks into requests, each with its place in a slot, and leaves out what does not fit.
    void layOut() {
        requests = 0;
        int used = 0;
        long end = 0;
        for (int i = 0; i < count; i++) {
            int alignment = alignment(file(i));
            long begin = offsets[i] & -(long) alignment;
            long blockEnd = (offsets[i] + storedBytes[i] + alignment - 1) & -(long) alignment;
            boolean joins = requests > 0 && sameFile(i, i - 1) && begin <= end;
            int more = (int) (blockEnd - (joins ? end : begin));
            if (joins && more <= 0) continue;
            if (used + more > SLOT_BYTES) {
                while (count > i) leaveOut(count - 1);
                break;
            }
            if (joins) {
                lengths[requests - 1] += more;
            } else {
                first[requests] = i;
                begins[requests] = begin;
                lengths[requests] = more;
                places[requests++] = used;
            }
            used += more;
            end = blockEnd;
        }
        first[requests] = count;
    }

    private boolean sameFile(int a, int b) {
        return ids[a] >>> 32 == ids[b] >>> 32;
    }

    int requests() {
        return requests;
    }

    int firstOf(int request) {
        return first[request];
    }

    DiskFile fileOf(int request) {
        return file(first[request]);
    }

    long beginOf(int request) {
        return begins[request];
    }

    int lengthOf(int request) {
        return lengths[request];
    }

    int placeOf(int request) {
        return places[request];
    }

    /// Whether `bytes` bytes of its request hold the whole block.
    boolean isWithin(int index, int request, int bytes) {
        return offsets[index] - begins[request] + storedBytes[index] <= bytes;
    }

    private DiskFile file(int index) {
        DiskFile file = files[index];
        if (file == null) throw new IllegalStateException("no block " + index + " in a batch of " + count);
        return file;
    }

    long id(int index) {
        return ids[index];
    }

    int rawBytes(int index) {
        return rawBytes[index];
    }

    long proof(int index) {
        return dev.polder.buffer.BufferPool.proof(crcs[index], rawBytes[index]);
    }

    /// Checks and decodes a block of a request that lies at `request` in memory.
    ///
    /// @throws PolderException if the bytes are not the block
    void decode(Codecs with, int index, long requestAddress, int request, long to) {
        var path = file(index).path();
        long stored = requestAddress + (offsets[index] - begins[request]);
        BlockProof.verify(path, offsets[index], stored, storedBytes[index], crcs[index]);
        BlockProof.decode(with, path, offsets[index], codecs[index], stored, storedBytes[index], to, rawBytes[index]);
    }
}
