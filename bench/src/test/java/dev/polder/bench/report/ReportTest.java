package dev.polder.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.bench.data.KeyShape;
import dev.polder.bench.engine.EngineFacts;
import dev.polder.bench.kv.KvLoad;
import dev.polder.bench.kv.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    Path folder;

    private static KvRun run(int round, String engine, String workload, double seconds, double settle, long data) {
        return new KvRun(
                round,
                engine,
                workload,
                1_000_000,
                seconds,
                settle,
                0,
                0,
                0,
                "batch of 100",
                1,
                50_000,
                99_000,
                999_000,
                9_000_000,
                300L << 20,
                -1,
                data,
                1 << 20,
                0.1,
                2.0);
    }

    private static KvReport report(KvRun... runs) {
        KvLoad load = new KvLoad(
                1_000_000, 100, KeyShape.BINARY, 64L << 20, 1, 10, 100, KvLoad.ReadApi.COPY, 5, 0, 0, 0, false, 1);
        return new KvReport(
                "kv --alternate 3",
                "2026-01-01",
                new Machine("a processor", 4, 8L << 30, "Linux", "a Java", "256 MiB, G1", "-Xmx256m"),
                load,
                256L << 20,
                "rocksdb",
                List.of("A note."),
                List.of(new EngineFacts("rocksdb", "1", "none", "buffered", "LZ4", "a cache", "a flush")),
                List.of(runs));
    }

    @Test
    void aReportSurvivesItsFile() throws IOException {
        KvReport report = report(run(1, "rocksdb", "fillseq", 1, 1, 100 << 20));
        Path file = folder.resolve("kv.json");
        RecordJson.write(report, file);
        assertThat(RecordJson.read(KvReport.class, file)).isEqualTo(report);
    }

    @Test
    void aFileOfAnotherShapeIsRefused() throws IOException {
        Path file = folder.resolve("kv.json");
        RecordJson.write(report(), file);
        String json = Files.readString(file);
        Files.writeString(file, json.replace("\"peer\"", "\"pear\""));
        assertThatThrownBy(() -> RecordJson.read(KvReport.class, file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("kv.json")
                .hasMessageContaining("unknown field pear");
        Files.writeString(file, json.replaceFirst("\"date\" : \"2026-01-01\",", ""));
        assertThatThrownBy(() -> RecordJson.read(KvReport.class, file)).hasMessageContaining("no field date");
    }

    @Test
    void aWriteWorkloadIsJudgedWithItsTimeToSettle() {
        List<Summary> lines = Summary.of(List.of(
                run(1, "rocksdb", "fillseq", 1, 1, 100), run(2, "rocksdb", "fillseq", 1, 3, 100),
                run(3, "rocksdb", "fillseq", 1, 0, 100), run(1, "rocksdb", "readrandom", 1, 9, 100)));
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0).operationsPerSecond()).isEqualTo(500_000);
        assertThat(lines.get(0).running()).isEqualTo(1_000_000);
        assertThat(lines.get(0).spread()).isEqualTo(1.5);
        assertThat(lines.get(1).operationsPerSecond()).isEqualTo(1_000_000);
    }

    @Test
    void tablesShowRatiosAndSayWhichGoalsAreMissed() {
        String markdown = MarkdownReport.render(report(
                run(1, "polder", "fillseq", 1, 0, 120 << 20),
                run(1, "rocksdb", "fillseq", 1, 1, 100 << 20),
                run(1, "polder", "readrandom", 2, 0, 120 << 20),
                run(1, "rocksdb", "readrandom", 2, 0, 100 << 20)));
        assertThat(markdown.lines())
                .contains(
                        "| fillseq | polder | 1,000,000 | 2.00 × | 1,000,000 | 0.00 | 50.00 | 99.00 | 999 | 9,000 |  | 2.00 | 300.0 | 120.0 | 1.0 |",
                        "| fillseq | rocksdb | 500,000 | 1.00 × | 1,000,000 | 1.00 | 50.00 | 99.00 | 999 | 9,000 |  | 2.00 | 300.0 | 100.0 | 1.0 |",
                        "| fillseq: ops/s of rocksdb | 2.00 × | 1.00 × | met |",
                        "| fillseq: bytes on disk, logs aside, of rocksdb | 1.20 × | 1.15 × | **not met** |",
                        "| readrandom: ops/s of rocksdb | 1.00 × | 2.00 × | **not met** |",
                        "| readrandom: peak RSS at most memory + heap + 96 MiB | 300 MiB | 416 MiB | met |",
                        "- A note.");
        assertThat(markdown).contains("`./polder bench kv --alternate 3`");
    }

    @Test
    void aDocumentKeepsItsWordsAndGetsNewTables() throws IOException {
        Path document = folder.resolve("doc.md");
        RecordJson.write(report(run(1, "rocksdb", "fillseq", 1, 1, 100 << 20)), folder.resolve("kv.json"));
        String renewed = ReportCommand.renew(
                "before\n<!-- bench begin kv.json -->\nold table\n<!-- bench end -->\nafter\n", document);
        assertThat(renewed).startsWith("before\n<!-- bench begin kv.json -->\n\n| workload");
        assertThat(renewed).endsWith("<!-- bench end -->\nafter\n").doesNotContain("old table");
        assertThat(ReportCommand.renew(renewed, document)).isEqualTo(renewed);
        assertThatThrownBy(() -> ReportCommand.renew("<!-- bench begin kv.json -->", document))
                .hasMessageContaining("doc.md");
    }
}
