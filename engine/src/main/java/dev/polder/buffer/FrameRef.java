package dev.polder.buffer;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Where [BufferPool#find] leaves its answer: a frame, and the state it was in. Reusable; owned by one reader
/// at a time.
public final class FrameRef {
    /// The state of what never changes: one word for the whole JVM, always zero.
    private static final long UNCHANGING =
            Arena.global().allocate(Long.BYTES, Long.BYTES).address();

    long descriptor = UNCHANGING;
    long stamp;
    long address;

    /// How often it asked the page table with success.
    int tabled;

    /// Where the owner of its pin noted it, while it is pinned.
    int note;

    /// Whether its hits say nothing about what will be used again.
    boolean scans;

    /// Hits the policy wants to see, not told yet; made when there is one.
    @Nullable
    HitBatch hits;

    public FrameRef() {}

    /// Where the block's bytes are. Unless pinned they may change at any time: bound everything read from
    /// them, and rely on it only after [#valid].
    public long address() {
        return address;
    }

    /// Tells that the reader walks over blocks once: its hits count as no uses from now on, or do again.
    public void scans(boolean scans) {
        this.scans = scans;
    }

    HitBatch hitBatch() {
        if (hits == null) hits = new HitBatch();
        return hits;
    }

    /// Refers to the same block in the same frame as `other`.
    public void copy(FrameRef other) {
        descriptor = other.descriptor;
        stamp = other.stamp;
        address = other.address;
    }

    /// Points at a copy outside the pool, which stays as it is: [#valid] is `true` from now on.
    public void pointAtCopy(long copy) {
        descriptor = UNCHANGING;
        stamp = 0;
        address = copy;
    }

    boolean pointsAtCopy() {
        return descriptor == UNCHANGING;
    }

    /// Whether everything read from the frame before this call was the block that was found.
    ///
    /// The fence keeps those reads before the second look at the version; whoever takes the frame away raises
    /// the version before the first byte changes.
    public boolean valid() {
        long at = descriptor; // before the fence: the compiler still has them in registers there
        long before = stamp;
        VarHandle.loadLoadFence();
        return FrameDescriptor.sameVersion(Memory.getLong(at), before);
    }
}
