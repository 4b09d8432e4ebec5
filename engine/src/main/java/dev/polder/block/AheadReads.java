package dev.polder.block;

import dev.polder.buffer.FrameRef;
import dev.polder.disk.DiskBatch;
import dev.polder.disk.Lane;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The batches that one thread has under way at once, each in a staging slot: while some are being read, those that
/// have come are verified and published. So one thread keeps a device busy, without handing anything to another.
///
///     start start start ──▶ [ reads of all at once ]
///     next ◀── a batch whose reads have all come, published
///
/// **Best effort**, as [BatchLoader]. Who holds slots here waits for the device and the pool's mutex only, never for
/// a slot. Used by one thread.
final class AheadReads {
    enum Start {
        UNDER_WAY,
        /// Nothing was left to read.
        ENDED,
        /// There is none to spare.
        NO_SLOT
    }

    private final BatchLoader loader;
    private final FrameRef ref = new FrameRef();
    private final List<Part> parts = new ArrayList<>(StagingSlots.SLOTS_MAX);
    private final @Nullable Part[] partOf = new Part[DiskBatch.REQUESTS_MAX];
    private final int[] requestOf = new int[DiskBatch.REQUESTS_MAX];

    /// As long as something is under way.
    private @Nullable DiskBatch reads;

    private volatile boolean overlaps = true;

    AheadReads(BatchLoader loader) {
        this.loader = loader;
    }

    private static final class Part {
        private final BlockBatch batch;
        private @Nullable StagingSlot slot;
        private int underWay;

        Part(BlockBatch batch) {
            this.batch = batch;
        }

        StagingSlot slot() {
            return Objects.requireNonNull(slot);
        }
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /// Whether another batch can probably be started.
    boolean hasRoom() {
        DiskBatch under = reads;
        return under == null || (overlaps && under.room() >= BlockBatch.BLOCKS_MAX && loader.hasSpare());
    }

    /// Whether several batches can be under way here; known after the first. Where reads are done one by one, other
    /// threads do others.
    boolean overlaps() {
        return overlaps;
    }

    Start start(BlockBatch batch) {
        loader.leaveOutPresent(batch);
        Part part = new Part(batch); // before the slot, which must not be lost
        StagingSlot slot = batch.count() == 0 ? null : loader.tryClaim(batch);
        if (slot == null) return batch.count() == 0 ? Start.ENDED : Start.NO_SLOT;
        part.slot = slot;
        parts.add(part);
        int requests = loader.prepare(batch, ref);
        if (requests == 0) {
            end(part);
            return Start.ENDED;
        }
        DiskBatch under = reads;
        if (under == null) {
            under = batch.fileOf(0).disk().batch(Lane.READ_AHEAD, DiskBatch.REQUESTS_MAX);
            reads = under;
            overlaps = under.overlaps();
        }
        for (int request = 0; request < requests; request++) {
            int number = loader.ask(under, batch, request, slot);
            partOf[number] = part;
            requestOf[number] = request;
            part.underWay++;
        }
        under.submit();
        return Start.UNDER_WAY;
    }

    /// Waits for a batch to end, and publishes what comes meanwhile; `null` if none is under way.
    @Nullable
    BlockBatch next() {
        DiskBatch under = reads;
        while (under != null) {
            int number = under.next();
            if (number < 0) throw new IllegalStateException(parts.size() + " batches, and no request under way");
            Part part = partOf[number];
            if (part == null) throw new IllegalStateException("request " + number + " is of no batch");
            partOf[number] = null;
            int request = requestOf[number];
            loader.publishAll(part.batch, request, result(under, number), part.slot(), ref);
            if (--part.underWay > 0) continue;
            if (parts.size() == 1) closeReads();
            end(part);
            return part.batch;
        }
        return null;
    }

    private int result(DiskBatch under, int number) {
        try {
            return loader.result(under, number);
        } catch (RuntimeException e) {
            return 0; // the file was closed meanwhile; anything else meets whoever reads the block for himself
        }
    }

    private void end(Part part) {
        parts.remove(part);
        loader.free(part.slot());
    }

    /// Whether a batch is under way.
    boolean has(BlockBatch batch) {
        for (int i = 0; i < parts.size(); i++) if (parts.get(i).batch == batch) return true;
        return false;
    }

    /// Waits for all that is under way and forgets it; gives the batches that it was for.
    void giveUp(Consumer<BlockBatch> given) {
        try {
            closeReads();
        } catch (RuntimeException | Error e) {
            // However it ends, nothing is under way any more; what was met meets whoever reads the block for himself.
        }
        while (!parts.isEmpty()) {
            Part part = parts.getLast();
            end(part);
            given.accept(part.batch);
        }
    }

    private void closeReads() {
        DiskBatch ending = reads;
        reads = null;
        if (ending != null) ending.close();
    }
}
