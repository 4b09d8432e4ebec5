package dev.polder.bench.report;

/// One run of one side of `bench io`.
///
/// @param by           `polder` or `fio`, or `one`: polder, one by one
/// @param cpuMicros    processor time of the thread per operation; -1 where it is not known
public record IoRun(
        int pair, String workload, String by, long operations, long bytes, double seconds, double cpuMicros) {
    public double operationsPerSecond() {
        return operations / seconds;
    }
}
