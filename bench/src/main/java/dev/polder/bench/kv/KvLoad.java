package dev.polder.bench.kv;

import dev.polder.bench.data.KeyShape;
import java.util.Locale;

/// The size and shape of what every engine is given; part of every report.
///
/// @param threads       writers of a write workload, readers of a read workload
/// @param seconds       how long a read workload is measured; a write workload ends with its last record
/// @param batch         writes per batch in the write workloads
/// @param warmupSeconds of a read workload after one pass over all data; of a write workload in stores that are
///                      thrown away, one after the other
/// @param writesPerSecond of the writer beside readers; 0 means as fast as it can
/// @param skew          of the records that are read, see [dev.polder.bench.data.Zipf]
/// @param warmPercent   of Polder's memory, for compressed blocks
public record KvLoad(
        long records,
        int valueBytes,
        KeyShape keys,
        long memoryBytes,
        int threads,
        double seconds,
        int batch,
        ReadApi reads,
        double warmupSeconds,
        long writesPerSecond,
        double skew,
        int warmPercent,
        boolean rocksdbDirect,
        long seed) {
    /// Which of an engine's read calls is used.
    public enum ReadApi {
        /// A new array for each value, and for each key of a scan: what most callers do.
        COPY,
        /// Into arrays of the caller.
        INTO;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public KvLoad {
        if (records < Workload.SCAN_ENTRIES)
            throw new IllegalArgumentException("--records " + records + ": at least " + Workload.SCAN_ENTRIES);
        if (threads < 1) throw new IllegalArgumentException("--threads " + threads + ": at least 1");
        if (batch < 1) throw new IllegalArgumentException("--batch " + batch + ": at least 1");
        if (seconds <= 0) throw new IllegalArgumentException("--seconds " + seconds + ": more than 0");
    }

    public long dataBytes() {
        return records * (KeyShape.KEY_BYTES + valueBytes);
    }
}
