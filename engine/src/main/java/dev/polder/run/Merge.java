package dev.polder.run;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Merges the entries of one space from several sources into runs, and leaves out what nobody can see:
/// generations into a section of a level-0 file, or runs into runs of the next level.
///
///     sources, newest first ──▶ [MergeHeap] ──▶ what [MergeRules] keep ──▶ [RunWriter] ──▶ run, run, ...
///
/// Deletes at the bottom wait in [#waiting] until it is known whether an older version of their key is kept: then
/// they are written before it, else they are gone. At most one per snapshot, and one.
///
/// Used once, by one thread.
public final class Merge {
    /// The memory a merge keeps the current key in.
    public static final int MEMORY_BYTES = RunConfig.KEY_BYTES_MAX;

    /// Told from time to time how far the merge is; it may wait there, to keep a rate, or throw, to end the
    /// merge.
    @FunctionalInterface
    public interface Progress {
        /// @param bytesIn  bytes of keys and values taken from the sources since the last call
        /// @param bytesOut bytes added to the output since the last call
        void advanced(long bytesIn, long bytesOut);
    }

    /// Where the runs of a merge go. A run is begun only when there is an entry for it.
    public interface Output {
        RunWriter begin();

        /// The run is complete: its one section, and how long its file is. The file is not synced.
        void end(RunWriter writer, Section section, long fileBytes);
    }

    private static final int BYTES_BETWEEN_CALLS = 16 << 10;

    private final MergeHeap heap;
    private final MergeRules rules;
    private final Progress progress;

    // The key whose versions are being looked at.
    private final long key;
    private int keyBytes = -1;
    private long newer; // sequence of the version before
    private boolean written; // whether a version of it is
    private long[] waiting = new long[4]; // sequences of deletes that hide nothing so far
    private int waitingCount;

    private @Nullable Output output;
    private @Nullable RunWriter writer; // with an open section
    private int spaceId;
    private long fileBytes = Long.MAX_VALUE;

    private long bytesIn;
    private long bytesReported;
    private long bytesOut;
    private long entriesIn;
    private long entriesOut;

    /// @param newestFirst the sources; of two that hold the same version the first one counts
    /// @param sharedBytes leading bytes that all keys of all sources share, 0 if not known
    /// @param memory      address of [#MEMORY_BYTES] bytes
    public Merge(
            List<? extends EntrySource> newestFirst,
            int sharedBytes,
            MergeRules rules,
            long memory,
            Progress progress) {
        this.heap = new MergeHeap(newestFirst, sharedBytes);
        this.rules = rules;
        this.key = memory;
        this.progress = progress;
    }

    /// How many leading bytes the keys of all these runs share.
    public static int sharedBytes(List<Run> runs) {
        byte[] some = runs.getFirst().section().firstKey();
        int shared = some.length;
        for (Run run : runs) {
            shared = Math.min(shared, shared(some, run.section().firstKey()));
            shared = Math.min(shared, shared(some, run.section().lastKey()));
        }
        return shared;
    }

    private static int shared(byte[] a, byte[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
    }

    /// Merges everything into one section of a file that may have others; `null` if nothing is left to write.
    public @Nullable Section intoSection(RunWriter to, int space) {
        long start = to.bytesSoFar();
        spaceId = space;
        while (!heap.isEmpty()) {
            step(to);
            if (bytesIn - bytesReported >= BYTES_BETWEEN_CALLS) report(to.bytesSoFar() - start);
        }
        Section section = writer == null ? null : to.endSection();
        report(to.bytesSoFar() - start);
        return section;
    }

    /// Merges everything into runs of about `targetFileBytes`, cut only between keys; none if nothing is left to
    /// write.
    public void intoRuns(Output to, int space, long targetFileBytes) {
        output = to;
        spaceId = space;
        fileBytes = targetFileBytes;
        long ended = 0;
        while (!heap.isEmpty()) {
            RunWriter before = writer;
            step(null);
            if (before != null && before != writer) ended += before.bytesSoFar();
            if (bytesIn - bytesReported >= BYTES_BETWEEN_CALLS) {
                report(ended + (writer == null ? 0 : writer.bytesSoFar()));
            }
        }
        if (writer != null) {
            endRun(to, writer);
            ended += writer.bytesSoFar();
        }
        report(ended);
    }

    /// Entries taken from the sources.
    public long entriesIn() {
        return entriesIn;
    }

    /// Entries written.
    public long entriesOut() {
        return entriesOut;
    }

    /// Decides about the next entry of the sources, and goes past it.
    private void step(@Nullable RunWriter to) {
        EntrySource entry = heap.top();
        boolean newest = entry.keyBytes() != keyBytes || !Keys.equal(entry.key(), key, keyBytes);
        if (newest) {
            keyBytes = entry.keyBytes();
            Keys.copyShort(entry.key(), key, keyBytes);
            written = false;
            waitingCount = 0;
        }
        long sequence = entry.sequence();
        if (newest || rules.seen(sequence, newer)) {
            if (rules.bottom() && entry.isDelete()) await(sequence);
            else write(to, entry);
        }
        newer = sequence;
        entriesIn++;
        bytesIn += keyBytes + entry.valueBytes();
        heap.next();
    }

    private void await(long sequence) {
        if (waitingCount == waiting.length) waiting = Arrays.copyOf(waiting, 2 * waitingCount);
        waiting[waitingCount++] = sequence;
    }

    private void write(@Nullable RunWriter to, EntrySource entry) {
        RunWriter out = openRun(to);
        for (int i = 0; i < waitingCount; i++) {
            out.add(key, keyBytes, rules.written(waiting[i]), DataBlock.DELETE, 0, 0);
        }
        entriesOut += waitingCount + 1;
        waitingCount = 0;
        long sequence = rules.written(entry.sequence());
        out.former(entry.former());
        if (entry.isDelete()) {
            out.add(key, keyBytes, sequence, DataBlock.DELETE, 0, 0);
        } else if (entry.value() != 0) {
            out.add(key, keyBytes, sequence, DataBlock.PUT, entry.value(), entry.valueBytes());
        } else {
            out.addLarge(key, keyBytes, sequence, entry.valueBytes(), entry);
        }
    }

    /// The writer with a section open; a fresh run when the last one is full and this is the first version of its
    /// key.
    private RunWriter openRun(@Nullable RunWriter to) {
        RunWriter open = writer;
        if (open != null && output != null && !written && open.bytesSoFar() >= fileBytes) {
            endRun(output, open);
            open = null;
        }
        if (open == null) {
            if (to != null) open = to;
            else if (output != null) open = output.begin();
            else throw new IllegalStateException("a merge without an output");
            open.beginSection(spaceId);
            writer = open;
        }
        written = true;
        return open;
    }

    private static void endRun(Output output, RunWriter run) {
        Section section = run.endSection();
        output.end(run, section, run.finish());
    }

    private void report(long allBytesOut) {
        progress.advanced(bytesIn - bytesReported, allBytesOut - bytesOut);
        bytesReported = bytesIn;
        bytesOut = allBytesOut;
    }
}
