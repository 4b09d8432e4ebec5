package dev.polder.bench.report;

/// One workload on one engine in one process, measured.
///
/// @param operations         records written, records looked up or scans done
/// @param seconds            from the first operation to the end of the last
/// @param settleSeconds      from there until no work was left over
/// @param found              records found by look-ups, entries seen by scans
/// @param checked            values compared byte by byte with what was written
/// @param writesBesideReads  writes of the extra thread of `readwhilewriting`
/// @param timed              what one latency is the latency of
/// @param sampledEvery       one operation in so many was timed; `maxNanos` is the longest of these
/// @param peakRssBytes       highest resident set over the whole life of the process, warm-up included; -1 if unknown
/// @param cgroupPeakBytes    highest use of the memory cgroup, page cache included; -1 without one
/// @param dataBytes          lengths of the store's files after settling and closing, logs aside
/// @param logBytes           lengths of its logs
/// @param cpuSeconds         processor time of all threads while measured and settling; -1 if unknown
public record KvRun(
        int round,
        String engine,
        String workload,
        long operations,
        double seconds,
        double settleSeconds,
        long found,
        long checked,
        long writesBesideReads,
        String timed,
        int sampledEvery,
        long p50Nanos,
        long p99Nanos,
        long p999Nanos,
        long maxNanos,
        long peakRssBytes,
        long cgroupPeakBytes,
        long dataBytes,
        long logBytes,
        double openSeconds,
        double cpuSeconds) {
    public double operationsPerSecond() {
        return operations / seconds;
    }

    /// The honest figure of a write workload: what was left undone is counted too.
    public double settledOperationsPerSecond() {
        return operations / (seconds + settleSeconds);
    }

    public KvRun inCgroup(int inRound, long peakBytes) {
        return new KvRun(
                inRound,
                engine,
                workload,
                operations,
                seconds,
                settleSeconds,
                found,
                checked,
                writesBesideReads,
                timed,
                sampledEvery,
                p50Nanos,
                p99Nanos,
                p999Nanos,
                maxNanos,
                peakRssBytes,
                peakBytes,
                dataBytes,
                logBytes,
                openSeconds,
                cpuSeconds);
    }
}
