package dev.polder.disk;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.io.IoFile;
import dev.polder.memory.Memory;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A new file, written from its beginning on in small pieces: pieces that follow each other go out together, and
/// while some are being written the next ones are filled in.
///
///     room(n) ▶ address ─── fill n bytes ───▶ add(n) … add(n) ───▶ flush() or finish()
///
///     memory   │ window 0: under way │ window 1: under way │ window 2: being filled │
///     file     ├─────────────────────┼─────────────────────┼───────────┤
///                                                      sent┘           └end
///
/// The memory is the caller's, and is all there ever is: it is divided into *windows* of [DiskConfig.WindowConfig],
/// at least two if it holds two. A window goes out when it has no room for what comes next, when its oldest piece has
/// waited for the time the configuration says (looked at whenever a piece is added: nobody waits for a piece that
/// nobody adds to), and with a flush. What is left of a page moves on to the next window. Whoever needs a window that
/// is still being written waits for it. With a single window nothing is written behind: it is written where it is
/// filled.
///
///     Open ──finish──▶ Ended      Open ──a write failed──▶ Failed ──close──▶ Ended      Open ──close──▶ Ended
///
/// **Always true.** (1) Memory of a window is not touched while a write of it is under way. (2) A write that failed
/// is told by the call that begins the next window, at the latest by [#finish], and by every one after it; nothing is
/// under way then, and what was held is gone. (3) After [#flush] everything is written, after [#finish] also cut to
/// length, and a sync of the file flushes first ([DiskFile#sync]). (4) After [#close] nobody looks at the memory.
///
/// The writes are done by the engine's threads or their rings, not on a ring of this thread: so each leaves its lane
/// when it has ended, whatever the writer is doing, who may himself be waiting for the lane with a read of his
/// sources.
///
/// **Threads.** One at a time, as its file has one writer.
public final class WriteBehind implements AutoCloseable {
    public static final int ALIGNMENT = IoFile.DIRECT_ALIGNMENT;
    private static final long EXTENT_BYTES_MIN = 1 << 20, EXTENT_BYTES_MAX = 8 << 20;
    /// A window may go out in parts, when time is up.
    private static final int REQUESTS_PER_WINDOW = 4;

    private final DiskFile file;
    private final LaneGate gate;
    private final Lane lane;
    private final DiskBatch batch;
    private final long memory;
    private final int windowBytes;
    private final int windows;
    private final long nanosMax;
    /// Transfers under way of each window.
    private final int[] underWay;
    private final int[] windowOf; // by request
    private final int[] bytesOf; // by request

    // The window being filled; `start` is where in the file it begins.
    private int current;
    private long start;
    private int filled;
    private int sent;
    private long firstAddedAt;
    private int piecesHeld;

    private long staged; // bytes added and not written yet
    private long allocated; // bytes of the file that room was set aside for
    private boolean grows = true; // whether to set room aside
    private @Nullable RuntimeException failure;
    private boolean ended;

    /// How much memory `windows` windows need that have room for pieces of so many bytes.
    public static int memoryBytes(int windows, int pieceBytesMax) {
        return windows * windowBytesMin(pieceBytesMax);
    }

    /// A piece, and what is left of a page before it.
    private static int windowBytesMin(int pieceBytesMax) {
        return (pieceBytesMax + 2 * ALIGNMENT - 1) & -ALIGNMENT;
    }

    WriteBehind(DiskFile file, long memory, int bytes, int pieceBytesMax, Lane lane, DiskConfig.WindowConfig config) {
        int least = windowBytesMin(pieceBytesMax);
        if (bytes < least || (memory & (ALIGNMENT - 1)) != 0) {
            throw new IllegalArgumentException("pieces of " + pieceBytesMax + " bytes need " + least
                    + " aligned bytes, not " + bytes + " at " + Long.toHexString(memory));
        }
        int wanted = Math.max(2, bytes / Math.max(least, config.bytes()));
        this.windows = Math.clamp(wanted, 1, Math.min(config.windowsMax(), bytes / least));
        this.windowBytes = bytes / windows & -ALIGNMENT;
        this.file = file;
        this.memory = memory;
        this.lane = lane;
        this.gate = file.disk().lane(lane);
        this.nanosMax = config.millis() == 0 ? Long.MAX_VALUE : config.millis() * 1_000_000;
        this.underWay = new int[windows];
        int requests = windows * REQUESTS_PER_WINDOW;
        this.windowOf = new int[requests];
        this.bytesOf = new int[requests];
        this.batch = file.disk().batchElsewhere(lane, requests);
        file.writesBehind(this);
    }

    /// Bytes of the file so far, those in windows included.
    public long end() {
        return start + filled;
    }

    /// Where the next piece goes, of at most so many bytes. Until [#add] nothing of it counts.
    public long room(int bytes) {
        check();
        if (filled + bytes > windowBytes) nextWindow(bytes);
        return memory + (long) current * windowBytes + filled;
    }

