package dev.polder.log;

/// What a log has done since it was opened; each number is exact, together they are approximate.
///
/// @param groups           groups appended
/// @param payloadBytes     bytes of their payloads
/// @param loggedBytes      log used up: payloads, headers, rounding, what syncs padded, what segments left unused
/// @param syncs            syncs asked of the device (one may cover many commits)
/// @param segmentsMade     segments zero-filled anew
/// @param segmentsRecycled segments made from spare ones
/// @param segmentsDeleted  segments given back to the file system
/// @param segmentsInline   segments that a commit had to wait for, because none was prepared ahead
/// @param segments         segments that exist now, the one prepared ahead included
/// @param bytes            their size, and that of the spare ones
public record LogMetrics(
        long groups,
        long payloadBytes,
        long loggedBytes,
        long syncs,
        long segmentsMade,
        long segmentsRecycled,
        long segmentsDeleted,
        long segmentsInline,
        int segments,
        long bytes) {}
