package dev.polder.cli.watch;

import dev.polder.EngineMetrics;
import dev.polder.MemoryReport;
import dev.polder.StoreMetrics;
import java.io.IOException;

/// What an engine said of itself and one of its stores at one moment.
///
/// @param version  of the answer's form; this class understands [#VERSION]
/// @param pid      the process that answered
/// @param atMillis its wall clock
/// @param nanos    its monotonic clock: differences count
public record Sample(
        int version,
        long pid,
        long atMillis,
        long nanos,
        EngineMetrics engine,
        MemoryReport memory,
        StoreMetrics store) {
    public static final int VERSION = 1;

    /// Reads an answer. Fields that are not known are passed over, those that lack are zero or empty, so that a command
    /// and an engine of slightly different age understand each other.
    static Sample read(byte[] json) throws IOException {
        return RecordReader.read(Sample.class, json);
    }

    boolean follows(Sample other) {
        return pid == other.pid && nanos > other.nanos;
    }
}
