package dev.polder.log;

/// What the manifest says of one epoch of the log. An epoch is the time from one open of the store to the next.
///
///     open(epoch 4, from segment 9)  ──crash, recovery──▶  ended(epoch 4, from 9, at 11:8192, last sequence 512)
///
/// **Ended**: the epoch ends exactly at `lsn`, with `lastSequence`. Before that everything must be valid; after it
/// nothing exists. **Open**: where it ends is for recovery to find ([LogTail]); everything up to `lsn` was synced
/// when the manifest was written.
///
/// @param firstSegment the first segment still needed; earlier ones may be gone
/// @param lsn          ended: where; open: up to where everything is proven to be there
/// @param lastSequence ended: the sequence of the last operation; open: 0
public record EpochRange(long epoch, long firstSegment, boolean ended, long lsn, long lastSequence) {
    public EpochRange {
        if (epoch < 0 || firstSegment < 0 || firstSegment > Lsn.SEGMENT_MAX || lsn < 0 || lastSequence < 0) {
            throw new IllegalArgumentException("epoch=%d firstSegment=%d lsn=%s lastSequence=%d: out of range"
                    .formatted(epoch, firstSegment, Lsn.toString(lsn), lastSequence));
        }
    }

    /// A new epoch, about to be written from this segment on.
    public static EpochRange open(long epoch, long firstSegment) {
        return new EpochRange(epoch, firstSegment, false, Lsn.of(firstSegment, 0), 0);
    }

    public static EpochRange ended(long epoch, long firstSegment, long endLsn, long lastSequence) {
        return new EpochRange(epoch, firstSegment, true, endLsn, lastSequence);
    }
}
