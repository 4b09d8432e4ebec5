package dev.polder.disk;

import dev.polder.errors.FileAccessException;
import dev.polder.io.DeviceSpace;
import dev.polder.io.Errno;
import dev.polder.io.IoBatch;
import dev.polder.io.IoEngine;
import dev.polder.metrics.DiskMetrics;
import dev.polder.metrics.LaneMetrics;
import dev.polder.runtime.Seams;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/// Everything an engine does on a disk. One per engine; closing it closes what was left open, but not the
/// [IoEngine].
public final class Disk implements AutoCloseable {
    private final IoEngine io;
    private final DiskConfig config;
    private final DiskFiles files;
    private final Turnstile places;
    private final DepthControl depth;
    private final Map<Lane, LaneGate> lanes = new EnumMap<>(Lane.class);
    private final AtomicInteger lastOpenNumber = new AtomicInteger();
    private final LongAdder retries = new LongAdder();

    public Disk(IoEngine io, Seams seams, DiskConfig config) {
        this.io = io;
        this.config = config;
        this.files = new DiskFiles(io, seams.tasks(), config.handlesMax());
        this.places = new Turnstile("all lanes", config.inFlightMax(), seams.clock(), seams.tasks());
        this.depth = new DepthControl(config.slowFactor());
        for (Lane lane : Lane.values()) {
            LaneGate gate = new LaneGate(lane, config.lane(lane), places, depth, seams.clock(), seams.tasks());
            lanes.put(lane, gate);
            if (lane.isBackground()) depth.controls(gate::narrow);
        }
    }

    /// A new, empty file, to read and write; what was there under this name (left over from a crash) is cut off.
    /// Its name is durable after [#syncDirectory].
    public DiskFile create(Path file, boolean direct) {
        DiskFile created = open(file, new IoEngine.OpenMode(true, true, direct));
        try {
            if (created.size() > 0) created.truncate(0);
            return created;
        } catch (RuntimeException e) {
            created.close();
            throw e;
        }
    }

    public DiskFile open(Path file, boolean write, boolean direct) {
        return open(file, new IoEngine.OpenMode(false, write, direct));
    }

    private DiskFile open(Path path, IoEngine.OpenMode mode) {
        int number = lastOpenNumber.incrementAndGet();
        if (number == 0) throw new IllegalStateException("an engine opens at most 2^32 - 1 files; reopen it");
        DiskFile file = new DiskFile(this, files, number, absolute(path), mode, config.retriesMax(), retries);
        retried(() -> {
            files.add(file, mode);
            return file;
        });
        return file;
    }

    /// Many transfers at once by the thread that calls, which alone uses and soon closes this. A virtual thread parks
    /// while it waits.
    ///
    /// @param requestsMax how many it holds, at most [DiskBatch#REQUESTS_MAX]; as many as the lane has room for
    /// are under way
    public DiskBatch batch(Lane lane, int requestsMax) {
        DiskBatch.checkRequests(requestsMax);
        IoBatch batch = io.batch(depth(lane, requestsMax));
        if (lane == Lane.FOREGROUND) batch.hurry();
        return new DiskBatch(lane(lane), batch, requestsMax);
    }

    /// The same done by threads of the engine: what was submitted goes on while its owner does something else,
    /// and it may go from one thread to another.
    public DiskBatch batchElsewhere(Lane lane, int requestsMax) {
        DiskBatch.checkRequests(requestsMax);
        return new DiskBatch(lane(lane), io.batchElsewhere(depth(lane, requestsMax)), requestsMax);
    }

    /// Writes a new file from its beginning on, in pieces, behind the writer's back.
    ///
    /// @param memory        aligned to 4 KiB, borrowed until it is closed
    /// @param bytes         what is there, at least [WriteBehind#memoryBytes] of one window
    /// @param pieceBytesMax the largest piece that will be asked for
    public WriteBehind writeBehind(DiskFile file, long memory, int bytes, int pieceBytesMax, Lane lane) {
        return new WriteBehind(file, memory, bytes, pieceBytesMax, lane, config.windows());
    }

    private int depth(Lane lane, int requestsMax) {
        return Math.min(requestsMax, config.lane(lane).inFlightMax());
    }

    /// The file system that a directory is on.
    public DeviceSpace space(Path directory) {
        return io.space(directory);
    }

    public IoEngine io() {
        return io;
    }

    public List<String> list(Path directory) {
        return retried(() -> io.list(directory));
    }

    public boolean exists(Path path) {
        return io.exists(path);
    }

    public boolean isDirectory(Path path) {
        return io.isDirectory(path);
    }

    /// Refuses what bears the name of a file of ours and is none: a directory, a pipe. It is somebody else's, so it is
    /// not deleted, and it is in the way of what we would write there.
    public void refuseUnlessFile(Path path) {
        if (!io.exists(path) || io.isFile(path)) return;
        throw new FileAccessException(
                "open",
                path.toString(),
                io.isDirectory(path) ? Errno.EISDIR : Errno.EINVAL,
                (io.isDirectory(path) ? "it is a directory" : "it is no regular file")
                        + ", and the store uses this name for a file of its own; nothing was changed."
                        + " Move it to another place");
    }

    public void createDirectories(Path directory) {
        retried(() -> {
            io.createDirectories(directory);
            return directory;
        });
    }

    /// Atomically replaces `to`. Open files follow: what was `from` goes on as `to`, what was `to` goes on
    /// without a name.
    public void rename(Path from, Path to) {
        files.rename(
                absolute(from),
                absolute(to),
                () -> retried(() -> {
                    io.rename(from, to);
                    return to;
                }));
    }

    /// Deletes a file; one that is open goes on without a name.
    public void delete(Path file) {
        files.unlink(
                absolute(file),
                () -> retried(() -> {
                    io.delete(file);
                    return file;
                }));
    }

    /// Makes creations, renames and deletions in this directory durable.
    public void syncDirectory(Path directory) {
        retried(() -> {
            io.syncDirectory(directory);
            return directory;
        });
    }

    public IoEngine.AutoCloseableLock lock(Path file) {
        return retried(() -> io.lock(file));
    }

    public IoEngine.AutoCloseableLock lockShared(Path file) {
        return retried(() -> io.lockShared(file));
    }

    public DiskMetrics metrics() {
        List<LaneMetrics> perLane =
                lanes.values().stream().map(LaneGate::metrics).toList();
        return new DiskMetrics(
                perLane,
                places.inside(),
                places.most(),
                places.limit(),
                places.waiting(),
                depth.level(),
                depth.cuts(),
                files.count(),
                files.openHandles(),
                config.handlesMax(),
                files.reopened(),
                retries.sum());
    }

    @Override
    public void close() {
        files.closeAll();
    }

    void reopen(DiskFile file) {
        retried(() -> {
            files.reopen(file);
            return file;
        });
    }

    LaneGate lane(Lane lane) {
        return Objects.requireNonNull(lanes.get(lane));
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /// Asks again while the call was only disturbed, or lacks a handle that one of ours can be closed for.
    private <T> T retried(Supplier<T> call) {
        for (int attempt = 0; ; attempt++) {
            try {
                return call.get();
            } catch (FileAccessException e) {
                boolean again = Errno.isTransient(e.errno()) || (DiskFiles.isShortOfHandles(e) && files.giveBack());
                if (!again || attempt >= config.retriesMax()) throw e;
                retries.increment();
            }
        }
    }
}
