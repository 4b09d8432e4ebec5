package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.PinOwner;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.runtime.Seams;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// The one way from disk bytes to a frame. One per engine.
///
///     locate ──▶ in the pool? ──yes──▶ point at the frame (no lock, no compare-and-set, no allocation)
///                    │ no
///                    ▼
///     claim a slot; is somebody reading this block? wait for him, look again
///                    ▼
///     look again, for certain; is its image in the warm share? ──yes──▶ decode into a frame, publish ──▶ point at it
///                    │ no
///                    ▼
///     read the aligned span ──▶ verify ──▶ frame? decode into it, publish ──▶ point at it
///                                            │ none
///                                            └▶ decode in the slot, hold it until release()
///
/// The slot is claimed before the certain look and freed after publishing, so a block is read once however
/// many want it.
///
/// **A read always ends.** The first attempt is optimistic; if the block was evicted meanwhile, the second
/// holds it: by a pin, or, when pins hold all they may, by a copy of the frame in the slot, or, when the frame is lost
/// again, by the copy that is read there.
/// Waits are for one read of the same block or for a slot ([StagingSlots] says why that ends); interruption
/// ends none of them.
///
/// **Nothing unverified is published**, and a frame is taken only after the checksum was right: a damaged
/// block is an exception at every reader that wants it, and read anew each time.
///
/// The caller's pattern:
///
///     for (int attempt = 0; ; attempt++) {
///         loader.locate(ref, file, …, attempt);
///         r = search(ref.address(), ref.bytes());
///         boolean ok = ref.valid();
///         ref.release();
///         if (ok) return r;
///     }
public final class BlockLoader {
    private final BufferPool pool;
    private final Codecs codecs;
    private final AheadLimits ahead;
    private final StagingSlots slots;
    private final @Nullable WarmBlocks warm;
    private final PinOwner retries;
    private final BatchLoader batches;
    private final Prefetcher prefetcher;

    private final LongAdder reads = new LongAdder();
    private final LongAdder readBytes = new LongAdder();
    private final LongAdder bypasses = new LongAdder();
    private final LongAdder lostAhead = new LongAdder();
    private final LongAdder kept = new LongAdder();

    public BlockLoader(MemoryBudget budget, BufferPool pool, Seams seams, Codecs codecs) {
        this(budget, pool, seams, codecs, AheadLimits.DEFAULT);
    }

    public BlockLoader(MemoryBudget budget, BufferPool pool, Seams seams, Codecs codecs, AheadLimits ahead) {
        this.pool = pool;
        this.ahead = ahead;
        this.codecs = codecs;
        this.slots = new StagingSlots(budget, seams);
        this.warm = WarmBlocks.openOrNull(budget, codecs, seams);
        this.batches = new BatchLoader(pool, codecs, slots, warm);
        this.prefetcher = new Prefetcher(batches, slots.count(), ahead, seams);
        this.retries = pool.pinOwner("reads that were tried again");
    }

    public Codecs codecs() {
        return codecs;
    }

    /// Points `ref` at a block; the parameters are those of its handle, which the caller has copied from a
    /// validated parent.
    ///
    /// @param attempt 0 at first; higher after [BlockRef#valid] was `false`, and then it cannot be again
    /// @throws CorruptionException if the file does not hold the block the handle was made for
    public void locate(
            BlockRef ref, DiskFile file, long offset, int storedBytes, int rawBytes, int codec, int crc, int attempt) {
        if (attempt == 0
                && ref.optimistic()
                && pool.findHinted(ref.frame, BlockId.of(file, offset), BufferPool.proof(crc, rawBytes))) {
            ref.optimistic(rawBytes);
            ref.countHit(pool, rawBytes);
        } else {
            locateSlowly(ref, file, offset, storedBytes, rawBytes, codec, crc, attempt);
        }
    }

    /// Points `ref` at a block where it was seen before; `false` if it has left, or its uses are to be counted, and
    /// must be located.
    ///
    /// @param sight of this very block, from [#sight]; or [FrameSight#NONE]
    public boolean locateSeen(BlockRef ref, long sight, int rawBytes) {
        if (!ref.optimistic() || !pool.findSeen(ref.frame, sight)) return false;
        ref.optimistic(rawBytes);
        ref.countHit(pool, rawBytes);
        return true;
    }

    /// Where the located block is, in a word to be kept beside its handle.
    public long sight(BlockRef ref) {
        return pool.sight(ref.frame);
    }

