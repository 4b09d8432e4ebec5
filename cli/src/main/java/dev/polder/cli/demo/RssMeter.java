package dev.polder.cli.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// How much memory a process really has, as the kernel counts it. Linux only; elsewhere the answer is [#UNKNOWN].
final class RssMeter {
    static final long UNKNOWN = -1;

    private final Path status;

    private RssMeter(Path status) {
        this.status = status;
    }

    static RssMeter self() {
        return new RssMeter(Path.of("/proc/self/status"));
    }

    static RssMeter of(long pid) {
        return new RssMeter(Path.of("/proc", Long.toString(pid), "status"));
    }

    /// Bytes resident now.
    long nowBytes() {
        return field("VmRSS:");
    }

    /// The most bytes that were ever resident: the kernel's own high-water mark, so no peak falls between two
    /// looks.
    long peakBytes() {
        return field("VmHWM:");
    }

    private long field(String name) {
        try {
            String text = new String(Files.readAllBytes(status), StandardCharsets.ISO_8859_1);
            int at = text.indexOf(name);
            if (at < 0) return UNKNOWN; // a process that is ending has no memory left to tell of
            String number =
                    text.substring(at + name.length(), text.indexOf("kB", at)).strip();
            return Long.parseLong(number) << 10;
        } catch (IOException _) {
            return UNKNOWN;
        }
    }
}
