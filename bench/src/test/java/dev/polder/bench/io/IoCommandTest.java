package dev.polder.bench.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.bench.report.IoRun;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoCommandTest {
    @Test
    void whereFioIsMissingItSaysWhatToInstall() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> new Fio("no-such-fio"))
                .withMessageContaining("apt-get install fio");
    }

    /// Each block is checked for its number while this runs, so that it would fail on a wrong one.
    @Test
    void everyWorkloadMovesBytes(@TempDir Path folder) {
        try (PolderSide side = new PolderSide(folder.resolve("r"), folder.resolve("w"), 16 << 20, false)) {
            for (IoWorkload workload : IoWorkload.values()) {
                if (workload.ofStore()) continue;
                IoRun run = side.run(1, workload, workload.depth(8), 0.05);
                assertThat(run.operations()).as(workload.title).isPositive();
                assertThat(run.bytes()).isEqualTo(run.operations() * workload.blockBytes);
            }
        }
    }

    @Test
    void everyWorkloadOfAStoreReadsBlocks(@TempDir Path folder) {
        try (StoreSide side = new StoreSide(folder.resolve("s"), 64 << 20, false)) {
            for (IoWorkload workload : List.of(IoWorkload.MULTI_GET, IoWorkload.SCAN)) {
                for (String by : List.of("polder", "one")) {
                    IoRun run = side.run(1, workload, by, 0.2);
                    assertThat(run.operations()).as(workload.title).isPositive();
                    assertThat(run.bytes()).isPositive();
                }
            }
        }
    }
}
