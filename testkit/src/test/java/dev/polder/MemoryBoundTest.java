package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A million distinct records through the smallest budget: more than ten times the pool, written, scanned both ways and
/// read at random; and a million distinct blocks. Each in a process of its own, whose memory the system measures.
class MemoryBoundTest {
    private static final long HEAP_BYTES = 64L << 20;
    private static final long REST_BYTES = 96L << 20;

    @TempDir
    Path directory;

    @Test
    void aMillionRecordsAreReadThroughSixteenMebibytes() {
        long seed = System.nanoTime();
        System.out.println("memory bound, seed " + seed);
        Map<String, Long> found = run(MemoryBoundChild.class, directory, seed);
        assertThat(found.get("dataBytes"))
                .as("data against a pool of at most 10 MiB")
                .isGreaterThan(100L << 20);
        assertThat(found.get("evictions")).isGreaterThan(found.get("dataBytes") / 4096);
        assertBounded(found);
    }

    /// Four gigabytes and a half.
    @Test
    void aMillionDistinctBlocksAreReadThroughSixteenMebibytes() {
        Map<String, Long> found = run(MillionBlocksChild.class);
        assertThat(found.get("distinct")).isEqualTo(1_029_000);
        assertThat(found.get("blockReads")).isGreaterThanOrEqualTo(1_029_000);
        assertThat(found.get("evictions")).isGreaterThan(1_020_000);
        assertBounded(found);
    }

    /// The same beside a kernel that kills what takes more: budget, heap, and 96 MiB for the JVM itself, the page
    /// cache of its files included.
    @Test
    void aMillionRecordsFitIntoAMemoryCgroup() {
        assertBounded(runInCgroup(MemoryBoundChild.class, directory, 11));
    }

    @Test
    void aMillionDistinctBlocksFitIntoAMemoryCgroup() {
        Map<String, Long> found = runInCgroup(MillionBlocksChild.class);
        assertThat(found.get("distinct")).isEqualTo(1_029_000);
        assertBounded(found);
    }

    private static Map<String, Long> runInCgroup(Class<?> main, Object... arguments) {
        long budget = MemoryBoundChild.BUDGET_MEBIBYTES << 20;
        long limit = budget + HEAP_BYTES + REST_BYTES;
        List<String> options = List.of("-Xmx" + HEAP_BYTES);
        try (MemoryCgroup cgroup = MemoryCgroup.orSkip(limit)) {
            Map<String, Long> found;
            try (ChildJvm child = ChildJvm.startBehind(cgroup.entering(), options, main, arguments)) {
                found = child.numbers("child: ok");
            }
            System.out.println("memory cgroup: at most " + cgroup.peakBytes() + " of " + limit);
            assertThat(cgroup.peakBytes()).as("the child was inside").isBetween(2 * budget, limit);
            return found;
        }
    }

    private static void assertBounded(Map<String, Long> found) {
        long budget = MemoryBoundChild.BUDGET_MEBIBYTES << 20;
        assertThat(found.get("samples")).isGreaterThan(100);
        assertThat(found.get("overBudget")).isZero();
        assertThat(found.get("usedBytesMax")).isBetween(budget / 2, budget);
        assertThat(found.get("peakRssBytes")).isLessThanOrEqualTo(budget + HEAP_BYTES + REST_BYTES);
    }

    private static Map<String, Long> run(Class<?> main, Object... arguments) {
        try (ChildJvm child = ChildJvm.start(List.of("-Xmx" + HEAP_BYTES), main, arguments)) {
            return child.numbers("child: ok");
        }
    }
}