    /// The same without a read, and without waiting: `false` if the block is not in the pool, or cannot be held.
    public boolean locatePresent(BlockRef ref, DiskFile file, long offset, int rawBytes, int crc, int attempt) {
        ref.release();
        long id = BlockId.of(file, offset);
        if (!pool.find(ref.frame, id, BufferPool.proof(crc, rawBytes))) return false;
        if (attempt > 0 && !ref.tryPin(pool, retries, rawBytes)) return false;
        ref.optimistic(rawBytes);
        ref.countHit(pool, rawBytes);
        return true;
    }

    public void locate(BlockRef ref, DiskFile file, BlockHandle block, int attempt) {
        locate(ref, file, block.offset(), block.storedBytes(), block.rawBytes(), block.codec(), block.crc(), attempt);
    }

    /// Keeps the located block where it is until release, for a view: counted, under the owner's name.
    /// `false` if the block has left its frame or is a bypass copy, or pins hold all they may: the ref is as
    /// before, and the caller copies.
    public boolean pin(BlockRef ref, PinOwner owner) {
        return ref.pinFor(pool, owner);
    }

    /// Whether a block can be located without a read just now.
    public boolean isPresent(DiskFile file, long offset, int rawBytes, int crc) {
        return pool.holds(BlockId.of(file, offset), BufferPool.proof(crc, rawBytes));
    }

    /// How many blocks are worth asking for at once ahead of their use, now.
    public int aheadWindow() {
        return pool.aheadWindow();
    }

    /// How many blocks that were read ahead may wait for all readers together.
    public int aheadBlocksMax() {
        return pool.aheadBlocksMax();
    }

    /// How far readers may look ahead.
    public AheadLimits aheadLimits() {
        return ahead;
    }

    /// Brings the blocks of a batch into the pool that are not there, in as few reads as they need; returns how
    /// many it brought. Best effort: it may bring less, or nothing, and throws nothing that a read may fail with.
    /// The batch is empty afterwards.
    public int load(BlockBatch batch, Lane lane) {
        return batches.load(batch, lane);
    }

    /// Reads what many look-ups lack, while they go on.
    public BlockGather gather(Lane lane) {
        return new BlockGather(batches, lane);
    }

    /// Keeps in the pool what somebody writes.
    public BlockKeeper keeper() {
        return new BlockKeeper(pool, batches, kept);
    }

    /// Nobody reads these files any more: the frames of their blocks are free.
    ///
    /// @param openNumbers of the files, sorted
    public void forget(long[] openNumbers) {
        pool.forget(openNumbers);
    }

    /// An empty batch for [#loadInBackground]; `null` if all of them are in use.
    public @Nullable BlockBatch batchForBackground() {
        return prefetcher.take();
    }

    /// The same as [#load], by a thread of the engine; the batch goes back to it.
    ///
    /// @return what to ask [#isLoaded] for
    public long loadInBackground(BlockBatch batch) {
        return prefetcher.submit(batch);
    }

    /// Whether a batch that was given to [#loadInBackground], and all before it, have ended.
    public boolean isLoaded(long ticket) {
        return prefetcher.isDone(ticket);
    }

    /// The same for who needs a block of that batch now: if its reading has not begun, it is done here, as a whole.
    /// The caller holds no located block.
    public void hurry(long ticket) {
        prefetcher.hurry(ticket);
    }

    /// Waits until the background has done what it was asked for so far: afterwards it uses none of those files.
    public void awaitBackground() {
        prefetcher.drain();
    }

    /// Ends the work in the background. Blocks can still be located.
    public void close() {
        prefetcher.close();
    }

    /// A block that was brought in ahead of need has left the pool unused.
    public void countLostAhead() {
        lostAhead.increment();
    }

    public LoaderMetrics metrics() {
        return new LoaderMetrics(
                reads.sum() + batches.requests.sum(),
                readBytes.sum() + batches.requestBytes.sum(),
                slots.joined(),
                bypasses.sum(),
                batches.blocks.sum(),
                batches.refused.sum(),
                lostAhead.sum(),
                kept.sum(),
                batches.heirs.sum(),
                slots.count(),
                slots.busy(),
                slots.waits());
    }

    /// Of the compressed blocks; [WarmMetrics#NONE] if no share of the budget is for them.
    public WarmMetrics warmMetrics() {
        return warm == null ? WarmMetrics.NONE : warm.metrics();
    }

