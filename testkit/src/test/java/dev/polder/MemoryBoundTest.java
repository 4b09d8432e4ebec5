package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A million distinct records through the smallest budget: more than ten times the pool, written, scanned both ways and
/// read at random, in a process whose memory is looked at from outside.
class MemoryBoundTest {
    private static final long HEAP_BYTES = 64L << 20;
    private static final long REST_BYTES = 96L << 20;

    @TempDir
    Path directory;

    @Test
    void aMillionRecordsAreReadThroughSixteenMebibytes() {
        long seed = System.nanoTime();
        System.out.println("memory bound, seed " + seed);
        Map<String, Long> found = run(seed);
        long budget = MemoryBoundChild.BUDGET_MEBIBYTES << 20;
        assertThat(found.get("dataBytes"))
                .as("data against a pool of at most 10 MiB")
                .isGreaterThan(100L << 20);
        assertThat(found.get("evictions")).isGreaterThan(found.get("dataBytes") / 4096);
        assertThat(found.get("samples")).isGreaterThan(100);
        assertThat(found.get("overBudget")).isZero();
        assertThat(found.get("usedBytesMax")).isBetween(budget / 2, budget);
        assertThat(found.get("peakRssBytes")).isLessThanOrEqualTo(budget + HEAP_BYTES + REST_BYTES);
    }

    private Map<String, Long> run(long seed) {
        try (ChildJvm child = ChildJvm.start(List.of("-Xmx" + HEAP_BYTES), MemoryBoundChild.class, directory, seed)) {
            return child.numbers("child: ok");
        }
    }
}
