package dev.polder.bench.jmh;

import dev.polder.bench.data.KeyShape;
import dev.polder.bench.data.Values;
import dev.polder.block.Codecs;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskConfig.WindowConfig;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.generation.Entry;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.memory.Memory;
import dev.polder.run.RunConfig;
import dev.polder.run.RunWriter;
import dev.polder.runtime.Seams;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.BenchmarkParams;

/// How long does a run of 200,000 entries take that come as fast as they can be had, if it is written behind its
/// writer? Each iteration takes turns between one window, the control, which is written where it is filled, and
/// `windows` of them, and prints both: the device's mood changes by the second. The score is that of the pair.
///
/// Estimate: 43 MB of entries are compressed to about 27 MB at 300 MB/s, so in 140 ms; a device of 1.5 GB/s takes 20
/// ms for them. Written behind, the 20 are gained, an eighth; more on a slower device, up to a half where both are
/// alike.
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 10)
@Measurement(iterations = 21)
@Fork(
        value = 1,
        jvmArgsAppend = {"-Xmx512m", "--enable-native-access=ALL-UNNAMED"})
public class RunWriterBenchmark {
    private static final int VALUE_BYTES = 200, ENTRIES = 200_000;

    @Param({"2", "4"})
    public int windows;

    /// What the merger has at budgets of 16, 64 and 256 MiB.
    @Param({"512", "2048"})
    public int memoryKibibytes;

    /// Whether blocks are compressed: those of level 0 always are.
    @Param({"true", "false"})
    public boolean compress;

    private final Arena arena = Arena.ofShared();
    private final IoEngine io = IoEngines.probe();
    private final Codecs codecs = Codecs.probe();
    private final Path folder = Path.of("run-writer-" + ProcessHandle.current().pid());
    private final long[][] nanos = new long[2][64];
    private int rounds;
    private int warmups;
    private long entries;
    private long memory;

    @Setup
    public void fill(BenchmarkParams parameters) throws IOException {
        Files.createDirectories(folder);
        warmups = parameters.getWarmup().getCount();
        memory = arena.allocate((long) memoryKibibytes << 10, 4096).address();
        int entryBytes = KeyShape.KEY_BYTES + VALUE_BYTES;
        entries = arena.allocate((long) ENTRIES * entryBytes).address();
        Values values = new Values(VALUE_BYTES, 1);
        byte[] key = new byte[KeyShape.KEY_BYTES];
        byte[] value = new byte[VALUE_BYTES];
        for (int i = 0; i < ENTRIES; i++) {
            KeyShape.BINARY.present(i, key);
            values.write(i, 0, value);
            long at = entries + (long) i * entryBytes;
            Memory.copyIn(key, 0, at, key.length);
            Memory.copyIn(value, 0, at + key.length, value.length);
        }
    }

    @Benchmark
    public long pair() {
        long first = rounds % 2;
        long one = 0;
        for (int turn = 0; turn < 2; turn++) {
            boolean behind = turn == first;
            long begun = System.nanoTime();
            one += write(behind ? windows : 1);
            nanos[behind ? 1 : 0][rounds % 64] = System.nanoTime() - begun;
        }
        rounds++;
        return one;
    }

    private long write(int windowsMax) {
        DiskConfig config = DiskConfig.DEFAULT.withWindows(
                new WindowConfig(WindowConfig.DEFAULT.bytes(), windowsMax, WindowConfig.DEFAULT.millis()));
        try (Disk disk = new Disk(io, Seams.system(), config)) {
            Path path = folder.resolve("run");
            DiskFile file = disk.create(path, true);
            long bytes;
            try (RunWriter writer = new RunWriter(
                    file, memory, memoryKibibytes << 10, compress, codecs, RunConfig.DEFAULT, Lane.MERGE)) {
                writer.beginSection(1);
                int entryBytes = KeyShape.KEY_BYTES + VALUE_BYTES;
                for (int i = 0; i < ENTRIES; i++) {
                    long at = entries + (long) i * entryBytes;
                    writer.add(at, KeyShape.KEY_BYTES, i + 1, Entry.PUT, at + KeyShape.KEY_BYTES, VALUE_BYTES);
                }
                writer.endSection();
                bytes = writer.finish();
            }
            file.sync(Lane.MERGE);
            file.close();
            disk.delete(path);
            return bytes;
        }
    }

    @TearDown
    public void tell() throws IOException {
        int measured = Math.min(64, rounds) - warmups;
        System.out.printf("%nmilliseconds of %d runs, median (least, most):", measured);
        for (int kind = 0; kind < 2; kind++) {
            long[] some = Arrays.copyOfRange(nanos[kind], warmups, warmups + measured);
            Arrays.sort(some);
            System.out.printf(
                    " %s %.1f (%.1f, %.1f)",
                    kind == 0 ? "in place" : "behind",
                    some[measured / 2] / 1e6,
                    some[0] / 1e6,
                    some[measured - 1] / 1e6);
        }
        System.out.println();
        io.close();
        arena.close();
        Files.delete(folder);
    }
}
