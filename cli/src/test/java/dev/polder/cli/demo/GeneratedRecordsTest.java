package dev.polder.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;

class GeneratedRecordsTest {
    private final GeneratedRecords records = new GeneratedRecords(42);

    @Test
    void aKeyGivesItsNumberBack() {
        Set<String> keys = new HashSet<>();
        for (long number = 0; number < 10_000; number++) {
            byte[] key = records.key(number);
            assertThat(records.numberOrNull(key)).isEqualTo(number);
            assertThat(keys.add(new String(key, StandardCharsets.US_ASCII))).isTrue();
        }
    }

    @Test
    void whatIsNoKeyHasNoNumber() {
        assertThat(records.numberOrNull(new byte[0])).isNull();
        assertThat(records.numberOrNull("0123456789abcdeg".getBytes(StandardCharsets.US_ASCII)))
                .isNull();
        assertThat(records.numberOrNull("0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII)))
                .isNull();
    }

    @Test
    void sameSeedSameBytes() {
        for (long number = 0; number < 1000; number++) {
            assertThat(records.value(number)).isEqualTo(new GeneratedRecords(42).value(number));
            assertThat(records.value(number)).isNotEqualTo(new GeneratedRecords(43).value(number));
        }
    }

    @Test
    void aboutHalfOfAValueCanBeCompressed() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        long bytes = 0;
        try (var out = new DeflaterOutputStream(packed, new Deflater(Deflater.BEST_SPEED))) {
            for (long number = 0; number < 2000; number++) {
                byte[] value = records.value(number);
                assertThat(value.length)
                        .isBetween(
                                GeneratedRecords.VALUE_BYTES_MIN,
                                GeneratedRecords.VALUE_BYTES_MIN + GeneratedRecords.VALUE_BYTES_SPAN - 1);
                bytes += value.length;
                out.write(value);
            }
        }
        assertThat((double) packed.size() / bytes).isBetween(0.3, 0.6);
    }

    @Test
    void valuesAreLinesOfText() {
        String value = new String(records.value(7), StandardCharsets.US_ASCII);
        assertThat(value).startsWith("{\"n\":7,\"noise\":\"").endsWith("\"}").hasLineCount(1);
    }
}
