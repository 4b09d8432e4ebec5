package dev.polder.disk;

import dev.polder.errors.CorruptionException;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.events.DeviceRead;
import dev.polder.events.DeviceWrite;
import dev.polder.events.Events;
import dev.polder.events.Sync;
import dev.polder.io.Errno;
import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// One open file of an engine. Its handle may come and go behind it ([DiskFiles]); its `openNumber` stays.
///
/// The one place that deals with short and disturbed transfers: here they are whole, or fail.
///
///     Sound ──failed write or sync──▶ Poisoned    (no arrow back: reopen the store)
///
/// What is on the device of a poisoned file is not known: it refuses every write and sync with the first cause, and
/// can still be read. A write refused for want of space before a byte of it moved changes nothing, and does not poison.
public final class DiskFile implements AutoCloseable {
    /// `users`: how many calls are under way, while there is a handle; [#EVICTED] while there is none. The sign
    /// bit says closed.
    private static final int EVICTED = 1 << 30;
    private static final int CLOSED = 1 << 31;

    /// What [#tryReadUpTo] answers when it is not its turn.
    public static final int WOULD_BLOCK = -1;

    private final Disk disk;
    private final DiskFiles files;
    private final int openNumber;
    private final IoEngine.OpenMode mode;
    private final LongAdder retries;
    private final int retriesMax;

    private volatile Path path;
    private final AtomicInteger users = new AtomicInteger(EVICTED);
    private volatile @Nullable IoFile handle;
    private volatile int alignment = 1;
    private volatile boolean secondChance;
    private volatile boolean unsynced;
    private volatile boolean unlinked;
    private volatile @Nullable Throwable poison;
    private volatile @Nullable WriteBehind behind;

    DiskFile(
            Disk disk,
            DiskFiles files,
            int openNumber,
            Path path,
            IoEngine.OpenMode mode,
            int retriesMax,
            LongAdder retries) {
        this.disk = disk;
        this.files = files;
        this.openNumber = openNumber;
        this.path = path;
        this.mode = mode;
        this.retriesMax = retriesMax;
        this.retries = retries;
    }

    /// The file's identity in the engine: an unsigned 32-bit number that is never given twice.
    public long openNumber() {
        return Integer.toUnsignedLong(openNumber);
    }

    /// Where this file is: many reads at once go through it.
    public Disk disk() {
        return disk;
    }

    public Path path() {
        return path;
    }

    /// Positions, lengths and addresses must be multiples of this: 1, or 4096 for direct I/O.
    public int alignment() {
        return alignment;
    }

    /// Reads exactly so many bytes. A file that ends before is corrupt: nobody asks for what was not written.
    public void read(long position, long address, int bytes, Lane lane) {
        int read = readUpTo(position, address, bytes, lane);
        if (read < bytes) {
            throw new CorruptionException(
                    path.toString(), position, "expected " + bytes + " bytes, found the end of the file after " + read);
        }
    }

    /// Reads so many bytes, or fewer if the file ends before; returns how many.
    ///
    /// @throws dev.polder.errors.BackpressureException if it waited for its turn as long as the lane allows
    public int readUpTo(long position, long address, int bytes, Lane lane) {
        WriteBehind held = behind;
        if (held != null) held.beforeRead(position, bytes);
        return readInTurn(disk.lane(lane).enter(Operation.READ), position, address, bytes, lane);
    }

    /// The same if there is room in the lane at once; else [#WOULD_BLOCK], and nothing was done.
    public int tryReadUpTo(long position, long address, int bytes, Lane lane) {
        LaneGate.Turn turn = disk.lane(lane).enterOrNull(Operation.READ);
        return turn == null ? WOULD_BLOCK : readInTurn(turn, position, address, bytes, lane);
    }

    private int readInTurn(LaneGate.Turn turn, long position, long address, int bytes, Lane lane) {
        try {
            IoFile file = acquire();
            DeviceRead event = Events.deviceRead();
            try {
                int read = readOn(file, position, address, bytes, 0);
                disk.lane(lane).reads.succeeded(read);
                return read;
            } finally {
                release();
                if (event != null) event.end(path.toString(), position, bytes, 1, lane.label());
            }
        } finally {
            turn.leave();
        }
    }

