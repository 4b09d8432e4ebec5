package dev.polder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// A Linux memory cgroup for a child process: everything it causes counts, its page cache too, and beyond the limit the
/// kernel kills it. Needs root, or a folder that was handed to the user.
final class MemoryCgroup implements AutoCloseable {
    private static final Path ROOT = Path.of("/sys/fs/cgroup");

    private final Path folder;
    private final boolean versionTwo;

    private MemoryCgroup(Path folder, boolean versionTwo) {
        this.folder = folder;
        this.versionTwo = versionTwo;
    }

    /// Skips the test, and says so loudly, where there can be none.
    static MemoryCgroup orSkip(long limitBytes) {
        try {
            return create(limitBytes);
        } catch (IOException e) {
            String why =
                    "SKIPPED: no memory cgroup can be made here (" + e + "), so the kernel does not watch the child";
            System.out.println(why);
            return Assumptions.abort(why);
        }
    }

    private static MemoryCgroup create(long limitBytes) throws IOException {
        boolean versionTwo = Files.exists(ROOT.resolve("cgroup.controllers"));
        Path parent = versionTwo ? ROOT : ROOT.resolve("memory");
        if (!Files.isDirectory(parent)) throw new IOException("no memory controller under " + ROOT);
        Path folder = parent.resolve("polder-test-" + ProcessHandle.current().pid());
        Files.createDirectory(folder);
        MemoryCgroup cgroup = new MemoryCgroup(folder, versionTwo);
        try {
            Path limit = cgroup.file("memory.max", "memory.limit_in_bytes");
            Files.writeString(limit, Long.toString(limitBytes));
            long set = Long.parseLong(Files.readString(limit).strip());
            if (set != limitBytes) throw new IOException("asked for " + limitBytes + " bytes, got " + set);
            return cgroup;
        } catch (IOException | RuntimeException e) {
            cgroup.close();
            throw e instanceof IOException io ? io : new IOException(e);
        }
    }

    /// What goes before a command that shall run inside: a shell enters, then becomes the command.
    List<String> entering() {
        return List.of(
                "sh",
                "-c",
                "echo $$ > \"$0\" && exec \"$@\"",
                folder.resolve("cgroup.procs").toString());
    }

    /// The most it ever held, as the kernel counts.
    long peakBytes() {
        try {
            return Long.parseLong(Files.readString(file("memory.peak", "memory.max_usage_in_bytes"))
                    .strip());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path file(String ofVersionTwo, String ofVersionOne) {
        return folder.resolve(versionTwo ? ofVersionTwo : ofVersionOne);
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            System.out.println("could not remove the cgroup " + folder + ": " + e);
        }
    }
}
