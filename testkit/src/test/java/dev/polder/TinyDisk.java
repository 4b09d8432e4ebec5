package dev.polder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/// A real file system of a few mebibytes, in memory, that can be mounted read-only. Mounting needs to be permitted;
/// where it is not, the test is skipped, and says so.
final class TinyDisk implements AutoCloseable {
    final Path directory;

    private TinyDisk(Path directory) {
        this.directory = directory;
    }

    static TinyDisk mount(Path directory, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        String refused = run(List.of("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", directory + ""));
        if (!refused.isEmpty()) {
            String message =
                    "SKIPPED: a file system of its own cannot be mounted here, so this is not proven: " + refused;
            System.err.println(message);
            Assumptions.abort(message);
        }
        return new TinyDisk(directory);
    }

    void remount(boolean readOnly) {
        remount(readOnly ? "ro" : "rw");
    }

    void resize(int mebibytes) {
        remount("size=" + mebibytes + "m");
    }

    private void remount(String option) {
        String refused = run(List.of("mount", "-o", "remount," + option, directory.toString()));
        if (!refused.isEmpty()) throw new AssertionError(refused);
    }

    long freeBytes() {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /// Writes zeros into a file until nothing more fits. A store may give something back at the same moment, so it is
    /// tried again until nothing is left.
    void fill(Path file) throws IOException {
        byte[] page = new byte[4096];
        try (var out = Files.newOutputStream(file)) {
            for (int refused = 0; refused < 1_000; ) {
                try {
                    out.write(page);
                } catch (IOException e) {
                    if (freeBytes() == 0) return;
                    refused++;
                }
            }
        }
        throw new AssertionError("never full");
    }

    /// Returns what went wrong, or nothing.
    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(30, TimeUnit.SECONDS)) return command + " hangs";
            return process.exitValue() == 0 ? "" : command + ": " + output.strip();
        } catch (IOException e) {
            return command + ": " + e.getMessage();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        String refused = run(List.of("umount", directory.toString()));
        if (!refused.isEmpty()) System.err.println(refused + run(List.of("umount", "-l", directory.toString())));
    }
}
