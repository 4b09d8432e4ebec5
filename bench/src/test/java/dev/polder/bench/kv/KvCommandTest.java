package dev.polder.bench.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.bench.data.KeyShape;
import dev.polder.bench.engine.EngineContractTest;
import dev.polder.bench.engine.EngineKind;
import dev.polder.bench.engine.EngineSettings;
import dev.polder.bench.report.KvReport;
import dev.polder.bench.report.KvRun;
import dev.polder.bench.report.RecordJson;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// The parent with real child processes.
class KvCommandTest {
    @TempDir
    Path folder;

    @Test
    void enginesTakeTurnsAndEveryRunIsInTheFile() throws Exception {
        EngineContractTest.openOrSkip(
                        EngineKind.LMDB,
                        new EngineSettings(folder.resolve("probe"), 1 << 20, 10_000, 100, KeyShape.BINARY, false, 0))
                .close();
        Path json = folder.resolve("kv.json");
        Path stores = folder.resolve("stores");
        int status = kv(
                "--engines=lmdb",
                "--workloads=readmissing",
                "--records=1000",
                "--seconds=0.05",
                "--warmup=0",
                "--alternate=2",
                "--folder=" + stores,
                "--json=" + json);
        assertThat(status).isZero();
        KvReport report = RecordJson.read(KvReport.class, json);
        assertThat(report.runs())
                .extracting(KvRun::workload)
                .containsExactly("fillrandom", "readmissing", "fillrandom", "readmissing");
        assertThat(report.runs()).extracting(KvRun::round).containsExactly(1, 1, 2, 2);
        assertThat(report.command()).startsWith("--engines=lmdb");
        assertThat(report.engines()).hasSize(1);
        assertThat(stores).doesNotExist();
    }

    @Test
    void aFolderWithSomethingInItIsLeftAlone() throws Exception {
        Path precious = Files.writeString(folder.resolve("precious"), "do not delete");
        assertThat(kv("--engines=lmdb", "--records=1000", "--folder=" + folder)).isNotZero();
        assertThat(precious).exists();
    }

    private static int kv(String... arguments) {
        CommandLine command = new CommandLine(new KvCommand());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        return command.execute(arguments);
    }
}