    /// In tests.
    void checkWarm() {
        if (warm != null) warm.checkEverything();
    }

    // ------------------------------------------------------------------------------------------------- a miss

    /// All that is no plain hit, in one method of more than 325 bytes of code on purpose: the compiler
    /// leaves such a method where it is, and so can put [#locate] into its callers even when it was
    /// compiled while nearly all reads missed.
    private void locateSlowly(
            BlockRef ref, DiskFile file, long offset, int storedBytes, int rawBytes, int codec, int crc, int attempt) {
        ref.release();
        long id = BlockId.of(file, offset);
        long proof = BufferPool.proof(crc, rawBytes);
        boolean hold = attempt > 0;
        if (pool.find(ref.frame, id, proof) && pointAt(ref, rawBytes, hold)) {
            ref.countHit(pool, rawBytes);
            return;
        }
        BlockProof.checkHandle(file.path(), offset, storedBytes, rawBytes, codec);
        StagingSlot slot = slots.claim(id);
        while (slot == null) { // somebody else's read of it has ended: the block is probably there
            if (pool.find(ref.frame, id, proof) && pointAt(ref, rawBytes, hold)) return;
            slot = slots.claim(id);
        }
        boolean held = false;
        try {
            if (pool.findExactly(ref.frame, id, proof) || (warm != null && warm.promoted(pool, ref.frame, id, proof))) {
                if (pointAt(ref, rawBytes, hold)) return;
                held = pointedAtCopy(ref, slot, rawBytes);
                if (held) return;
            }
            long stored = read(slot, file, offset, storedBytes);
            BlockProof.verify(file.path(), offset, stored, storedBytes, crc);
            if (decodedIntoFrame(ref, file, offset, storedBytes, rawBytes, codec, id, proof, stored, hold)) return;
            long copy = stored;
            if (codec != Codecs.RAW) {
                copy = slot.decoded();
                BlockProof.decode(codecs, file.path(), offset, codec, stored, storedBytes, copy, rawBytes);
            }
            hold(slot, ref, copy, rawBytes);
            held = true;
        } finally {
            if (!held) slots.free(slot);
        }
    }

    private boolean pointAt(BlockRef ref, int rawBytes, boolean hold) {
        if (hold) return ref.tryPin(pool, retries, rawBytes);
        ref.optimistic(rawBytes);
        return true;
    }

    /// Copies a block that is in the pool but cannot be pinned; `false` if it has left meanwhile.
    private boolean pointedAtCopy(BlockRef ref, StagingSlot slot, int rawBytes) {
        Memory.copy(ref.address(), slot.decoded(), rawBytes);
        if (!ref.valid()) return false;
        hold(slot, ref, slot.decoded(), rawBytes);
        return true;
    }

    private void hold(StagingSlot slot, BlockRef ref, long copy, int rawBytes) {
        bypasses.increment();
        slots.hold(slot);
        ref.bypass(slots, slot, copy, rawBytes);
    }

    /// Reads the span of whole alignment units around the block into the slot; returns where the block's
    /// first stored byte is.
    private long read(StagingSlot slot, DiskFile file, long offset, int storedBytes) {
        int alignment = file.alignment();
        long begin = offset & -(long) alignment;
        int needed = (int) (offset - begin) + storedBytes;
        int span = (needed + alignment - 1) & -alignment;
        int read = file.readUpTo(begin, slot.address, span, Lane.FOREGROUND);
        reads.increment();
        readBytes.add(read);
        if (read < needed)
            throw new CorruptionException(
                    file.path().toString(),
                    offset,
                    "block is cut off: storedBytes=" + storedBytes + " but the file ends at " + (begin + read));
        return slot.address + (offset - begin);
    }

    private boolean decodedIntoFrame(
            BlockRef ref,
            DiskFile file,
            long offset,
            int storedBytes,
            int rawBytes,
            int codec,
            long id,
            long proof,
            long stored,
            boolean hold) {
        int frame = WarmBlocks.allocate(pool, warm, id, rawBytes);
        if (frame == BufferPool.NO_FRAME) return false;
        boolean published = false;
        try {
            BlockProof.decode(codecs, file.path(), offset, codec, stored, storedBytes, pool.address(frame), rawBytes);
            published = pool.publish(ref.frame, frame, id, proof);
        } finally {
            if (!published) pool.abandon(frame);
        }
        return published && pointAt(ref, rawBytes, hold);
    }
}
