package dev.polder.buffer.eviction;

/// What a policy did. Counters only grow; those that a policy does not have are 0.
///
/// @param eviction      which policy it is
/// @param admissions    blocks that were let into the main part (TinyLFU: won against its victim; S3-FIFO: used
/// while in the small queue)
/// @param rejections    blocks that had to leave instead
/// @param ghostHits     loaded blocks that were remembered from before
/// @param windowPercent share of the window now
/// @param contested     whether blocks that leave the window must be more frequent than those they replace, now
/// @param windowChanges times the shadows chose another window
public record PolicyMetrics(
        Eviction eviction,
        long admissions,
        long rejections,
        long ghostHits,
        int windowPercent,
        boolean contested,
        long windowChanges) {
    /// The policy's name, and its window if it has one.
    public String describe() {
        if (windowPercent == 0) return eviction.name();
        return eviction.name() + ", window " + windowPercent + " %" + (contested ? "" : ", all admitted");
    }

    static PolicyMetrics of(Eviction eviction) {
        return of(eviction, 0, 0, 0);
    }

    static PolicyMetrics of(Eviction eviction, long admissions, long rejections, long ghostHits) {
        return new PolicyMetrics(eviction, admissions, rejections, ghostHits, 0, false, 0);
    }
}
