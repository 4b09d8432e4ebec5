package dev.polder.bench.jmh;

import dev.polder.bench.data.KeyShape;
import dev.polder.bench.data.Random64;
import dev.polder.bench.data.Shuffle;
import dev.polder.bench.data.Values;
import dev.polder.generation.ChunkAllocator;
import dev.polder.generation.EntryIndex;
import dev.polder.generation.Generation;
import dev.polder.generation.Payload;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.RegionSource;
import dev.polder.runtime.Seams;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
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

/// What do a put in a batch of 100 and a look-up cost in a generation that grows to `entries`, keys in random order?
///
/// Estimate: a search of n entries visits about 2·log₂ n of them, and what is beyond the second-level cache costs
/// some 100 ns each, so 0.3 µs at 30 thousand entries, 1.5 µs at a million. Two passes of the payload (reserve,
/// apply) and the copies add 0.1. Control: the JDK's skip list with the same arrays, which must be slower, for it
/// chases one pointer more per key.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class GenerationBenchmark {
    private static final long SEED = 1, BUDGET_BYTES = 1L << 30;
    private static final int BATCH = 100, VALUE_BYTES = 100, SPACE = 1;

    @Param({"30000", "1000000"})
    public int entries;

    @Param({"BINARY", "TEXT"})
    public KeyShape keys = KeyShape.BINARY;

    private final byte[] key = new byte[KeyShape.KEY_BYTES];
    private final byte[] value = new byte[VALUE_BYTES];
    private final Values values = new Values(VALUE_BYTES, SEED);
    private final Random64 random = new Random64(SEED);
    private final Seams seams = Seams.system();
    private final RegionSource regions = new ArenaRegions();
    private final ConcurrentSkipListMap<byte[], byte[]> map = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
    private @Nullable Shuffle shuffle;
    private @Nullable MemoryBudget budget;
    private @Nullable ChunkAllocator chunks;
    private @Nullable Generation generation;
    private @Nullable EntryIndex index;
    private long scratch;
    private long sequence;
    private int filled;

    @Setup(Level.Trial)
    public void fill() {
        shuffle = new Shuffle(entries, SEED);
        budget = MemoryBudget.open(regions, BudgetPlan.of(BUDGET_BYTES), seams);
        chunks = new ChunkAllocator(budget, seams);
        scratch = regions.acquire(1 << 20);
        restart();
        while (filled < entries) putBatch();
        for (int i = 0; i < entries; i++) {
            keys.present(shuffle.at(i), key);
            map.put(key.clone(), value.clone());
        }
        index = Objects.requireNonNull(Objects.requireNonNull(generation).space(SPACE));
    }

    private void restart() {
        if (generation != null) generation.release();
        generation = new Generation(1, Objects.requireNonNull(chunks), SEED);
        filled = 0;
        sequence = 1;
    }

    /// Per batch of 100 (divide by 100): puts until the generation is full, then begins a new one.
    @Benchmark
    public void putBatch() {
        if (filled >= entries) restart();
        long at = scratch;
        for (int i = 0; i < BATCH; i++) {
            long record = Objects.requireNonNull(shuffle).at(filled++ % entries);
            keys.present(record, key);
            values.write(record, 0, value);
            at = Payload.put(at, SPACE, key, value);
        }
        int bytes = (int) (at - scratch);
        Generation active = Objects.requireNonNull(generation);
        if (!active.reserve(scratch, bytes)) throw new IllegalStateException("the budget is too small");
        active.apply(scratch, bytes, sequence);
        sequence += BATCH;
    }

    /// The same keys and values, made but not put: what of `putBatch` is not the generation's.
    @Benchmark
    public long makeBatch() {
        long at = scratch;
        for (int i = 0; i < BATCH; i++) {
            long record = Objects.requireNonNull(shuffle).at(filled++ % entries);
            keys.present(record, key);
            values.write(record, 0, value);
            at = Payload.put(at, SPACE, key, value);
        }
        return at;
    }

    @Benchmark
    public long find() {
        keys.present(random.below(entries), key);
        Memory.copyIn(key, 0, scratch, key.length);
        return Objects.requireNonNull(index).find(scratch, key.length, Long.MAX_VALUE >>> 8);
    }

    @Benchmark
    public byte @Nullable [] findInJdkMap() {
        keys.present(random.below(entries), key);
        return map.get(key);
    }

    @TearDown
    public void release() {
        Objects.requireNonNull(generation).release();
        Objects.requireNonNull(budget).close();
    }

    /// Memory without the engine's I/O: never given back, for the process ends soon.
    private static final class ArenaRegions implements RegionSource {
        @Override
        public long acquire(long bytes) {
            return Arena.global().allocate(bytes, 2 << 20).address();
        }

        @Override
        public void release(long address, long bytes) {}
    }
}
