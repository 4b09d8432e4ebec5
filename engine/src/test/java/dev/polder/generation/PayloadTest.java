package dev.polder.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.memory.Memory;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PayloadTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void bytesAreAsDescribed() {
        try (var scene = new Scene(16 << 20)) {
            scene.put(0x01020304, utf8("key"), utf8("value"))
                    .put(5, utf8("k"), null)
                    .put(6, new byte[0], new byte[0]);
            assertThat(HexFormat.of().formatHex(Memory.bytes(scene.payload, scene.bytes())))
                    .isEqualTo("01" + "04030201" + "0300" + "05000000" + "6b6579" + "76616c7565"
                            + "02" + "05000000" + "0100" + "6b"
                            + "01" + "06000000" + "0000" + "00000000");
            assertThat(scene.bytes())
                    .isEqualTo(Payload.putBytes(3, 5) + Payload.deleteBytes(1) + Payload.putBytes(0, 0));
        }
    }

    @Test
    void arraysAndAddressesHoldTheSameBytes() {
        try (var scene = new Scene(16 << 20)) {
            byte[] array = new byte[32];
            int at = Payload.putHeader(array, 0, 77, 2, 3);
            System.arraycopy(utf8("ab" + "xyz"), 0, array, at, 5);
            int end = Payload.deleteHeader(array, at + 5, 78, 1);
            array[end] = 'q';
            scene.put(77, utf8("ab"), utf8("xyz")).put(78, utf8("q"), null);
            assertThat(Memory.bytes(scene.payload, scene.bytes())).isEqualTo(java.util.Arrays.copyOf(array, end + 1));
        }
    }

    @Test
    void readsBackWhatWasWritten() {
        try (var scene = new Scene(16 << 20)) {
            scene.put(9, utf8("key"), utf8("value")).put(5, utf8("k"), null);
            var reader = new Payload.Reader();
            reader.reset(scene.payload, scene.bytes());
            assertThat(reader.next()).isTrue();
            assertThat(reader.kind()).isEqualTo(Payload.PUT);
            assertThat(reader.spaceId()).isEqualTo(9);
            assertThat(Memory.bytes(reader.keyAddress(), reader.keyBytes())).isEqualTo(utf8("key"));
            assertThat(Memory.bytes(reader.valueAddress(), reader.valueBytes())).isEqualTo(utf8("value"));
            assertThat(reader.next()).isTrue();
            assertThat(reader.kind()).isEqualTo(Payload.DELETE);
            assertThat(reader.valueBytes()).isZero();
            assertThat(reader.position()).isEqualTo(scene.bytes());
            assertThat(reader.next()).isFalse();
        }
    }

    /// Every truncation is refused; every flipped byte is refused or read within bounds.
    @Test
    void neverReadsBeyondTheEnd() {
        try (var scene = new Scene(16 << 20)) {
            scene.put(9, utf8("key"), utf8("value")).put(5, utf8("k"), null).put(1, new byte[40], new byte[300]);
            var reader = new Payload.Reader();
            int first = Payload.putBytes(3, 5);
            int second = first + Payload.deleteBytes(1);
            for (int bytes = 1; bytes < scene.bytes(); bytes++) {
                reader.reset(scene.payload, bytes);
                if (bytes == first || bytes == second)
                    while (reader.next()) assertThat(reader.position()).isPositive();
                else assertThatThrownBy(() -> walk(reader)).isInstanceOf(IllegalStateException.class);
            }
            var random = new SplittableRandom(3);
            byte[] whole = Memory.bytes(scene.payload, scene.bytes());
            for (int round = 0; round < 20_000; round++) {
                byte[] damaged = whole.clone();
                for (int i = random.nextInt(3); i >= 0; i--)
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
                Memory.copyIn(damaged, 0, scene.payload, damaged.length);
                reader.reset(scene.payload, damaged.length);
                try {
                    while (reader.next()) {
                        assertThat(reader.keyAddress()).isGreaterThan(scene.payload);
                        assertThat(reader.valueAddress() + reader.valueBytes())
                                .isLessThanOrEqualTo(scene.payload + damaged.length);
                    }
                } catch (IllegalStateException e) {
                    assertThat(e).hasMessageContaining("malformed payload");
                }
            }
        }
    }

    private static void walk(Payload.Reader reader) {
        while (reader.next()) assertThat(reader.position()).isPositive();
    }

    @Test
    void limitsAreChecked() {
        try (var scene = new Scene(16 << 20)) {
            assertThatThrownBy(() -> Payload.putHeader(scene.payload, 1, 2049, 0))
                    .hasMessageContaining("2048");
            assertThatThrownBy(() -> Payload.putHeader(scene.payload, 1, 0, (1 << 20) + 1))
                    .hasMessageContaining("1048576");
            assertThatThrownBy(() -> Payload.putHeader(scene.payload, -1, 0, 0)).hasMessageContaining("spaceId");
        }
    }
}