    /// Reads on where `already` bytes are there; returns how many there are then, fewer than asked only at the
    /// end of the file.
    int readOn(IoFile file, long position, long address, int bytes, int already) {
        if (already == bytes) return bytes;
        int done = 0;
        int idle = 0;
        int read = already;
        while (true) {
            if (read > 0) {
                int reached = done + read;
                if (reached == bytes) return bytes;
                retries.increment();
                int resume = reached & -alignment;
                // Direct I/O can go on at a whole block only. A part of one is the end of the file, or a read to be
                // repeated.
                if (resume < reached && position + reached >= file.size()) return reached;
                idle = resume > done ? 0 : checkIdle("read", idle);
                done = resume;
            }
            try {
                read = file.read(position + done, address + done, bytes - done);
                if (read == 0) return done;
            } catch (FileAccessException e) {
                idle = retryAfter(e, idle);
                read = 0;
            }
        }
    }

    /// Writes exactly so many bytes, or fails. After a failure the bytes of this range are not known.
    ///
    /// @throws dev.polder.errors.BackpressureException if it waited for its turn as long as the lane allows;
    /// nothing was written then
    public void write(long position, long address, int bytes, Lane lane) {
        writeInTurn(disk.lane(lane).enter(Operation.WRITE), position, address, bytes, lane);
    }

    /// The same, and never refused, as a sync is not: for a write that is one of several which happen all or not.
    public void writeHowever(long position, long address, int bytes, Lane lane) {
        writeInTurn(disk.lane(lane).enterHowever(Operation.WRITE), position, address, bytes, lane);
    }

    /// The same if there is room in the lane at once; else `false`, and nothing was done.
    public boolean tryWrite(long position, long address, int bytes, Lane lane) {
        LaneGate.Turn turn = disk.lane(lane).enterOrNull(Operation.WRITE);
        if (turn == null) return false;
        writeInTurn(turn, position, address, bytes, lane);
        return true;
    }

    private void writeInTurn(LaneGate.Turn turn, long position, long address, int bytes, Lane lane) {
        try {
            IoFile file = acquire();
            DeviceWrite event = Events.deviceWrite();
            try {
                checkSound("write");
                writeOn(file, position, address, bytes, 0);
                disk.lane(lane).writes.succeeded(bytes);
            } finally {
                written();
                release();
                if (event != null) event.end(path.toString(), position, bytes, lane.label());
            }
        } finally {
            turn.leave();
        }
    }

    /// After a write has ended, however: a sync that began before does not cover it.
    void written() {
        unsynced = true;
    }

    /// Writes on where `already` bytes have moved.
    void writeOn(IoFile file, long position, long address, int bytes, int already) {
        if (already == bytes) return;
        if (already > 0) retries.increment();
        int done = already & -alignment; // direct I/O can go on at a whole block only
        int idle = 0;
        boolean moved = already > 0;
        try {
            while (done < bytes) {
                int written;
                try {
                    written = file.write(position + done, address + done, bytes - done);
                } catch (FileAccessException e) {
                    idle = retryAfter(e, idle);
                    continue;
                }
                moved |= written > 0;
                int reached = done + written;
                if (reached == bytes) return;
                retries.increment();
                int resume = reached & -alignment;
                idle = resume > done ? 0 : checkIdle("write", idle);
                done = resume;
            }
        } catch (PolderException e) {
            failedWrite(e, moved);
            throw e;
        }
    }

    /// @param moved whether some of the bytes did
    void failedWrite(Throwable cause, boolean moved) {
        if (moved || !(cause instanceof OutOfSpaceException)) poison(cause);
    }

    /// Makes all writes that ended before this call durable, and the size, and what a [WriteBehind] holds. Never
    /// repeated after a failure: the kernel may have dropped what it could not write, and the next sync would say
    /// that all is well.
    public void sync(Lane lane) {
        WriteBehind held = behind;
        if (held != null) held.flush();
        syncInTurn(disk.lane(lane).enter(Operation.SYNC), lane);
    }

    /// The same if there is room in the lane at once; else `false`, and nothing was done.
    public boolean trySync(Lane lane) {
        LaneGate.Turn turn = disk.lane(lane).enterOrNull(Operation.SYNC);
        if (turn == null) return false;
        syncInTurn(turn, lane);
        return true;
    }

    private void syncInTurn(LaneGate.Turn turn, Lane lane) {
        try {
            IoFile file = acquire();
            Sync event = Events.sync();
            try {
                checkSound("sync");
                syncOnce(file);
                disk.lane(lane).syncs.succeeded(0);
            } finally {
                release();
                if (event != null) event.end(path.toString(), lane.label());
            }
        } finally {
            turn.leave();
        }
    }

