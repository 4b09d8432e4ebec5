package dev.polder.bench.warm;

import dev.polder.bench.kv.Machine;
import java.util.List;

/// Everything one `bench warm` found out, as it stands in the JSON file.
///
/// @param command     the arguments that repeat it
/// @param shares      percentages of the budget that kept compressed blocks
/// @param imageRatio  raw bytes of a compressed block by its image's, as found
public record WarmReport(
        String command,
        String date,
        Machine machine,
        long memoryBytes,
        int valueBytes,
        double seconds,
        List<Integer> shares,
        double imageRatio,
        List<String> notes,
        List<Run> runs) {
    /// @param times data in units of the budget
    /// @param skew  of the reads
    /// @param share percent of the budget
    public record Run(
            int round,
            double times,
            double skew,
            int share,
            long reads,
            double seconds,
            long poolMisses,
            long warmHits,
            long deviceReads) {
        double readsPerSecond() {
            return reads / seconds;
        }
    }
}
