package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
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
    void aMillionRecordsAreReadThroughSixteenMebibytes() throws Exception {
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

    private Map<String, Long> run(long seed) throws Exception {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP_BYTES,
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MemoryBoundChild.class.getName(),
                        directory.toString(),
                        Long.toString(seed))
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
        String line = output.lines()
                .filter(text -> text.startsWith("child: ok"))
                .findFirst()
                .orElseThrow(() -> new AssertionError(output));
        System.out.println(line);
        Map<String, Long> found = new HashMap<>();
        for (String word : line.split(" ", -1)) {
            int equals = word.indexOf('=');
            if (equals > 0) found.put(word.substring(0, equals), Long.parseLong(word.substring(equals + 1)));
        }
        return found;
    }
}
