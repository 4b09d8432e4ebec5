package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that is killed cleans up nothing, so there must be nothing to clean up: the native codec is unpacked into
/// a file that has no name any more while it is used.
class NoFileIsLeftTest {
    @TempDir
    Path folder;

    @Test
    void theFolderForTemporaryFilesIsEmptyWhileAnEngineIsOpen() throws IOException {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        List<String> options = List.of("-Djava.io.tmpdir=" + temporary, "-XX:-UsePerfData");
        try (ChildJvm child = ChildJvm.start(options, Looks.class, temporary)) {
            assertThat(child.end()).as("%s", child.lines()).isZero();
            assertThat(child.lines()).anyMatch(line -> line.startsWith("codec=lz4: ") && line.endsWith(" files=[]"));
        }
    }

    /// The child.
    public static final class Looks {
        private Looks() {}

        public static void main(String[] arguments) throws IOException {
            try (Engine engine = Engine.open(Budget.mebibytes(16));
                    var files = Files.list(Path.of(arguments[0]))) {
                System.out.println("codec=" + engine.metrics().codec() + " files=" + files.toList());
            }
        }
    }
}
