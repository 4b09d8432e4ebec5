package dev.polder.store;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.generation.Payload;
import dev.polder.io.DeviceSpace;
import dev.polder.runtime.Clock;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Room on the device that ordinary writes leave alone, so that what empties a full device can still work: deletes,
/// merges, compactions, a close.
///
///     ├ used ┼ what the unmerged will need ┼ room ┼ reserve ┤
///                                                └ ordinary writes end here
///                                                          └ deletes, merges, compactions and a close end here
///
/// A write is refused *before* anything of it is logged, while the free room less what was written since it was asked
/// for is below the reserve. The device is asked often when it is nearly full, and rarely when it is not; others may
/// fill it in between, and then the writes themselves find out, as they would without a reserve.
///
/// **Threads.** [#check] under the store's commit mutex, or by nobody else meanwhile; counts by all.
final class SpaceReserve {
    /// A sixteenth of a small device is enough.
    private static final int PART_MAX = 16;

    private static final long PLENTY_BYTES = 4L << 30, SOME_BYTES = 256 << 20;
    private static final long PLENTY_NANOS = 1_000_000_000, SOME_NANOS = 50_000_000;

    private final DeviceSpace device;
    private final LongSupplier unmerged;
    private final Clock clock;
    private final String directory;
    private final long wantedBytes;
    private final Payload.Reader reader = new Payload.Reader();

    private boolean asked;
    private long askedAt;
    private long freeBytes;
    private long reserveBytes;
    private long written;
    private final AtomicLong refused = new AtomicLong();

    /// @param wantedBytes of the device; less if that is more than a sixteenth of it
    /// @param unmerged    bytes in memory that merges will write
    SpaceReserve(DeviceSpace device, long wantedBytes, LongSupplier unmerged, Clock clock, String directory) {
        this.device = device;
        this.unmerged = unmerged;
        this.clock = clock;
        this.directory = directory;
        this.wantedBytes = wantedBytes;
    }

    /// Lets a group pass or refuses it.
    void check(long payload, int bytes) {
        if (leaves(bytes)) return;
        if (onlyDeletes(payload, bytes)) return;
        throw refusal(bytes);
    }

    /// The same for a batch that is not encoded for the log.
    void check(byte[] operations, int bytes) {
        if (leaves(bytes)) return;
        for (int at = 0; at < bytes; at = Payload.next(operations, at))
            if (Payload.kind(operations, at) != Payload.DELETE) throw refusal(bytes);
    }

    private OutOfSpaceException refusal(int bytes) {
        refused.incrementAndGet();
        return new OutOfSpaceException(
                "write (" + freeBytes + " bytes are free, and " + reserveBytes
                        + " of them are kept for deletes, merges and compactions, besides what is not merged yet;"
                        + " nothing of it was logged)",
                directory,
                bytes);
    }

    /// Whether the reserve is whole after so many bytes more.
    private boolean leaves(int bytes) {
        if (wantedBytes == 0) return true;
        long needed = reserveBytes + unmerged.getAsLong();
        long left = freeBytes - written - needed;
        long now = clock.nanoTime();
        long goodFor = left > PLENTY_BYTES ? PLENTY_NANOS : left > SOME_BYTES ? SOME_NANOS : 0;
        if (!asked || left < bytes || now - askedAt >= goodFor) {
            asked = true;
            askedAt = now;
            freeBytes = device.freeBytes();
            reserveBytes = reserveBytes();
            needed = reserveBytes + unmerged.getAsLong();
            written = 0;
        }
        written += bytes;
        return freeBytes - written >= needed;
    }

    private boolean onlyDeletes(long payload, int bytes) {
        reader.reset(payload, bytes);
        while (reader.next()) if (reader.kind() != Payload.DELETE) return false;
        return true;
    }

    /// A segment of the log is a small part of a small device, so that the reserve holds some.
    long segmentBytesMax() {
        return device.totalBytes() / (4 * PART_MAX);
    }

    /// As large as the device is now.
    long reserveBytes() {
        return Math.min(wantedBytes, device.totalBytes() / PART_MAX);
    }

    /// What the device has free now.
    long freeBytes() {
        return device.freeBytes();
    }

    /// Writes that were refused.
    long refused() {
        return refused.get();
    }
}
