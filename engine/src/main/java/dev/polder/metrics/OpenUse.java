package dev.polder.metrics;

/// Something that was opened and has not been closed for long: it keeps memory, or history that nobody else sees.
///
/// @param what  what is open, and of which store
/// @param count how many
/// @param nanos how long the oldest snapshot or cursor has been open; how long there has been no moment without a
/// view
public record OpenUse(String what, long count, long nanos) {}