    /// The mark goes first and comes back on failure: a write that ends in between sets it again by itself.
    private void syncOnce(IoFile file) {
        for (int idle = 0; ; ) {
            unsynced = false;
            try {
                file.sync();
                return;
            } catch (FileAccessException e) {
                unsynced = true;
                if (Errno.isTransient(e.errno()) && idle++ < retriesMax) {
                    retries.increment();
                    continue;
                }
                poison(e);
                throw e;
            } catch (PolderException e) {
                unsynced = true;
                poison(e);
                throw e;
            }
        }
    }

    public long size() {
        IoFile file = acquire();
        try {
            return file.size();
        } finally {
            release();
        }
    }

    public void truncate(long bytes) {
        IoFile file = acquire();
        try {
            checkSound("truncate");
            unsynced = true;
            file.truncate(bytes);
        } catch (OutOfSpaceException e) {
            throw e;
        } catch (PolderException e) {
            poison(e);
            throw e;
        } finally {
            release();
        }
    }

    /// Sets room aside for writes to come; neither size nor content change, and a file of which this fails is as
    /// sound as before. What lies beyond its size goes back with [#truncate].
    ///
    /// @throws OutOfSpaceException if there is not so much
    public void allocate(long position, long bytes) {
        IoFile file = acquire();
        try {
            checkSound("allocate");
            file.allocate(position, bytes);
        } finally {
            release();
        }
    }

    /// A hint that nobody will read this range soon.
    public void dontNeed(long position, long bytes) {
        IoFile file = acquire();
        try {
            file.dontNeed(position, bytes);
        } finally {
            release();
        }
    }

    /// Who writes it behind its writer's back, or `null`: nobody.
    void writesBehind(@Nullable WriteBehind writer) {
        if (writer != null && behind != null) throw new IllegalStateException("has a writer: " + path);
        behind = writer;
    }

    /// Why this file refuses writes, or `null`.
    public @Nullable Throwable poison() {
        return poison;
    }

    /// The last call under way closes the handle.
    @Override
    public void close() {
        int before = users.getAndUpdate(n -> n | CLOSED);
        if (before >= 0 && (before == 0 || before == EVICTED)) files.remove(this);
    }

    /// For a call: the handle stays until [#release].
    IoFile acquire() {
        while (true) {
            int n = users.get();
            if (n < 0) throw new IllegalStateException("the file is closed: " + path);
            if (n == EVICTED) {
                disk.reopen(this);
            } else if (users.compareAndSet(n, n + 1)) {
                if (!secondChance) secondChance = true;
                return Objects.requireNonNull(handle);
            }
        }
    }

    void release() {
        if (users.decrementAndGet() == CLOSED) files.remove(this);
    }

    private int retryAfter(FileAccessException e, int idle) {
        if (!Errno.isTransient(e.errno()) || idle >= retriesMax) throw e;
        retries.increment();
        return idle + 1;
    }

    private int checkIdle(String operation, int idle) {
        if (idle < retriesMax) return idle + 1;
        throw new FileAccessException(operation, path.toString(), 0, "nothing moved in " + retriesMax + " attempts");
    }

    private void poison(Throwable cause) {
        if (poison != null) return;
        poison = cause;
        Events.filePoisoned(path.toString(), cause);
    }

    void checkSound(String operation) {
        Throwable cause = poison;
        if (cause == null) return;
        throw new StoreFailedException(
                operation + " refused: file=" + path + " failed before: " + cause.getMessage()
                        + "; what it holds is not known. Close the store and reopen it: recovery decides what is true.",
                cause);
    }

    // ---- For DiskFiles, under its lock ----

    IoEngine.OpenMode reopenMode() {
        return new IoEngine.OpenMode(false, mode.write(), mode.direct());
    }

    boolean isClosed() {
        return users.get() < 0;
    }

    boolean hasHandle() {
        return handle != null;
    }

    void handleOpened(IoFile opened) {
        handle = opened;
        alignment = opened.alignment();
        users.updateAndGet(n -> n == EVICTED ? 0 : n);
    }

    /// Takes the handle away, if nobody uses it and it can be opened again.
    @Nullable
    IoFile evictHandle() {
        if (unlinked || unsynced || !users.compareAndSet(0, EVICTED)) return null;
        if (unsynced) { // a write came and went between the look and the swap
            users.updateAndGet(n -> n & ~EVICTED);
            return null;
        }
        return takeHandle();
    }

    @Nullable
    IoFile takeHandle() {
        IoFile taken = handle;
        handle = null;
        return taken;
    }

    boolean takeSecondChance() {
        boolean had = secondChance;
        secondChance = false;
        return had;
    }

    void renamed(Path to) {
        path = to;
    }

    void unlinked() {
        unlinked = true;
    }

    boolean isUnlinked() {
        return unlinked;
    }
}
