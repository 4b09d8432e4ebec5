package dev.polder.block;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.polder.buffer.BufferPool;
import dev.polder.buffer.FrameRef;
import dev.polder.buffer.eviction.Eviction;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.io.IoEngine;
import dev.polder.io.IoFile;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.RegionSource;
import dev.polder.runtime.Seams;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What does a hit cost beside the bare read? Uniformly random block of 4 KiB and offset in it, one thread,
/// huge pages.
///
///     HitCost <blocks> <bare|floor|find|locate> <ind|dep> [rounds]
///
/// Estimate (100 k blocks): bare 20 ns independent and 188 dependent, a hit 63 and 275: two more cache lines,
/// slot and descriptor, that depend on each other. Control: `bare` reads the same frames by a computed
/// address. The sum of the words read must be the same in all. A program and not a test: it asserts no times.
final class HitCost {
    private static final int OPERATIONS = 4_000_000;
    private static final int BLOCK_BYTES = 4096;
    /// Processor time, so that a busy machine disturbs less.
    private static final ThreadMXBean CPU = ManagementFactory.getThreadMXBean();

    private final int blocks;
    private final MemoryBudget budget;
    private final BufferPool pool;
    private final BlockLoader loader;
    private final DiskFile file;
    private final long frames;
    private final int crc;
    private final FrameRef frame = new FrameRef();
    private final BlockRef ref = new BlockRef();

    private HitCost(int blocks) {
        this.blocks = blocks;
        Seams seams = Seams.system();
        Eviction eviction = Eviction.valueOf(System.getProperty("eviction", Eviction.DEFAULT.name()));
        BudgetPlan plan = BudgetPlan.of(Math.max(64 << 20, blocks * 4096L / 100 * 150), eviction.area());
        budget = MemoryBudget.open(new HugeRegion(), plan, seams);
        pool = BufferPool.open(budget, eviction, seams);
        loader = new BlockLoader(budget, pool, seams, Codecs.probe());
        long block = Arena.global().allocate(BLOCK_BYTES, 4096).address();
        for (int at = 0; at < BLOCK_BYTES; at += 8) Memory.putLong(block + at, at * 0x9e37_79b9L);
        crc = Memory.crc32c(block, BLOCK_BYTES);
        file = new Disk(new SameBlock(block), seams, DiskConfig.DEFAULT).open(Path.of("same.run"), false, false);
        long lowest = Long.MAX_VALUE;
        for (int i = 0; i < blocks; i++) {
            locate(i, 0);
            lowest = Math.min(lowest, ref.address());
        }
        frames = lowest;
        long missed = pool.metrics().misses();
        for (int i = 0; i < blocks; i++) locate(i, 0);
        if (pool.metrics().misses() != missed) throw new IllegalStateException("the blocks do not fit the pool");
    }

