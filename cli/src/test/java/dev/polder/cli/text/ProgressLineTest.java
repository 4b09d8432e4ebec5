package dev.polder.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.cli.Console;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
    @Test
    void barsGrowByEighths() {
        assertThat(ProgressLine.bar(0, 4, true)).isEqualTo("    ");
        assertThat(ProgressLine.bar(0.5, 4, true)).isEqualTo("██  ");
        assertThat(ProgressLine.bar(0.53125, 4, true)).isEqualTo("██▏ ");
        assertThat(ProgressLine.bar(1, 4, true)).isEqualTo("████");
        assertThat(ProgressLine.bar(0.6, 4, false)).isEqualTo("##  ");
    }

    @Test
    void nothingIsDrawnWhenNobodyWatches() {
        assertThat(drawn(false)).isEmpty();
    }

    @Test
    void theLineIsWipedAtTheEnd() {
        assertThat(drawn(true)).startsWith("\rloading  ").contains("50 %").endsWith("\r\u001b[K");
    }

    private static String drawn(boolean watched) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Console console =
                new Console(InputStream.nullInputStream(), OutputStream.nullOutputStream(), err, watched, true);
        try (ProgressLine line = new ProgressLine(console, "loading")) {
            line.show(50, 100);
        }
        return err.toString(StandardCharsets.UTF_8);
    }
}
