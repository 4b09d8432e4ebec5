package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.polder.errors.StoreLockedException;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /// Pages of such a file are cached by the system, beside the budget: somebody should know.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @EnabledOnOs(OS.LINUX)
    void filesThatHaveNoDirectIoAreCounted(boolean rings, @TempDir Path directory) {
        try (PosixIo io = (PosixIo) (rings ? IoEngines.uring() : IoEngines.posix())) {
            IoFile asked = io.open(directory.resolve("a"), IoEngine.OpenMode.CREATE_DIRECT);
            assumeTrue(asked.alignment() > 1, "no direct I/O here");
            assertThat(io.describe()).doesNotContain("without direct I/O");
            IoFile none = io.open(Path.of("/proc/self/status"), IoEngine.OpenMode.READ_DIRECT);
            assertThat(none.alignment()).isEqualTo(1);
            assertThat(io.describe()).contains("; 1 openings of files without direct I/O");
            for (int transfers = 0; transfers < 2; transfers++) { // the second is not told that the first was refused
                assertThat(((PosixFile) asked).goBuffered(((PosixFile) asked).descriptor()))
                        .isTrue();
            }
            assertThat(io.describe()).contains("; 2 openings of files without direct I/O");
            none.close();
            asked.close();
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
