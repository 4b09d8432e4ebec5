package dev.polder.block;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameClass;
import dev.polder.buffer.FrameRef;
import dev.polder.buffer.PinOwner;
import org.jspecify.annotations.Nullable;

/// A reader's hold on one block. Made once per reader and reused: locating a block allocates nothing. Not
/// thread-safe.
///
///     EMPTY ──locate──▶ OPTIMISTIC   the bytes may change under you; rely on them after valid()
///       ▲               PINNED       they stay until release(): a second attempt, or a view
///       └────release─── BYPASS       a copy in the loader's staging, until release(); the pool had no frame
///
/// **One located block per reader at a time.** A bypass holds one of few staging slots, and locating may wait
/// for one; a reader that waited while it held one could wait for ever. So a walk down a tree copies the
/// child's handle, releases, and goes on; what must be kept across another locate is copied, or pinned by
/// [BlockLoader#pin]. A ref gives back what it holds before it locates.
public final class BlockRef {
    private static final int HITS_FLUSHED = 256;
    private static final int EMPTY = 0, OPTIMISTIC = 1, PINNED = 2, BYPASS = 3;

    final FrameRef frame = new FrameRef();

    private int mode = EMPTY;
    private long address;
    private int bytes;
    private final int[] hits = new int[FrameClass.COUNT];

    private @Nullable BufferPool pool;
    private @Nullable PinOwner owner;
    private @Nullable StagingSlots slots;
    private @Nullable StagingSlot slot;

    public BlockRef() {}

    /// Where the decoded block is. While optimistic its bytes may change under you: bound everything you read
    /// from it.
    public long address() {
        return address;
    }

    /// Length of the decoded block, as its handle says.
    public int bytes() {
        return bytes;
    }

    /// Whether all that was read from the block before this call was right. If not: release, and locate
    /// again.
    public boolean valid() {
        return mode != OPTIMISTIC ? mode != EMPTY : frame.valid();
    }

    /// Whether the bytes stay until [#release] because the frame is pinned.
    public boolean pinned() {
        return mode == PINNED;
    }

    /// Whether nothing is held: neither a pin nor a copy. Then the ref may stay as it is from one call to the
    /// next, and its next [#valid] still tells whether what was read is the block.
    public boolean optimistic() {
        return mode == OPTIMISTIC;
    }

    /// Lets go of the block. May be called again.
    public void release() {
        if (mode > OPTIMISTIC) giveBack();
        mode = EMPTY;
    }

    /// Hands the hold on the block to a ref of its own, which outlives this one's next use; this one is empty then.
    public BlockRef detach() {
        BlockRef other = new BlockRef();
        other.frame.copy(frame);
        other.mode = mode;
        other.address = address;
        other.bytes = bytes;
        other.pool = pool;
        other.owner = owner;
        other.slots = slots;
        other.slot = slot;
        mode = EMPTY;
        pool = null;
        owner = null;
        slots = null;
        slot = null;
        return other;
    }

    void optimistic(int blockBytes) {
        mode = OPTIMISTIC;
        address = frame.address();
        bytes = blockBytes;
    }

    /// Counts for itself and tells the pool now and then.
    void countHit(BufferPool pool, int frameClass) {
        if (++hits[frameClass] < HITS_FLUSHED) return;
        pool.hits(frameClass, hits[frameClass]);
        hits[frameClass] = 0;
    }

    /// Pins the frame that was found; `false` if the block has left it or pins hold all they may.
    boolean tryPin(BufferPool pool, PinOwner owner, int blockBytes) {
        if (!pool.pin(frame, owner)) return false;
        mode = PINNED;
        address = frame.address();
        bytes = blockBytes;
        this.pool = pool;
        this.owner = owner;
        return true;
    }

    /// Turns the hold on this very block into a pin under another name.
    boolean pinFor(BufferPool pool, PinOwner owner) {
        if (mode == OPTIMISTIC) return tryPin(pool, owner, bytes);
        if (mode != PINNED || !pool.pin(frame, owner)) return false;
        giveBack();
        this.pool = pool;
        this.owner = owner;
        return true;
    }

    void bypass(StagingSlots slots, StagingSlot slot, long copy, int blockBytes) {
        mode = BYPASS;
        address = copy;
        bytes = blockBytes;
        this.slots = slots;
        this.slot = slot;
    }

    private void giveBack() {
        if (mode == PINNED && pool != null && owner != null) pool.unpin(frame, owner);
        if (mode == BYPASS && slots != null && slot != null) slots.free(slot);
        pool = null;
        owner = null;
        slots = null;
        slot = null;
    }
}
