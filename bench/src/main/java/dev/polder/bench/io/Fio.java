package dev.polder.bench.io;

import dev.polder.bench.report.IoRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// The `fio` command: one process per run.
final class Fio {
    private static final int READ_KIB = 5, READ_MILLIS = 8, WRITE_KIB = 46, WRITE_MILLIS = 49;

    private final String command;
    private final String version;

    /// @throws IllegalStateException if it is not there
    Fio(String command) throws InterruptedException {
        this.command = command;
        try {
            version = run(List.of(command, "--version")).strip();
        } catch (IOException e) {
            throw new IllegalStateException("'" + command + "' cannot be run (" + e.getMessage()
                    + "): install fio, on Debian and Ubuntu with `apt-get install fio`, or name it with --fio");
        }
    }

    String version() {
        return version;
    }

    IoRun run(int pair, IoWorkload workload, int depth, Path file, long fileBytes, double seconds)
            throws IOException, InterruptedException {
        String output = run(List.of(
                command,
                "--name=polder",
                "--filename=" + file,
                "--size=" + fileBytes,
                "--rw=" + workload.fioPattern,
                "--bs=" + workload.blockBytes,
                "--direct=1",
                "--ioengine=" + workload.fioEngine,
                "--iodepth=" + depth,
                "--time_based",
                "--runtime=" + Math.max(1, Math.round(seconds * 1000)) + "ms",
                "--randrepeat=0",
                "--norandommap",
                "--fallocate=none",
                "--output-format=terse",
                "--terse-version=3"));
        String[] fields = output.strip().split(";", -1);
        int bytes = workload.writes() ? WRITE_KIB : READ_KIB;
        int millis = workload.writes() ? WRITE_MILLIS : READ_MILLIS;
        if (fields.length <= WRITE_MILLIS || !fields[0].equals("3")) throw new IOException("fio said: " + output);
        long moved = Long.parseLong(fields[bytes]) << 10;
        return new IoRun(
                pair,
                workload.title,
                "fio",
                moved / workload.blockBytes,
                moved,
                Double.parseDouble(fields[millis]) / 1000,
                -1);
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.format(Locale.ROOT, "%s failed: %s", command.getFirst(), output));
        }
        return output;
    }
}
