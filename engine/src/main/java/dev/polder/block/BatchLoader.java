package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameRef;
import dev.polder.disk.DiskBatch;
import dev.polder.disk.Lane;
import dev.polder.errors.PolderException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// Brings batches of blocks into the pool: neighbours in one read, all reads at once, and one staging slot for
/// all.
///
///     batch ──▶ without what is there or on its way ──▶ a free slot? ──▶ read ──▶ verify, decode, publish each
///                                                          │ none
///                                                          └▶ nothing: whoever needs a block reads it himself
///
/// **Best effort.** It never waits for a slot or a frame, leaves slots to readers that wait for one block, and
/// passes over what fails: the reader that locates the block meets the failure, with the same evidence. **A block
/// is read once**: the slot stands for all blocks of the batch, so a reader of one of them waits for the batch
/// ([StagingSlots]).
final class BatchLoader {
    private static final int PUBLISHED = 0, PASSED_OVER = 1, NO_FRAME = 2;

    private final BufferPool pool;
    private final Codecs codecs;
    private final StagingSlots slots;
    private final @Nullable WarmBlocks warm;
    final LongAdder requests = new LongAdder();
    final LongAdder requestBytes = new LongAdder();
    final LongAdder blocks = new LongAdder();
    final LongAdder heirs = new LongAdder();
    final LongAdder refused = new LongAdder();

    BatchLoader(BufferPool pool, Codecs codecs, StagingSlots slots, @Nullable WarmBlocks warm) {
        this.pool = pool;
        this.warm = warm;
        this.codecs = codecs;
        this.slots = slots;
    }

    /// See [BlockLoader#load]. The batch is empty afterwards.
    int load(BlockBatch batch, Lane lane) {
        leaveOutPresent(batch);
        if (batch.count() == 0) return 0;
        StagingSlot slot = slots.tryClaim(batch);
        if (slot == null) {
            if (batch.count() > 0) refused.increment();
            batch.clear();
            return 0;
        }
        return loadInto(slot, batch, lane);
    }

    /// The same for blocks that take the place of others that were in use ([BlockKeeper]); `false` if there was
    /// no frame for one of them, and more would be read in vain.
    boolean loadHeirs(BlockBatch batch, boolean evict, Lane lane) {
        batch.heirs = true;
        batch.heirsEvict = evict;
        batch.lackedFrames = false;
        load(batch, lane);
        return !batch.lackedFrames;
    }

    /// The same of a batch of which somebody needs a block now; `false`, and the batch is as it was, if no slot is
    /// free at all.
    boolean loadUrgently(BlockBatch batch) {
        leaveOutPresent(batch);
        StagingSlot slot = batch.count() == 0 ? null : slots.tryClaimUrgently(batch);
        if (slot != null) loadInto(slot, batch, Lane.READ_AHEAD);
        return batch.count() == 0;
    }

    private int loadInto(StagingSlot slot, BlockBatch batch, Lane lane) {
        try {
            return load(batch, slot, lane, new FrameRef());
        } finally {
            slots.free(slot);
            batch.clear();
        }
    }

    private int load(BlockBatch batch, StagingSlot slot, Lane lane, FrameRef found) {
        int most = prepare(batch, found);
        if (most == 0) return 0;
        if (most == 1) return publishAll(batch, 0, readOne(batch, slot, lane), slot, found);
        int loaded = 0;
        try (DiskBatch reads = batch.fileOf(0).disk().batch(lane, most)) {
            int[] requestOf = new int[most];
            for (int request = 0; request < most; request++) {
                requestOf[ask(reads, batch, request, slot)] = request;
            }
            for (int number; (number = reads.next()) >= 0; ) {
                loaded += publishAll(batch, requestOf[number], result(reads, number), slot, found);
            }
        }
        return loaded;
    }

    // ---- For [BlockGather] and [AheadReads], which do the same in other steps ----

