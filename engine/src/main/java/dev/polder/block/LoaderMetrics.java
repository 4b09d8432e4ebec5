package dev.polder.block;

/// What the loader has done.
///
/// @param reads reads from disk
/// @param readBytes as read, alignment included
/// @param joined reads of a block that were not done because another's was under way
/// @param bypasses blocks served as a copy because no frame or no pin could be had
/// @param batchBlocks blocks brought in with others, ahead of need or for many look-ups at once
/// @param batchesRefused batches that found no slot to spare
/// @param lostAhead blocks read ahead that had left the pool before they were wanted
/// @param blocksKept blocks put into the pool while a merge or a compaction wrote them
/// @param blocksBroughtBack those that were in use under another name, and were read again after it
/// @param slots staging slots
/// @param slotsBusy those that are read into, or hold a copy, now
/// @param slotWaits times a reader waited because all slots were taken
public record LoaderMetrics(
        long reads,
        long readBytes,
        long joined,
        long bypasses,
        long batchBlocks,
        long batchesRefused,
        long lostAhead,
        long blocksKept,
        long blocksBroughtBack,
        int slots,
        int slotsBusy,
        long slotWaits) {}
