package dev.polder.bench.report;

import dev.polder.bench.engine.EngineFacts;
import dev.polder.bench.kv.KvLoad;
import dev.polder.bench.kv.Machine;
import java.util.List;

/// Everything one `bench kv` found out, as it stands in the JSON file.
///
/// @param command the arguments that repeat it
/// @param peer    the engine the others are compared with
/// @param notes   what a reader must know besides, such as a cgroup that could not be made
public record KvReport(
        String command,
        String date,
        Machine machine,
        KvLoad load,
        long heapBytes,
        String peer,
        List<String> notes,
        List<EngineFacts> engines,
        List<KvRun> runs) {
    /// What one process reports to the one that started it.
    public record OfChild(Machine machine, EngineFacts facts, KvRun run) {}
}
