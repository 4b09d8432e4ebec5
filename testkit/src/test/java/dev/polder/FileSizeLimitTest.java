package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A process that may make no large files (`ulimit -f`, EFBIG): merges find no room for theirs. Writes are refused with
/// the reason once memory is full, what was acknowledged can be read, the store closes; and a process without the
/// limit goes on with it.
@EnabledOnOs({OS.LINUX, OS.MAC})
class FileSizeLimitTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"posix", "portable"})
    void nothingIsLostByALimitOnTheSizeOfFiles(String io) {
        // 1 MiB or 2, by the shell
        List<String> limited = List.of("sh", "-c", "ulimit -f 2048 && exec \"$@\"", "sh");
        List<String> said;
        try (ChildJvm child = ChildJvm.startBehind(limited, List.of(), LimitedWriter.class, directory, io)) {
            child.await(lines -> false);
            said = child.lines();
        }
        String all = String.join("\n", said);
        assertThat(said).as(all).hasSize(3);
        assertThat(said.getFirst()).contains("refused", "file too large for this process", "ulimit -f", "run-");
        assertThat(said.getLast()).isEqualTo("closed");
        int written = Integer.parseInt(said.get(1).substring("written ".length()));
        assertThat(written).isPositive();

        IoEngine unlimited = io.equals("portable") ? IoEngines.portable() : IoEngines.posix();
        try (Small small = new Small(unlimited, LimitedWriter.settings());
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            assertThat(space.count()).isEqualTo(written);
            store.settle();
            for (int i = 0; i < written; i++) LimitedWriter.check(space, i);
            assertThat(store.verify((done, bytes) -> {}).problems()).isEmpty();
        }
    }
}
