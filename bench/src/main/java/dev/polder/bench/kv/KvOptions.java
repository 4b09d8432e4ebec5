package dev.polder.bench.kv;

import dev.polder.bench.data.KeyShape;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The options that make a [KvLoad]; the parent passes them on to its children as it got them.
public final class KvOptions {
    @Option(names = "--records", defaultValue = "2000000", description = "records (${DEFAULT-VALUE})")
    long records;

    @Option(names = "--value-bytes", defaultValue = "100", description = "bytes per value (${DEFAULT-VALUE})")
    int valueBytes;

    @Option(
            names = "--keys",
            defaultValue = "BINARY",
            description = "16-byte keys: ${COMPLETION-CANDIDATES} (${DEFAULT-VALUE})")
    KeyShape keys = KeyShape.BINARY;

    @Option(
            names = "--memory",
            defaultValue = "512MiB",
            paramLabel = "SIZE",
            description = "each engine's memory beside the Java heap (${DEFAULT-VALUE})")
    String memory = "";

    @Option(names = "--threads", defaultValue = "1", description = "threads (${DEFAULT-VALUE})")
    int threads;

    @Option(names = "--seconds", defaultValue = "10", description = "per read workload (${DEFAULT-VALUE})")
    double seconds;

    @Option(names = "--batch", defaultValue = "100", description = "writes per batch (${DEFAULT-VALUE})")
    int batch;

    @Option(
            names = "--reads",
            defaultValue = "COPY",
            description = "COPY: each value a new array; INTO: into the caller's array (${DEFAULT-VALUE})")
    KvLoad.ReadApi reads = KvLoad.ReadApi.COPY;

    @Option(
            names = "--warmup",
            defaultValue = "5",
            paramLabel = "SECONDS",
            description = "not measured, before each workload (${DEFAULT-VALUE})")
    double warmup;

    @Option(
            names = "--write-rate",
            defaultValue = "0",
            paramLabel = "N",
            description = "writes per second beside readers; 0: as fast as it can (${DEFAULT-VALUE})")
    long writeRate;

    @Option(
            names = "--skew",
            defaultValue = "0",
            paramLabel = "S",
            description = "of the reads: 0 all records alike, up to 0.99 as YCSB's Zipf (${DEFAULT-VALUE})")
    double skew;

    @Option(
            names = "--warm",
            defaultValue = "0",
            paramLabel = "PERCENT",
            description = "of Polder's memory, for compressed blocks (${DEFAULT-VALUE})")
    int warmPercent;

    @Option(names = "--rocksdb-direct", description = "RocksDB bypasses the page cache")
    boolean rocksdbDirect;

    @Option(names = "--seed", defaultValue = "1", description = "of the data and all orders (${DEFAULT-VALUE})")
    long seed;

    KvLoad load() {
        return new KvLoad(
                records,
                valueBytes,
                keys,
                bytes(memory),
                threads,
                seconds,
                batch,
                reads,
                warmup,
                writeRate,
                skew,
                warmPercent,
                rocksdbDirect,
                seed);
    }

    List<String> arguments() {
        List<String> arguments = new ArrayList<>(List.of(
                "--records", Long.toString(records),
                "--value-bytes", Integer.toString(valueBytes),
                "--keys", keys.name(),
                "--memory", memory,
                "--threads", Integer.toString(threads),
                "--seconds", Double.toString(seconds),
                "--batch", Integer.toString(batch),
                "--reads", reads.name(),
                "--warmup", Double.toString(warmup),
                "--write-rate", Long.toString(writeRate),
                "--skew", Double.toString(skew),
                "--warm", Integer.toString(warmPercent),
                "--seed", Long.toString(seed)));
        if (rocksdbDirect) arguments.add("--rocksdb-direct");
        return arguments;
    }

    /// A size as people write it: 512MiB, 1GiB, or bytes.
    public static long bytes(String text) {
        String[] units = {"KiB", "MiB", "GiB"};
        for (int i = 0; i < units.length; i++) {
            if (text.endsWith(units[i])) {
                return Math.multiplyExact(number(text, units[i].length()), 1L << (10 * (i + 1)));
            }
        }
        return number(text, 0);
    }

    private static long number(String text, int unitLength) {
        try {
            return Long.parseLong(text.substring(0, text.length() - unitLength).strip());
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is no size: write 512MiB, 1GiB or a number of bytes");
        }
    }
}
