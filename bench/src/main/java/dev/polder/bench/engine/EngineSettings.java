package dev.polder.bench.engine;

import dev.polder.bench.data.KeyShape;
import java.nio.file.Path;

/// What every engine is opened with.
///
/// @param memoryBytes the engine's memory apart from the Java heap
/// @param records     how many there will be, for engines that must reserve address space
/// @param valueBytes  of each
/// @param keys        for an engine that has no index and computes a place from the key
/// @param direct      whether RocksDB bypasses the page cache
/// @param warmPercent of Polder's memory, for compressed blocks
public record EngineSettings(
        Path folder, long memoryBytes, long records, int valueBytes, KeyShape keys, boolean direct, int warmPercent) {
    long dataBytes() {
        return records * (KeyShape.KEY_BYTES + valueBytes);
    }
}
