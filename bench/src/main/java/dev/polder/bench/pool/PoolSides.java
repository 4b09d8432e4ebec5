package dev.polder.bench.pool;

import dev.polder.bench.pool.PoolReport.PoolRun;
import dev.polder.block.BlockRef;
import dev.polder.buffer.FrameRef;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import org.jspecify.annotations.Nullable;

/// Runs one side of a pair. A side of one thread, beside a control of one thread, is timed by the processor time it
/// took, so that a busy machine disturbs less; threads that work together by the clock.
final class PoolSides {
    private static final com.sun.management.ThreadMXBean THREADS =
            (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long SEED = 88172645463325252L;

    private final ResidentBlocks blocks;
    private final Map<PoolWorkload, Long> sums = new EnumMap<>(PoolWorkload.class);

    PoolSides(ResidentBlocks blocks) {
        this.blocks = blocks;
    }

    /// @throws IllegalStateException if the two sides read different words
    PoolRun run(int pair, PoolWorkload workload, boolean control, int operations) throws InterruptedException {
        int threads = workload.threads(control);
        String side = control ? workload.control : workload.side;
        Run[] runs = new Run[threads];
        CyclicBarrier start = new CyclicBarrier(threads);
        for (int i = 0; i < threads; i++) runs[i] = new Run(workload, control, operations, i, start);
        for (Run run : runs) run.thread.join();
        long nanos = 0;
        long allocated = 0;
        for (Run run : runs) {
            if (run.failure != null) throw new IllegalStateException(run.failure);
            allocated += run.allocated;
            nanos = workload.threads ? Math.max(nanos, run.wallNanos) : run.cpuNanos;
        }
        check(workload, runs[0].sum);
        long all = (long) operations * threads;
        return new PoolRun(pair, workload.name(), side, threads, all, (double) nanos / all, (double) allocated / all);
    }

    /// The first thread of every run draws the same words.
    private void check(PoolWorkload workload, long sum) {
        if (sums.merge(workload, sum, (before, _) -> before) != sum)
            throw new IllegalStateException(workload + ": the sides read different words");
    }

    private final class Run {
        private final Thread thread;
        private long sum;
        private long cpuNanos;
        private long wallNanos;
        private long allocated;
        private @Nullable Throwable failure;

        Run(PoolWorkload workload, boolean control, int operations, int number, CyclicBarrier start) {
            thread = Thread.ofPlatform().start(() -> {
                try {
                    BlockRef ref = new BlockRef(); // by the thread that uses it, so that no two share a line
                    start.await();
                    long bytes = THREADS.getCurrentThreadAllocatedBytes();
                    long cpu = THREADS.getCurrentThreadCpuTime();
                    long begin = System.nanoTime();
                    sum = loop(workload, control, operations, ref, SEED + number);
                    wallNanos = System.nanoTime() - begin;
                    cpuNanos = THREADS.getCurrentThreadCpuTime() - cpu;
                    allocated = THREADS.getCurrentThreadAllocatedBytes() - bytes;
                } catch (Throwable e) {
                    failure = e;
                }
            });
        }
    }

    private long loop(PoolWorkload workload, boolean control, int operations, BlockRef ref, long seed) {
        if (control && !workload.threads)
            return workload.dependent()
                    ? PoolLoops.bareDependent(blocks, seed, operations)
                    : PoolLoops.bareIndependent(blocks, seed, operations);
        return switch (workload) {
            case INDEPENDENT, TABLE_INDEPENDENT -> PoolLoops.hitIndependent(blocks, ref, seed, operations);
            case DEPENDENT, TABLE_DEPENDENT -> PoolLoops.hitDependent(blocks, ref, seed, operations);
            case SEEN_INDEPENDENT -> PoolLoops.seenIndependent(blocks, new FrameRef(), seed, operations);
            case SEEN_DEPENDENT -> PoolLoops.seenDependent(blocks, new FrameRef(), seed, operations);
            case HINT_INDEPENDENT -> PoolLoops.hintIndependent(blocks, new FrameRef(), seed, operations);
            case HINT_DEPENDENT -> PoolLoops.hintDependent(blocks, new FrameRef(), seed, operations);
            case HOT -> PoolLoops.hot(blocks, ref, seed, operations);
            case MISS_2, MISS_4 -> PoolLoops.misses(blocks, ref, seed, operations);
        };
    }
}
