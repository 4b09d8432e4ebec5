package dev.polder.bench.report;

import dev.polder.bench.kv.Machine;
import java.util.List;

/// Everything one `bench io` found out, as it stands in the JSON file.
///
/// @param engine     how Polder accessed the file
/// @param fioVersion what fio says of itself
/// @param seconds    per run
public record IoReport(
        String command,
        String date,
        Machine machine,
        String engine,
        String fioVersion,
        long fileBytes,
        double seconds,
        List<String> notes,
        List<Load> loads,
        List<IoRun> runs) {
    /// @param wanted the share of fio's speed
    public record Load(String workload, String description, String fioEngine, double wanted) {}
}
