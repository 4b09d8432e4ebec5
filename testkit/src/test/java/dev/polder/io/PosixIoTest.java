package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.errors.StoreLockedException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs({OS.LINUX, OS.MAC})
class PosixIoTest {
    @Nested
    class Buffered extends IoEngineContract {
        @TempDir
        Path temporary;

        @Override
        IoEngine engine() {
            return new PosixIo();
        }

        @Override
        Path emptyDirectory() {
            return temporary;
        }
    }

    /// Where the file system has no direct I/O this is the buffered suite once more.
    @Nested
    class Direct extends Buffered {
        @Override
        boolean direct() {
            return true;
        }
    }

    @Test
    void aLockHoldsAgainstTheOtherEngine(@TempDir Path directory) {
        Path file = directory.resolve("lock");
        try (IoEngine posix = new PosixIo();
                IoEngine portable = new PortableIo()) {
            var held = posix.lock(file);
            assertThatExceptionOfType(StoreLockedException.class).isThrownBy(() -> portable.lock(file));
            held.close();
            held = portable.lock(file);
            assertThatExceptionOfType(StoreLockedException.class).isThrownBy(() -> posix.lock(file));
            held.close();
        }
    }

    @Test
    void theProbeFindsPosix() {
        assertThat(IoEngines.posixSupported()).isTrue();
        try (IoEngine io = IoEngines.probe()) {
            assertThat(io.name()).isIn("uring", "posix");
        }
    }
}
