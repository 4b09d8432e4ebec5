package dev.polder.metrics;

/// Transfers of one kind on one lane.
///
/// @param count  those that succeeded
/// @param bytes  what they moved
/// @param device how long they took from their turn on, failed ones too
/// @param queued how long those waited for their turn that had to
public record OperationMetrics(long count, long bytes, Latency device, Latency queued) {}
