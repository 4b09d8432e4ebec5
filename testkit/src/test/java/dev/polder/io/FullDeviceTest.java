package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.polder.errors.OutOfSpaceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Real ways to run out of space, met by the real engines.
@EnabledOnOs(OS.LINUX)
class FullDeviceTest {
    @Test
    void aDeviceThatIsAlwaysFull() {
        Path full = Path.of("/dev/full");
        assumeThat(full).exists();
        for (IoEngine io : List.of(new PosixIo(), new PortableIo())) {
            try (Space space = new Space(4096);
                    IoFile file = io.open(full, IoEngine.OpenMode.WRITE)) {
                assertThatExceptionOfType(OutOfSpaceException.class)
                        .as(io.name())
                        .isThrownBy(() -> file.write(0, space.address(), 4096))
                        .withMessageContaining("/dev/full");
            }
        }
    }

    /// A limit on file sizes sends a signal before the call fails; the JVM must not die of it.
    @Test
    void aLimitOnTheSizeOfFiles(@TempDir Path directory) throws Exception {
        for (String engine : List.of("posix", "portable")) {
            Path file = directory.resolve(engine);
            Path output = directory.resolve(engine + ".out");
            String java =
                    Path.of(System.getProperty("java.home"), "bin", "java").toString();
            Process child = new ProcessBuilder(
                            "sh",
                            "-c",
                            "ulimit -f 8 && exec \"$@\"",
                            "sh",
                            java,
                            "-Xshare:auto",
                            "-XX:-UsePerfData",
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            FileSizeLimitChild.class.getName(),
                            engine,
                            file.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue())
                    .as("%s: %s", engine, Files.readString(output))
                    .isEqualTo(42);
        }
    }
}
