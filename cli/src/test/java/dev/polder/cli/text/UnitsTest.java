package dev.polder.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnitsTest {
    @Test
    void bytesHaveThreeDigitsAtMost() {
        assertThat(Units.bytes(0)).isEqualTo("0 B");
        assertThat(Units.bytes(1023)).isEqualTo("1023 B");
        assertThat(Units.bytes(1024)).isEqualTo("1 KiB");
        assertThat(Units.bytes(1536)).isEqualTo("1.5 KiB");
        assertThat(Units.bytes(64 << 20)).isEqualTo("64 MiB");
        assertThat(Units.bytes((1 << 20) - 1)).isEqualTo("1 MiB");
        assertThat(Units.bytes(123_456_789)).isEqualTo("118 MiB");
        assertThat(Units.bytes(Long.MAX_VALUE)).isEqualTo("8 EiB");
    }

    @Test
    void countsAgreeWithTheirNouns() {
        assertThat(Units.count(1, "record")).isEqualTo("1 record");
        assertThat(Units.count(1234, "record")).isEqualTo("1,234 records");
        assertThat(Units.count(2, "batch", "batches")).isEqualTo("2 batches");
    }

    @Test
    void timesUseTheUnitThatFits() {
        assertThat(Units.seconds(850_000_000L)).isEqualTo("850 ms");
        assertThat(Units.seconds(12_340_000_000L)).isEqualTo("12.3 s");
        assertThat(Units.seconds(200_000_000_000L)).isEqualTo("3 min 20 s");
    }
}
