package dev.polder.bench.kv;

import dev.polder.bench.Main;
import dev.polder.bench.engine.EngineKind;
import dev.polder.bench.report.KvReport;
import dev.polder.bench.report.RecordJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Starts the process of a run: the same Java, class path, heap and flags for every engine, whoever needs them.
final class ChildProcess {
    private final List<String> flags = new ArrayList<>();
    private final List<String> loadArguments;
    private final @Nullable Path profiles;
    private long cgroupBytes = -1;

    ChildProcess(long heapBytes, List<String> moreFlags, @Nullable Path profiles, List<String> loadArguments) {
        this.profiles = profiles;
        this.loadArguments = loadArguments;
        flags.addAll(List.of(
                "-Xms" + heapBytes,
                "-Xmx" + heapBytes,
                "-XX:+UseSerialGC", // named, or Java would choose by the size of the cgroup
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.nio=ALL-UNNAMED", // lmdbjava points buffers into its map
                "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
                "-Dlmdbjava.disable.checks=true")); // as lmdbjava advises once a program is tested
        flags.addAll(moreFlags);
    }

    void limitMemory(long limitBytes) {
        cgroupBytes = limitBytes;
    }

    KvReport.OfChild run(int round, EngineKind engine, Workload workload, Path store) throws Exception {
        Path result = Files.createTempFile("polder-bench", ".json");
        try {
            List<String> command = command(round, engine, workload, store, result);
            if (cgroupBytes < 0) {
                start(command, engine, workload);
                return read(result, round, -1);
            }
            MemoryCgroup.dropPageCache();
            try (MemoryCgroup cgroup = MemoryCgroup.create(cgroupBytes)) {
                start(cgroup.enter(command), engine, workload);
                return read(result, round, cgroup.peakBytes());
            }
        } finally {
            Files.deleteIfExists(result);
        }
    }

    private List<String> command(int round, EngineKind engine, Workload workload, Path store, Path result) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        if (profiles != null) {
            command.add(
                    "-XX:StartFlightRecording:settings=profile,jdk.CPUTimeSample#enabled=true,jdk.CPUTimeSample#throttle=2ms,filename="
                            + profiles.resolve("%s-%s-%d.jfr".formatted(engine, workload, round)));
            command.add("-XX:+UnlockDiagnosticVMOptions");
            command.add("-XX:+DebugNonSafepoints");
            command.add("-Xlog:jfr*=off,jfr+startup=off");
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "kv-child"));
        command.addAll(List.of("--engine", engine.name(), "--workload", workload.name()));
        command.addAll(List.of("--folder", store.toString(), "--result", result.toString()));
        command.addAll(loadArguments);
        return command;
    }

    private static void start(List<String> command, EngineKind engine, Workload workload)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        process.getOutputStream().close();
        int status;
        try {
            status = process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw e;
        }
        if (status != 0) {
            throw new IllegalStateException("%s on %s failed with status %d%s; see its messages above"
                    .formatted(workload, engine, status, status == 137 ? " (killed: out of memory?)" : ""));
        }
    }

    private static KvReport.OfChild read(Path result, int round, long cgroupPeakBytes) throws IOException {
        KvReport.OfChild child = RecordJson.read(KvReport.OfChild.class, result);
        return new KvReport.OfChild(child.machine(), child.facts(), child.run().inCgroup(round, cgroupPeakBytes));
    }
}