    public static void main(String[] arguments) {
        int blocks = Integer.parseInt(arguments[0]);
        boolean dependent = arguments[2].equals("dep");
        int rounds = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 9;
        HitCost cost = new HitCost(blocks);
        double[] nanos = new double[rounds];
        long sum = 0;
        for (int round = 0; round < rounds + 3; round++) {
            long begin = CPU.getCurrentThreadCpuTime();
            sum = switch (arguments[1]) {
                case "bare" -> cost.bare(dependent);
                case "floor" -> cost.floor(dependent);
                case "find" -> cost.find(dependent);
                default -> cost.hits(dependent);
            };
            if (round >= 3) nanos[round - 3] = (CPU.getCurrentThreadCpuTime() - begin) / (double) OPERATIONS;
        }
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%-7s %s %8d blocks: %6.1f ns median, %6.1f best, %6.1f worst (sum %x)%n",
                arguments[1],
                arguments[2],
                blocks,
                nanos[rounds / 2],
                nanos[0],
                nanos[rounds - 1],
                sum);
    }

    private long bare(boolean dependent) {
        long random = 88172645463325252L;
        long sum = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            random = next(random);
            long word = Memory.getLong(frames + (long) block(random) * BLOCK_BYTES + at(random));
            sum += word;
            if (dependent) random ^= word >>> 63;
        }
        return sum;
    }

    /// The same three cache lines with the least work: a branch per line, nothing written.
    private long floor(boolean dependent) {
        long random = 88172645463325252L;
        long sum = 0;
        long table = budget.pageTable();
        int shift = 64 - Long.numberOfTrailingZeros(budget.pageTableBytes() / 16);
        long mask = budget.pageTableBytes() - 1;
        long descriptors = budget.descriptors();
        for (int i = 0; i < OPERATIONS; i++) {
            random = next(random);
            long id = BlockId.of(file, (long) block(random) * BLOCK_BYTES);
            long hash = id * 0x9e37_79b9_7f4a_7c15L;
            hash = (hash ^ (hash >>> 32)) * 0xd6e8_feb8_6659_fd93L;
            long slot = (hash >>> shift) << 4;
            while (Memory.getLong(table + slot) != id) slot = (slot + 16) & mask;
            long granule = Memory.getInt(table + slot + 8);
            if (Memory.getLong(descriptors + granule * 64 + 8) != id) throw new IllegalStateException("missed");
            long word = Memory.getLong(budget.unitAddress(0) + granule * 4096 + at(random));
            sum += word;
            if (dependent) random ^= word >>> 63;
        }
        return sum;
    }

    private long find(boolean dependent) {
        long random = 88172645463325252L;
        long sum = 0;
        long proof = BufferPool.proof(crc, BLOCK_BYTES);
        for (int i = 0; i < OPERATIONS; i++) {
            random = next(random);
            long id = BlockId.of(file, (long) block(random) * BLOCK_BYTES);
            if (!pool.find(frame, id, proof)) throw new IllegalStateException("missed");
            long word = Memory.getLong(frame.address() + at(random));
            if (!frame.valid()) throw new IllegalStateException("not valid");
            sum += word;
            if (dependent) random ^= word >>> 63;
        }
        return sum;
    }

    private long hits(boolean dependent) {
        long random = 88172645463325252L;
        long sum = 0;
        for (int i = 0; i < OPERATIONS; i++) {
            random = next(random);
            long word = read(block(random), at(random));
            sum += word;
            if (dependent) random ^= word >>> 63;
        }
        return sum;
    }

    private long read(int block, int at) {
        for (int attempt = 0; ; attempt++) {
            locate(block, attempt);
            long word = Memory.getLong(ref.address() + at);
            boolean ok = ref.valid();
            ref.release();
            if (ok) return word;
        }
    }

    private void locate(int block, int attempt) {
        loader.locate(ref, file, (long) block * BLOCK_BYTES, BLOCK_BYTES, BLOCK_BYTES, Codecs.RAW, crc, attempt);
    }

    private int block(long random) {
        return (int) (((random >>> 32) * blocks) >>> 32);
    }

    private static int at(long random) {
        return (int) (random & 511) << 3;
    }

    private static long next(long x) {
        x ^= x << 13;
        x ^= x >>> 7;
        return x ^ x << 17;
    }

    /// A file that repeats one block for ever, so that one checksum is right everywhere.
    private record SameBlock(long block) implements IoEngine, IoFile {
        @Override
        public int read(long position, long address, int bytes) {
            Memory.copy(block, address, bytes);
            return bytes;
        }

        @Override
        public IoFile open(Path path, OpenMode mode) {
            return this;
        }

        @Override
        public int alignment() {
            return 1;
        }

        @Override
        public long size() {
            return Long.MAX_VALUE;
        }

        @Override
        public String name() {
            return "same block";
        }

        @Override
        public List<String> list(Path directory) {
            return List.of();
        }

        @Override
        public boolean exists(Path path) {
            return true;
        }

        @Override
        public boolean isDirectory(Path path) {
            return false;
        }

        @Override
        public int write(long position, long address, int bytes) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AutoCloseableLock lock(Path path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public AutoCloseableLock lockShared(Path path) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void createDirectories(Path directory) {}

        @Override
        public void rename(Path from, Path to) {}

        @Override
        public void delete(Path path) {}

        @Override
        public void syncDirectory(Path directory) {}

        @Override
        public void sync() {}

        @Override
        public void truncate(long bytes) {}

        @Override
        public void dontNeed(long position, long bytes) {}

        @Override
        public void close() {}
    }

    /// Memory with huge pages advised before it is touched, as the engine's own region has.
    private record HugeRegion() implements RegionSource {
        private static final int READ_WRITE = 3, PRIVATE_ANONYMOUS = 0x22, MADV_HUGEPAGE = 14;
        private static final long HUGE = 2L << 20;

        @Override
        public long acquire(long bytes) {
            Linker linker = Linker.nativeLinker();
            MethodHandle mmap = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("mmap"),
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
            MethodHandle madvise = linker.downcallHandle(
                    linker.defaultLookup().findOrThrow("madvise"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
            try {
                long mapped = (long) mmap.invokeExact(0L, bytes + HUGE, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L);
                long region = (mapped + HUGE - 1) & -HUGE;
                if ((int) madvise.invokeExact(region, bytes & -HUGE, MADV_HUGEPAGE) != 0)
                    System.out.println("no huge pages");
                return region;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void release(long address, long bytes) {}
    }
}
