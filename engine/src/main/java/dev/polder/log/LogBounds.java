package dev.polder.log;

import java.util.List;

/// What the manifest knows of the log when recovery begins.
///
/// @param store           whose log it is
/// @param epoch           the highest epoch handed out: a segment of a later one proves the manifest too old
/// @param epochs          the epochs whose groups may be needed, oldest first; only the last may be open
/// @param flushedSequence `F`: operations up to it are in runs; they are verified, not replayed
/// @param manifestEdit    the manifest's last edit: a group that knows a later one proves the manifest too old
public record LogBounds(StoreId store, long epoch, List<EpochRange> epochs, long flushedSequence, long manifestEdit) {
    public LogBounds {
        epochs = List.copyOf(epochs);
        for (int i = 0; i < epochs.size(); i++) {
            EpochRange range = epochs.get(i);
            boolean ordered = i == 0
                    || (epochs.get(i - 1).epoch() < range.epoch()
                            && Lsn.segment(epochs.get(i - 1).lsn()) < range.firstSegment());
            boolean lastIfOpen = range.ended() || i == epochs.size() - 1;
            if (!ordered || !lastIfOpen || range.epoch() > epoch) {
                throw new IllegalArgumentException("epochs out of order: " + epochs + ", highest " + epoch);
            }
        }
    }
}
