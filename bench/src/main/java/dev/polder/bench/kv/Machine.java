package dev.polder.bench.kv;

import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/// Where figures come from; nothing that tells whose machine it is.
public record Machine(
        String processor, int processors, long memoryBytes, String system, String java, String heap, String flags) {
    /// This machine, and how this process's Java was started.
    public static Machine here() {
        return new Machine(
                firstField(Path.of("/proc/cpuinfo"), "model name", System.getProperty("os.arch", "?")),
                Runtime.getRuntime().availableProcessors(),
                kibibytes(Path.of("/proc/meminfo"), "MemTotal"),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                "%d MiB, %s".formatted(Runtime.getRuntime().maxMemory() >> 20, collectors()),
                String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments()));
    }

    /// The most memory this process ever held, or -1 where the system does not say.
    static long peakRssBytes() {
        return kibibytes(Path.of("/proc/self/status"), "VmHWM");
    }

    /// What the system can give without taking it from others, or -1 where it does not say.
    public static long availableBytes() {
        return kibibytes(Path.of("/proc/meminfo"), "MemAvailable");
    }

    static double cpuSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : -1;
    }

    private static String collectors() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .map(GarbageCollectorMXBean::getName)
                .collect(Collectors.joining(", "));
    }

    private static long kibibytes(Path file, String field) {
        String text = firstField(file, field, "-1").replace(" kB", "").strip();
        return text.equals("-1") ? -1 : Long.parseLong(text) << 10;
    }

    private static String firstField(Path file, String field, String otherwise) {
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith(field))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(otherwise);
        } catch (IOException e) {
            return otherwise;
        }
    }
}
