package dev.polder.bench.kv;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A Linux memory cgroup for one child: its heap, its engine's memory and the page cache it fills all count.
///
/// Needs root, or a folder that was handed to the user. Version 1 and 2 differ in file names only.
final class MemoryCgroup implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final Path folder;
    private final String peakFile;

    private MemoryCgroup(Path folder, String peakFile) {
        this.folder = folder;
        this.peakFile = peakFile;
    }

    /// @throws IOException if this system or user cannot; the message says why
    static MemoryCgroup create(long limitBytes) throws IOException {
        boolean versionTwo = Files.exists(ROOT.resolve("cgroup.controllers"));
        Path parent = versionTwo ? ROOT : ROOT.resolve("memory");
        if (!Files.isDirectory(parent)) throw new IOException("no memory controller under " + ROOT);
        Path folder = parent.resolve("polder-bench-" + ProcessHandle.current().pid() + "-" + NUMBER.incrementAndGet());
        Files.createDirectory(folder);
        MemoryCgroup cgroup = new MemoryCgroup(folder, versionTwo ? "memory.peak" : "memory.max_usage_in_bytes");
        try {
            String limitFile = versionTwo ? "memory.max" : "memory.limit_in_bytes";
            Files.writeString(folder.resolve(limitFile), Long.toString(limitBytes));
        } catch (IOException e) {
            cgroup.close();
            throw e;
        }
        return cgroup;
    }

    /// Empties the page cache: what an earlier process left there is charged to nobody that is limited, and would be
    /// memory for free.
    ///
    /// @throws IOException if this user may not
    static void dropPageCache() throws IOException {
        try {
            new ProcessBuilder("sync").inheritIO().start().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.writeString(Path.of("/proc/sys/vm/drop_caches"), "1");
    }

    /// The command that runs `command` inside: a shell enters the cgroup, then becomes the command.
    List<String> enter(List<String> command) {
        List<String> entering = new ArrayList<>(List.of(
                "sh",
                "-c",
                "echo $$ > \"$0\" && exec \"$@\"",
                folder.resolve("cgroup.procs").toString()));
        entering.addAll(command);
        return entering;
    }

    long peakBytes() {
        try {
            return Long.parseLong(Files.readString(folder.resolve(peakFile)).strip());
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            System.err.println("could not remove the cgroup " + folder + ": " + e.getMessage());
        }
    }
}
