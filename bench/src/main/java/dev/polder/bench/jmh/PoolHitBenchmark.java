package dev.polder.bench.jmh;

import dev.polder.bench.data.Random64;
import dev.polder.bench.pool.ResidentBlocks;
import dev.polder.block.BlockRef;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does a hit allocate? Nothing: run it with `-prof gc`. Its time beside that of a bare read is what
/// `polder bench pool` measures, in turns in one process. Control: `random`, the loop without the hit.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PoolHitBenchmark {
    @Param("100000")
    public int blocks;

    private final Random64 random = new Random64(1);
    private final BlockRef ref = new BlockRef();
    private @Nullable ResidentBlocks resident;

    @Setup(Level.Trial)
    public void fill() {
        resident = new ResidentBlocks(blocks);
    }

    @Benchmark
    public long hit() {
        long drawn = random.next();
        int block = (int) Math.unsignedMultiplyHigh(drawn, blocks);
        return Objects.requireNonNull(resident).read(ref, block, (int) (drawn & 511) << 3);
    }

    @Benchmark
    public long random() {
        return random.next();
    }

    @TearDown
    public void release() {
        Objects.requireNonNull(resident).close();
    }
}
