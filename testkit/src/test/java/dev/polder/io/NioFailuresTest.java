package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// What the JDK throws becomes what the operating system said.
class NioFailuresTest {
    private static final Path FILE = Path.of("/store/file");

    @Test
    void aKnownCauseIsToldWithoutTheJdksName() {
        assertThat(NioFailures.of("list", FILE, 0, new AccessDeniedException("/store/file")))
                .isInstanceOf(FileAccessException.class)
                .hasMessageContainingAll("list failed", "/store/file", "errno=13", "read and write access")
                .hasMessageNotContaining("java.");
    }

    @Test
    void anUnknownOneIsToldAsItCame() {
        assertThat(NioFailures.of("list", FILE, 0, new IOException("a strange thing")))
                .isInstanceOf(FileAccessException.class)
                .hasMessageContainingAll("/store/file", "the cause is not known", "a strange thing");
    }

    @Test
    void aQuotaIsNoFullDevice() {
        var quota = new FileSystemException("/store/file", null, "Disk quota exceeded");
        assertThat(NioFailures.of("write", FILE, 4096, quota))
                .isInstanceOf(OutOfSpaceException.class)
                .hasMessageContainingAll("disk quota exceeded", "4096 bytes", "/store/file", "quota raised");
    }
}
