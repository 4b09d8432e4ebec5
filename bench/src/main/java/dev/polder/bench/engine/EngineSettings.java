package dev.polder.bench.engine;

import java.nio.file.Path;

/// What every engine is opened with.
///
/// @param memoryBytes the engine's memory apart from the Java heap
/// @param dataBytes   an estimate of what will be stored, for engines that must reserve address space
/// @param direct      whether RocksDB bypasses the page cache
public record EngineSettings(Path folder, long memoryBytes, long dataBytes, boolean direct) {}
