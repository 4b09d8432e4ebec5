package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameClass;
import dev.polder.buffer.FrameRef;
import dev.polder.buffer.PinOwner;
import org.jspecify.annotations.Nullable;

/// A reader's hold on one block. Made once per reader and reused: locating a block allocates nothing. Not
/// thread-safe.
///
///     ──locate──▶ optimistic   the bytes may change under you; rely on them after valid()
///                 pinned       they stay until release(): a second attempt, or a view
///                 a copy       a copy in the loader's staging, until release(); the pool had no frame
///
/// **One located block per reader at a time.** A bypass holds one of few staging slots, and locating may wait
/// for one; a reader that waited while it held one could wait for ever. So a walk down a tree copies the
/// child's handle, releases, and goes on; what must be kept across another locate is copied, or pinned by
/// [BlockLoader#pin]. A ref gives back what it holds before it locates.
public final class BlockRef {
    private static final int NOTHING = 0, PIN = 1, COPY = 2;

    /// Hits of the three classes, 21 bits each, told to the pool when one of them reaches 256.
    private static final int HIT_BITS = 21;
    private static final long HITS_TOLD = 1L << 8 | 1L << (8 + HIT_BITS) | 1L << (8 + 2 * HIT_BITS);

    private static final int SMALL_BYTES = FrameClass.bytes(0);

    final FrameRef frame = new FrameRef();

    /// What must be given back.
    private int held = NOTHING;
    private int bytes;
    private long hits;

    private @Nullable BufferPool pool;
    private @Nullable PinOwner owner;
    private @Nullable StagingSlots slots;
    private @Nullable StagingSlot slot;

    public BlockRef() {}

    /// Where the decoded block is. While optimistic its bytes may change under you: bound everything you read
    /// from it.
    public long address() {
        return frame.address();
    }

    /// Length of the decoded block, as its handle says.
    public int bytes() {
        return bytes;
    }

    /// Tells that the reader walks over many blocks once: its hits count as no uses from now on, or do again.
    public void scans(boolean scans) {
        frame.scans(scans);
    }

    /// Whether all that was read from the block before this call was right. If not: release, and locate
    /// again. Ask before the release: afterwards a copy may belong to somebody else.
    public boolean valid() {
        return frame.valid();
    }

    /// Whether the bytes stay until [#release] because the frame is pinned.
    public boolean pinned() {
        return held == PIN;
    }

    /// Whether nothing is held: neither a pin nor a copy. Then the ref may stay as it is from one call to the
    /// next, and its next [#valid] still tells whether what was read is the block.
    public boolean optimistic() {
        return held == NOTHING;
    }

    /// Lets go of the block. May be called again.
    public void release() {
        if (held != NOTHING) giveBack();
    }

    /// Hands the pin to a ref of its own, which outlives this one's next use; this one holds nothing then.
    ///
    /// @throws IllegalStateException if the block is not [#pinned]: a copy's slot must not outlive the read
    public BlockRef detach() {
        if (held != PIN) throw new IllegalStateException("only a pinned block can be handed on");
        BlockRef other = new BlockRef();
        other.frame.copy(frame);
        other.held = PIN;
        other.bytes = bytes;
        other.pool = pool;
        other.owner = owner;
        held = NOTHING;
        pool = null;
        owner = null;
        return other;
    }

    /// The frame was found, or filled.
    void optimistic(int blockBytes) {
        bytes = blockBytes;
    }

    /// Counts for itself and tells the pool now and then, so that a hit writes no shared line.
    void countHit(BufferPool pool, int blockBytes) {
        long counted = hits + hit(blockBytes);
        hits = counted;
        if ((counted & HITS_TOLD) != 0) tellHits(pool);
    }

    private static long hit(int blockBytes) {
        return blockBytes <= SMALL_BYTES ? 1 : 1L << (HIT_BITS * FrameClass.of(blockBytes));
    }

    private void tellHits(BufferPool pool) {
        for (int c = 0; c < FrameClass.COUNT; c++) {
            int count = (int) (hits >>> (HIT_BITS * c)) & ((1 << HIT_BITS) - 1);
            if (count > 0) pool.hits(c, count);
        }
        hits = 0;
    }

    /// Pins the frame that was found; `false` if the block has left it or pins hold all they may.
    boolean tryPin(BufferPool pool, PinOwner owner, int blockBytes) {
        if (!pool.pin(frame, owner)) return false;
        held = PIN;
        bytes = blockBytes;
        this.pool = pool;
        this.owner = owner;
        return true;
    }

    /// Turns the hold on this very block into a pin under another name.
    boolean pinFor(BufferPool pool, PinOwner owner) {
        if (held == COPY) return false;
        if (held == PIN && this.owner != null) pool.handOver(frame, this.owner, owner);
        else if (!pool.pin(frame, owner)) return false;
        held = PIN;
        this.pool = pool;
        this.owner = owner;
        return true;
    }

    void bypass(StagingSlots slots, StagingSlot slot, long copy, int blockBytes) {
        held = COPY;
        frame.pointAtCopy(copy);
        bytes = blockBytes;
        this.slots = slots;
        this.slot = slot;
    }

    private void giveBack() {
        if (held == PIN && pool != null && owner != null) pool.unpin(frame, owner);
        if (held == COPY && slots != null && slot != null) slots.free(slot);
        held = NOTHING;
        pool = null;
        owner = null;
        slots = null;
        slot = null;
    }
}
