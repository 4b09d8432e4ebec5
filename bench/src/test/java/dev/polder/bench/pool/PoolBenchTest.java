package dev.polder.bench.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.bench.kv.Machine;
import dev.polder.bench.pool.PoolReport.PoolRun;
import dev.polder.bench.report.RecordJson;
import dev.polder.bench.report.ReportCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PoolBenchTest {
    /// The sides of a pair must read the same words, or the run fails; so would a hit that is none.
    @Test
    void bothSidesOfEveryWorkloadReadTheSame() throws Exception {
        try (ResidentBlocks blocks = new ResidentBlocks(1000)) {
            PoolSides sides = new PoolSides(blocks);
            for (PoolWorkload workload : PoolWorkload.values()) {
                PoolRun control = sides.run(1, workload, true, 200);
                PoolRun side = sides.run(1, workload, false, 200);
                assertThat(control.operations()).as(workload.title).isEqualTo(200);
                assertThat(side.operations()).as(workload.title).isEqualTo(200L * side.threads());
                assertThat(side.nanos()).as(workload.title).isPositive();
            }
        }
    }

    private static PoolReport report() {
        List<PoolRun> runs = new ArrayList<>();
        double[] hits = {60, 90, 75};
        double[] two = {9, 10, 20};
        for (int pair = 1; pair <= 3; pair++) {
            runs.add(new PoolRun(pair, "INDEPENDENT", "hit", 1, 100, hits[pair - 1], 0));
            runs.add(new PoolRun(pair, "INDEPENDENT", "bare", 1, 100, 30, 0));
            runs.add(new PoolRun(pair, "HOT", "2 threads", 2, 200, two[pair - 1], 0));
            runs.add(new PoolRun(pair, "HOT", "1 thread", 1, 100, 14, 0));
        }
        return new PoolReport(
                "pool --pairs 3",
                "2026-01-01",
                new Machine("a processor", 4, 8L << 30, "Linux", "a Java", "256 MiB, G1", "-Xmx256m"),
                1000,
                4 << 20,
                List.of("A note."),
                runs);
    }

    @Test
    void theMedianOfThePairsIsJudged() {
        assertThat(PoolTables.render(report()))
                .contains("| 2.50 | 2.00 – 3.00 | ≤ 3.6 | met |")
                .contains("| 1.40 | 0.70 – 1.56 | ≥ 1.5 | **not met** |")
                .contains("1,000 resident blocks")
                .contains("A note.")
                .contains("bench pool --pairs 3");
    }

    @Test
    void aReportSurvivesItsFileAndIsRecognised(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("pool.json");
        RecordJson.write(report(), file);
        assertThat(RecordJson.read(PoolReport.class, file)).isEqualTo(report());
        Path document = folder.resolve("a.md");
        Files.writeString(document, "x <!-- bench begin pool.json -->STALE<!-- bench end --> y");
        assertThat(new CommandLine(new ReportCommand()).execute("--into", document.toString()))
                .isZero();
        assertThat(Files.readString(document)).contains("independent").doesNotContain("STALE");
    }
}
