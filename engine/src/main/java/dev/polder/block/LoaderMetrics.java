package dev.polder.block;

/// What the loader has done.
///
/// @param reads blocks read from disk
/// @param readBytes as read, alignment included
/// @param bypasses blocks served as a copy because no frame or no pin could be had
/// @param slots staging slots
/// @param slotWaits times a reader waited because all slots were taken
public record LoaderMetrics(long reads, long readBytes, long bypasses, int slots, long slotWaits) {}
