package dev.polder.bench.pool;

import dev.polder.bench.kv.Machine;
import java.util.List;

/// Everything one `bench pool` found out, as it stands in the JSON file.
///
/// @param hugeBytes of the process's memory in huge pages while it ran
public record PoolReport(
        String command,
        String date,
        Machine machine,
        int residentBlocks,
        long hugeBytes,
        List<String> notes,
        List<PoolRun> runs) {
    /// One run of one side.
    ///
    /// @param nanos     per operation; of all threads together
    /// @param allocated bytes on the heap per operation
    public record PoolRun(
            int pair, String workload, String side, int threads, long operations, double nanos, double allocated) {}
}
