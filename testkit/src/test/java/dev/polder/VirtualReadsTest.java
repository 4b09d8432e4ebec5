package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.io.IoEngines;
import dev.polder.io.VirtualReaders;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A virtual thread that waits for a read leaves its carrier to others. While the threads that read are held up, all
/// virtual threads get their reads under way on one carrier; if the first kept it, none would be the second.
class VirtualReadsTest {
    private static final int READERS = 12;
    private static final List<String> ONE_CARRIER =
            List.of("-Djdk.virtualThreadScheduler.parallelism=1", "-Djdk.virtualThreadScheduler.maxPoolSize=1");

    @TempDir
    Path folder;

    private Map<String, Long> read(String io, int queueMax) {
        assumeTrue(IoEngines.posixSupported());
        try (ChildJvm child = ChildJvm.start(ONE_CARRIER, VirtualReaders.class, io, folder, READERS, queueMax)) {
            Map<String, Long> numbers = child.numbers("virtual ");
            assumeTrue(numbers.get("direct") == 1, "no direct I/O here: reads may be cached, and are not handed over");
            return numbers;
        }
    }

    @Test
    void allReadsAreUnderWayAtOnceOnOneCarrier() {
        assertThat(read("held", 1024)).containsEntry("most", (long) READERS).containsEntry("right", (long) READERS);
    }

    /// Through the best engine there is, after a read that has loaded the classes. How many are under way at once is up
    /// to the device; that no thread parks with its carrier, to us.
    @Test
    void whatIsReadForVirtualThreadsIsRight() {
        assertThat(read("best", 1024)).containsEntry("right", (long) READERS).containsEntry("pinned", 0L);
    }

    /// The limit, and the control: who is not taken reads on the carrier, one after the other.
    @Test
    void whoIsNotTakenReadsOnTheCarrier() {
        assertThat(read("held", 0)).containsEntry("most", 1L).containsEntry("right", (long) READERS);
    }
}