    /// At a glance, before anybody else knows of the batch.
    void leaveOutPresent(BlockBatch batch) {
        for (int i = batch.count() - 1; i >= 0; i--) {
            if (pool.holds(batch.id(i), batch.proof(i))) batch.remove(i);
        }
    }

    boolean hasSpare() {
        return slots.hasSpareNow();
    }

    @Nullable
    StagingSlot tryClaim(BlockBatch batch) {
        return slots.tryClaim(batch);
    }

    @Nullable
    StagingSlot claim(BlockBatch batch) {
        return slots.claim(batch);
    }

    int stillLoading(long[] ids, int count, boolean awaitFirst) {
        return slots.stillLoading(ids, count, awaitFirst);
    }

    /// When a slot is claimed: leaves out what somebody has loaded before, and gives the others their places. Returns
    /// how many requests they make.
    int prepare(BlockBatch batch, FrameRef found) {
        for (int i = batch.count() - 1; i >= 0; i--) if (isThere(batch, i, found)) slots.leaveOut(batch, i);
        slots.layOut(batch);
        return batch.requests();
    }

    private boolean isThere(BlockBatch batch, int index, FrameRef found) {
        long id = batch.id(index);
        long proof = batch.proof(index);
        if (batch.heirs) return pool.holdsExactly(id, proof);
        return pool.findExactly(found, id, proof) || (warm != null && warm.promoted(pool, found, id, proof));
    }

    /// Asks for one of the requests; returns its number.
    int ask(DiskBatch reads, BlockBatch batch, int request, StagingSlot slot) {
        return reads.read(
                batch.fileOf(request),
                batch.beginOf(request),
                slot.address + batch.placeOf(request),
                batch.lengthOf(request));
    }

    void free(StagingSlot slot) {
        slots.free(slot);
    }

    // ---- Reads ----

    private int readOne(BlockBatch batch, StagingSlot slot, Lane lane) {
        try {
            return counted(batch.fileOf(0).readUpTo(batch.beginOf(0), slot.address, batch.lengthOf(0), lane));
        } catch (PolderException e) {
            return 0; // its reader will meet it
        }
    }

    int result(DiskBatch reads, int number) {
        try {
            return counted(reads.result(number));
        } catch (PolderException e) {
            return 0; // as above
        }
    }

    private int counted(int bytes) {
        requests.increment();
        requestBytes.add(bytes);
        return bytes;
    }

    /// Brings the blocks of one request into the pool, of which so many bytes were read; returns how many it
    /// brought.
    int publishAll(BlockBatch batch, int request, int bytes, StagingSlot slot, FrameRef ref) {
        int loaded = 0;
        for (int i = batch.firstOf(request); i < batch.firstOf(request + 1); i++) {
            if (!batch.isWithin(i, request, bytes)) continue; // cut off: its reader will say so
            int outcome = publish(batch, i, request, slot, ref);
            if (outcome == PUBLISHED) loaded++;
            if (outcome != NO_FRAME) continue;
            batch.lackedFrames = true;
            break;
        }
        return loaded;
    }

    private int publish(BlockBatch batch, int index, int request, StagingSlot slot, FrameRef ref) {
        int frame = batch.heirs && !batch.heirsEvict
                ? pool.allocateFree(batch.rawBytes(index))
                : WarmBlocks.allocate(pool, warm, batch.id(index), batch.rawBytes(index));
        if (frame == BufferPool.NO_FRAME) return NO_FRAME;
        boolean published = false;
        try {
            batch.decode(codecs, index, slot.address + batch.placeOf(request), request, pool.address(frame));
            published = batch.heirs
                    ? pool.publish(ref, frame, batch.id(index), batch.proof(index))
                    : pool.publishAhead(ref, frame, batch.id(index), batch.proof(index));
        } catch (PolderException e) {
            return PASSED_OVER; // damaged: its reader will say so
        } finally {
            if (!published) pool.abandon(frame);
        }
        if (!published) return PASSED_OVER;
        (batch.heirs ? heirs : blocks).increment();
        return PUBLISHED;
    }
}
