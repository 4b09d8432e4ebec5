package dev.polder.disk;

import dev.polder.io.IoFile;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Stretches of files that are read before their reader comes to them, each in a part of his memory: for somebody who
/// reads much, once, and in an order that he knows, past the buffer pool.
///
///     ask ───▶ │ small: under way │ 0: looked at │ 1: has come │ 2: under way │ 3: free │
///     address ◀── where a stretch is that was asked for; waits for it          passed ──▶ free again
///
/// The memory is the caller's, and is all there ever is. What finds no free part that is large enough is not asked for.
/// The reads are done by the engine's threads or their rings, not on a ring of the reader's, as those of
/// [WriteBehind]: each leaves its lane when it has ended, whatever the reader is doing, who may himself be waiting for
/// the lane with a write of what he makes of it.
///
/// **Always true.** (1) A part that is under way is not given to anybody. (2) A stretch of which a read failed, or
/// came short, is as if it had never been asked for: the reader reads it himself, and meets the failure with its
/// evidence. (3) After [#drop] and [#close] nobody looks at the memory. (4) What was asked for and the reader never
/// came to is counted as wasted ([dev.polder.metrics.LaneMetrics#wastedAheadBytes]), as soon as it is forgotten.
///
/// **Threads.** One at a time.
public final class StretchesAhead implements AutoCloseable {
    public static final int ALIGNMENT = IoFile.DIRECT_ALIGNMENT;

    /// One place of the lane is for the writer of what is read.
    private static final int PARTS_MAX = 4;

    private static final int PART_BYTES_MIN = 64 << 10, PART_BYTES = 128 << 10, PART_BYTES_MAX = 512 << 10;

    /// An index block of 4 KiB that begins anywhere.
    private static final int SMALL_BYTES = 2 * ALIGNMENT;

    private final Lane lane;
    private final long memory;
    private final int partBytes;
    private final int parts;

    // By part; 0 is the small one. A part without a file is free.
    private final @Nullable DiskFile[] files;
    private final long[] begins; // in the file, and where it ends; rounded to pages it is what was read
    private final long[] ends;
    private final long[] lookedTo; // by the reader, who goes forward
    private final boolean[] underWay;
    private final int[] partOf; // by request
    private int underWays;
    private @Nullable DiskBatch batch;

    /// `null` if so little memory is better used for one stretch at a time.
    ///
    /// @param memory aligned to 4 KiB, borrowed until it is closed
    public static @Nullable StretchesAhead over(long memory, int bytes, Lane lane) {
        return bytes < SMALL_BYTES + 2 * PART_BYTES_MIN ? null : new StretchesAhead(memory, bytes, lane);
    }

    private StretchesAhead(long memory, int bytes, Lane lane) {
        this.lane = lane;
        this.memory = memory;
        int large = Math.clamp((bytes - SMALL_BYTES) / PART_BYTES, 2, PARTS_MAX);
        partBytes = Math.min((bytes - SMALL_BYTES) / large & -ALIGNMENT, PART_BYTES_MAX);
        parts = 1 + large;
        files = new DiskFile[parts];
        begins = new long[parts];
        ends = new long[parts];
        lookedTo = new long[parts];
        underWay = new boolean[parts];
        partOf = new int[parts];
    }

    /// Whether a part can hold a stretch at all.
    public boolean fits(long begin, long end) {
        return pages(begin, end) <= partBytes;
    }

    /// Begins to read a stretch; `false` if no part is free for it.
    public boolean ask(DiskFile file, long begin, long end) {
        long bytes = pages(begin, end);
        for (int part = bytes <= SMALL_BYTES ? 0 : 1; part < parts && bytes <= partBytes; part++) {
            if (files[part] != null) continue;
            files[part] = file;
            begins[part] = begin;
            ends[part] = end;
            lookedTo[part] = begin;
            file.disk().lane(lane).aheadBytes.add(end - begin);
            read(part, file, begin & -ALIGNMENT, (int) bytes);
            return true;
        }
        return false;
    }

    private void read(int part, DiskFile file, long position, int bytes) {
        DiskBatch reads = batch;
        if (reads == null) batch = reads = file.disk().batchElsewhere(lane, parts);
        int request = reads.read(file, position, address(part), bytes);
        partOf[request] = part;
        underWay[part] = true;
        underWays++;
        reads.submit();
    }

    /// Takes note of what has ended, and has what waits for its turn go on.
    public void poll() {
        DiskBatch reads = batch;
        if (reads == null || underWays == 0) return;
        for (int request; (request = reads.poll()) >= 0; ) collect(reads, request);
    }

    /// Whether a stretch has come that was asked for, alone or within another.
    public boolean has(DiskFile file, long begin, long end) {
        int part = find(file, begin, end);
        return part >= 0 && !underWay[part];
    }

    /// Where a stretch is that was asked for, alone or within another; waits for it. 0 if it was not asked for, or
    /// could not be read.
    public long addressOrZero(DiskFile file, long begin, long end) {
        int part = find(file, begin, end);
        if (part < 0) return 0;
        DiskBatch reads = batch;
        while (underWay[part] && reads != null) collect(reads, reads.next());
        if (files[part] == null) return 0;
        lookedTo[part] = Math.clamp(end + 7 & -8, lookedTo[part], ends[part]); // blocks begin at multiples of 8
        return address(part) + begin - (begins[part] & -ALIGNMENT);
    }

    private int find(DiskFile file, long begin, long end) {
        for (int part = 0; part < parts; part++) {
            if (files[part] == file && begin >= begins[part] && end <= ends[part]) return part;
        }
        return -1;
    }

    /// The reader is past so much of the file: stretches that end there are not wanted any more.
    public void passed(DiskFile file, long position) {
        for (int part = 0; part < parts; part++) {
            if (files[part] == file && ends[part] <= position && !underWay[part]) free(part);
        }
    }

    /// One stretch that was asked for alone is not wanted any more.
    public void forget(DiskFile file, long begin, long end) {
        int part = find(file, begin, end);
        if (part >= 0 && !underWay[part] && begins[part] == begin) free(part);
    }

    private void free(int part) {
        DiskFile file = files[part];
        if (file == null) return;
        files[part] = null;
        file.disk().lane(lane).wastedAheadBytes.add(ends[part] - lookedTo[part]);
    }

    private void freeAll() {
        for (int part = 0; part < parts; part++) free(part);
    }

    private void collect(DiskBatch reads, int request) {
        int part = partOf[request];
        underWay[part] = false;
        underWays--;
        if (bytesRead(reads, request) < ends[part] - (begins[part] & -ALIGNMENT)) free(part);
    }

    private static int bytesRead(DiskBatch reads, int request) {
        try {
            return reads.result(request);
        } catch (RuntimeException e) {
            return 0; // whoever reads it for himself meets it
        }
    }

    /// Waits for what is under way and forgets everything: the memory is the caller's until the next [#ask].
    public void drop() {
        DiskBatch reads = batch;
        while (underWays > 0 && reads != null) collect(reads, reads.next());
        freeAll();
    }

    /// As [#drop], for good.
    @Override
    public void close() {
        DiskBatch reads = batch;
        batch = null;
        freeAll();
        Arrays.fill(underWay, false);
        underWays = 0;
        if (reads != null) reads.close();
    }

    private long address(int part) {
        return part == 0 ? memory : memory + SMALL_BYTES + (long) (part - 1) * partBytes;
    }

    private static long pages(long begin, long end) {
        return (end + ALIGNMENT - 1 & -ALIGNMENT) - (begin & -ALIGNMENT);
    }
}
