package dev.polder.bench.engine;

/// What a reader of the figures must know about an engine's side of the comparison, in words.
///
/// @param durability what an acknowledged write survives
/// @param memory     how the benchmark's memory is spent
/// @param settling   what `settle` waits for
public record EngineFacts(
        String engine, String version, String durability, String io, String codec, String memory, String settling) {}