    /// These bytes of the room belong to the file.
    public void add(int bytes) {
        check();
        if (bytes < 0 || filled + bytes > windowBytes) throw new IllegalArgumentException("bytes=" + bytes);
        long now = nanosMax == Long.MAX_VALUE ? 0 : gate.nanoTime();
        if (piecesHeld++ == 0) firstAddedAt = now;
        filled += bytes;
        stage(bytes);
        if (now - firstAddedAt > nanosMax) sendPages();
    }

    /// Everything that was added is written, though not synced; the file ends with a whole page, of zeros behind what
    /// was added. More may follow.
    public void flush() {
        check();
        sendPages();
        await(-1);
        int tail = filled - sent;
        if (tail == 0) return;
        long page = memory + (long) current * windowBytes + sent;
        // Behind what was added: whatever comes next overwrites it.
        Memory.fill(page + tail, ALIGNMENT - tail, (byte) 0);
        written(() -> {
            setRoomAside(start + sent + ALIGNMENT);
            file.write(start + sent, page, ALIGNMENT, lane);
        });
    }

    /// Fills the last page with zeros, waits for all writes, gives back what was set aside and not needed, and ends
    /// this. The file can be synced and used.
    ///
    /// @return the length of the file
    public long finish() {
        check();
        int padding = -filled & (ALIGNMENT - 1);
        Memory.fill(memory + (long) current * windowBytes + filled, padding, (byte) 0);
        filled += padding;
        stage(padding);
        sendPages();
        await(-1);
        long length = end();
        close();
        if (allocated > length) file.truncate(length);
        return length;
    }

    /// Waits for what is under way, and forgets what is not. For whoever gives up, and harmless after [#finish].
    @Override
    public void close() {
        if (ended) return;
        ended = true;
        try {
            batch.close();
        } finally {
            file.writesBehind(null);
            stage(-staged);
        }
    }

    // ---- Out ----

    /// Pages of the current window that are full and were not sent.
    private void sendPages() {
        int whole = (filled & -ALIGNMENT) - sent;
        if (whole == 0) return;
        long from = memory + (long) current * windowBytes + sent;
        long position = start + sent;
        gate.coalesced.add(Math.max(0, piecesHeld - 1));
        piecesHeld = 0;
        written(() -> {
            setRoomAside(position + whole);
            if (windows == 1) {
                file.write(position, from, whole, lane);
                stage(-whole);
                return;
            }
            while (batch.room() == 0) collect(batch.next());
            int request = batch.write(file, position, from, whole);
            windowOf[request] = current;
            bytesOf[request] = whole;
            underWay[current]++;
            batch.submit();
        });
        sent += whole;
    }

    /// What is not a whole page moves along.
    private void nextWindow(int bytes) {
        collectEnded();
        sendPages();
        int tail = filled - sent;
        int next = (current + 1) % windows;
        await(next);
        long from = memory + (long) current * windowBytes + sent;
        long to = memory + (long) next * windowBytes;
        if (from != to) Memory.copy(from, to, tail);
        start += sent;
        current = next;
        filled = tail;
        sent = 0;
        if (filled + bytes > windowBytes) throw new IllegalArgumentException("a piece of " + bytes + " bytes");
    }

    /// Waits until nothing of a window is under way, or of any (−1).
    private void await(int window) {
        if (isFree(window)) return;
        long asked = gate.nanoTime();
        written(() -> {
            while (!isFree(window)) collect(batch.next());
        });
        gate.waitedForWrites(gate.nanoTime() - asked);
    }

    private boolean isFree(int window) {
        if (window >= 0) return underWay[window] == 0;
        for (int transfers : underWay) if (transfers > 0) return false;
        return true;
    }

    private void collectEnded() {
        if (isFree(-1)) return;
        written(() -> {
            for (int request; (request = batch.poll()) >= 0; ) collect(request);
        });
    }

    private void collect(int request) {
        underWay[windowOf[request]]--;
        stage(-bytesOf[request]);
        batch.result(request);
    }

    /// A file that outgrows its first write grows in extents, each as large as the file so far within bounds. Where
    /// there is no room for one the writes must see for themselves.
    private void setRoomAside(long to) {
        if (!grows || to <= allocated || start + sent == 0) return;
        long extentEnd = to + Math.clamp(to, EXTENT_BYTES_MIN, EXTENT_BYTES_MAX);
        try {
            file.allocate(start + sent, extentEnd - start - sent);
            allocated = extentEnd;
        } catch (OutOfSpaceException e) {
            grows = false;
        }
    }

    // ---- Failures ----

    /// Does what writes, and ends this if it fails: (2).
    private void written(Runnable writes) {
        try {
            writes.run();
        } catch (RuntimeException e) {
            failure = e;
            filled = 0;
            sent = 0;
            close();
            throw e;
        }
    }

    private void check() {
        RuntimeException cause = failure;
        if (cause != null) throw cause;
        if (ended) throw new IllegalStateException("ended: " + file.path());
    }

    private void stage(long bytes) {
        staged += bytes;
        gate.staged.add(bytes);
    }

    /// For a reader of the file: the stretch is on the device afterwards.
    void beforeRead(long position, int bytes) {
        if (position + bytes > start || !isFree(-1)) flush();
    }

    @Override
    public String toString() {
        return Objects.toString(file.path()) + " from " + start + ": " + filled + " in window " + current;
    }
}
