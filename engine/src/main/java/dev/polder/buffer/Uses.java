package dev.polder.buffer;

import dev.polder.buffer.eviction.EvictionPolicy;
import dev.polder.memory.Memory;
import dev.polder.runtime.Mutex;
import java.util.concurrent.atomic.LongAdder;

/// What readers tell the policy of the blocks they use: a count in the frame's descriptor, and, for policies and frames
/// that want it, the hits themselves, in batches that belong to the reader ([HitBatch]). [#used] takes no lock, apart
/// from one that is free when a batch is full.
final class Uses {
    private final Descriptors descriptors;
    private final EvictionPolicy policy;
    private final AheadLedger ahead;
    private final Mutex mutex;
    private final LongAdder dropped = new LongAdder();
    private long recorded; // under the mutex

    Uses(Descriptors descriptors, EvictionPolicy policy, AheadLedger ahead, Mutex mutex) {
        this.descriptors = descriptors;
        this.policy = policy;
        this.ahead = ahead;
        this.mutex = mutex;
    }

    /// Counts a use, unless the policy has enough of them, or the reader scans. Loading a block is its first use, so
    /// that of one loaded ahead is not counted when it comes.
    void used(FrameRef ref, long descriptor, int frame, long state) {
        if (FrameDescriptor.ahead(descriptor)) {
            if (FrameDescriptor.endAhead(descriptor)) ahead.used();
            return;
        }
        if (ref.scans) return;
        int left = FrameDescriptor.usesLeft(descriptor);
        if (left > 0) FrameDescriptor.usesLeft(descriptor, left - 1);
        if (left == FrameDescriptor.USES_ALL || (left > 0 && FrameDescriptor.recorded(descriptor)))
            record(ref, frame, state);
    }

    private void record(FrameRef ref, int frame, long state) {
        HitBatch hits = ref.hitBatch();
        if (hits.full()) tellIfFree(ref, hits);
        hits.add(frame, FrameDescriptor.versionBits(state));
    }

    private void tellIfFree(FrameRef ref, HitBatch hits) {
        if (mutex.tryLock()) {
            try {
                tell(ref);
            } finally {
                mutex.unlock();
            }
        } else {
            dropped.add(hits.count());
            hits.clear();
        }
    }

    /// Tells the policy what the reader recorded, if the block is still in its frame. Under the mutex.
    void tell(FrameRef ref) {
        HitBatch hits = ref.hits;
        if (hits == null) return;
        for (int i = 0; i < hits.count(); i++) {
            int frame = hits.frame(i);
            long state = Memory.getLong(descriptors.of(frame));
            if (FrameDescriptor.phase(state) != FrameDescriptor.RESIDENT
                    || FrameDescriptor.versionBits(state) != hits.version(i)) continue;
            recorded++;
            policy.hit(frame, descriptors.classOf(frame));
        }
        hits.clear();
    }

    /// Hits told one by one.
    long recorded() {
        return recorded;
    }

    /// Hits that should have been, but the mutex was taken when the reader's batch was full.
    long dropped() {
        return dropped.sum();
    }
}
