package dev.polder.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.bench.kv.Machine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IoReportTest {
    private static IoReport report() {
        List<IoRun> runs = new ArrayList<>();
        double[] ours = {90, 100, 120};
        for (int pair = 1; pair <= 3; pair++) {
            runs.add(new IoRun(pair, "random-deep", "polder", (long) (1000 * ours[pair - 1]), 4096, 1, 2.5));
            runs.add(new IoRun(pair, "random-deep", "fio", 100_000, 4096, 1, -1));
        }
        return new IoReport(
                "io --pairs 3",
                "2026-01-01",
                new Machine("a processor", 4, 8L << 30, "Linux", "a Java", "256 MiB, G1", "-Xmx256m"),
                "uring (all of it)",
                "fio-3",
                1L << 30,
                1,
                List.of("A note."),
                List.of(new IoReport.Load("random-deep", "random reads", "io_uring", 0.95)),
                runs);
    }

    @Test
    void theMedianOfThePairsIsJudged() {
        String text = IoMarkdown.render(report());
        assertThat(text)
                .contains("| random-deep | random reads | 100,000 |")
                .contains("| 100 % | 90 – 120 % | 95 % | met |");
        assertThat(text).contains("uring (all of it)").contains("A note.").contains("bench io --pairs 3");
    }

    @Test
    void aReportSurvivesItsFileAndIsRecognised(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("io.json");
        RecordJson.write(report(), file);
        assertThat(RecordJson.read(IoReport.class, file)).isEqualTo(report());
        Path document = folder.resolve("a.md");
        Files.writeString(document, "x <!-- bench begin io.json -->STALE<!-- bench end --> y");
        assertThat(ReportCommand.renew(Files.readString(document), document))
                .contains("random-deep")
                .doesNotContain("STALE")
                .endsWith("<!-- bench end --> y");
    }
}
