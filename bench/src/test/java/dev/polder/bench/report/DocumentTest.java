package dev.polder.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DocumentTest {
    /// If this fails: `./polder bench report --into docs/benchmarks.md`.
    @Test
    void everyTableInTheDocumentIsThatOfItsFile() throws IOException {
        Path document = Path.of("..", "docs", "benchmarks.md");
        String text = Files.readString(document);
        assertThat(ReportCommand.renew(text, document)).isEqualTo(text);
    }
}
