package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.EngineOptions.IoChoice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Nothing of an engine outlives it.
class ClosedEnginesTest {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void noDescriptorIsLeftOfEnginesThatWereClosed(IoChoice io) throws IOException {
        if (!Files.isDirectory(DESCRIPTORS)) {
            System.err.println("SKIPPED: this system does not list the descriptors of a process");
            return;
        }
        openAndClose(io);
        List<String> before = ringsAndStores();
        for (int i = 0; i < 3; i++) openAndClose(io);
        assertThat(ringsAndStores()).containsExactlyInAnyOrderElementsOf(before);
    }

    private void openAndClose(IoChoice io) {
        byte[] key = "key".getBytes(StandardCharsets.US_ASCII);
        try (Engine engine = Engine.open(EngineOptions.of(Budget.mebibytes(16)).withIo(io));
                Store store = engine.store(folder.resolve("store"))) {
            KeyValues space = store.keyValues("test");
            space.put(key, new byte[100]);
            store.flush();
            assertThat(space.multiGet(List.of(key))).hasSize(1);
        }
    }

    /// Of this process: other tests may have left rings of theirs.
    private List<String> ringsAndStores() throws IOException {
        try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
            return descriptors
                    .map(ClosedEnginesTest::target)
                    .filter(target -> target.contains("io_uring") || target.startsWith(folder.toString()))
                    .toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed since it was listed, as that of the listing is
        }
    }
}
