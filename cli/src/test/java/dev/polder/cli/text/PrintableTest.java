package dev.polder.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PrintableTest {
    private static String shown(String text) {
        return Printable.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void textStaysText() {
        for (String text : new String[] {"", "plain", "ünïcödé", "日本語", "👩‍🚀", "back\\slash", "\"quoted\""}) {
            assertThat(shown(text)).isEqualTo(text);
        }
    }

    @Test
    void whatMovesTheCursorIsEscaped() {
        assertThat(shown("a\nb\rc\td")).isEqualTo("a\\nb\\rc\\td");
        assertThat(shown("\u001b[31m\u0007\u007f\u009b")).isEqualTo("\\u001b[31m\\u0007\\u007f\\u009b");
        assertThat(shown("\u2028\u202e\u2066")).isEqualTo("\\u2028\\u202e\\u2066");
    }

    @Test
    void whatIsNoTextIsHexadecimal() {
        assertThat(Printable.of(new byte[] {(byte) 0xff, 0, 10})).isEqualTo("0xff000a");
        assertThat(Printable.of(new byte[] {'a', (byte) 0xc3})).isEqualTo("0x61c3");
        assertThat(Printable.of(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                .isEqualTo("0xeda080");
    }
}
