package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CodecsTest {
    private static final Codecs CHOSEN = Codecs.probe();
    private static final Codecs JAVA = Codecs.java("the test asks for it");

    @Test
    void itSaysWhichOneIsInUse() {
        assertThat(CHOSEN.describe()).matches("lz4: (native|java \\(the native library could not be loaded: .+\\))");
        assertThat(JAVA.describe()).isEqualTo("lz4: java (the test asks for it)");
    }

    /// Either implementation reads what the other wrote.
    @Test
    void whatIsCompressedIsDecoded() {
        for (Codecs writer : new Codecs[] {CHOSEN, JAVA})
            for (Codecs reader : new Codecs[] {CHOSEN, JAVA})
                for (int bytes : new int[] {1, 13, 100, 4096, 16_384, 65_536}) roundTrip(writer, reader, bytes);
    }

    private static void roundTrip(Codecs writer, Codecs reader, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            long raw = compressible(arena, bytes);
            int bound = Codecs.compressedBytesBound(bytes);
            long stored = arena.allocate(bound).address();
            int storedBytes = writer.compress(raw, bytes, stored, bound);
            assertThat(storedBytes).isBetween(1, bound);
            if (bytes >= 4096) assertThat(storedBytes).isLessThan(bytes / 2);
            long decoded = arena.allocate(bytes + 8).address();
            Memory.putLong(decoded + bytes, 0x1122334455667788L);
            assertThat(reader.decode(Codecs.LZ4, stored, storedBytes, decoded, bytes))
                    .isTrue();
            assertThat(Memory.compare(decoded, bytes, raw, bytes)).isZero();
            assertThat(Memory.getLong(decoded + bytes))
                    .as("not one byte beyond")
                    .isEqualTo(0x1122334455667788L);
            assertThat(reader.decode(Codecs.LZ4, stored, storedBytes, decoded, bytes - 1))
                    .as("too long")
                    .isFalse();
            assertThat(reader.decode(Codecs.LZ4, stored, storedBytes, decoded, bytes + 1))
                    .as("too short")
                    .isFalse();
        }
    }

    @Test
    void whatDoesNotFitIsMinusOne() {
        try (Arena arena = Arena.ofConfined()) {
            long raw = arena.allocate(4096).address();
            Random random = new Random(3);
            for (int i = 0; i < 4096; i += 8) Memory.putLong(raw + i, random.nextLong());
            long stored = arena.allocate(Codecs.compressedBytesBound(4096)).address();
            for (Codecs codecs : new Codecs[] {CHOSEN, JAVA}) {
                assertThat(codecs.compress(raw, 4096, stored, 3600)).isEqualTo(-1);
                assertThat(codecs.compress(raw, 4096, stored, Codecs.compressedBytesBound(4096)))
                        .isGreaterThan(4096);
            }
        }
    }

    @Test
    void garbageDoesNotDecodeAndDoesNoHarm() {
        Random random = new Random(5);
        try (Arena arena = Arena.ofConfined()) {
            long stored = arena.allocate(512).address();
            long decoded = arena.allocate(4096 + 8).address();
            int refused = 0;
            for (int round = 0; round < 20_000; round++) {
                for (int i = 0; i < 512; i += 8) Memory.putLong(stored + i, random.nextLong());
                Memory.putLong(decoded + 4096, round);
                Codecs codecs = round % 2 == 0 ? CHOSEN : JAVA;
                if (!codecs.decode(Codecs.LZ4, stored, 1 + random.nextInt(512), decoded, 4096)) refused++;
                assertThat(Memory.getLong(decoded + 4096)).isEqualTo(round);
            }
            assertThat(refused).isGreaterThan(19_900);
            assertThat(CHOSEN.decode(9, stored, 10, decoded, 10))
                    .as("unknown codec")
                    .isFalse();
        }
    }

    private static long compressible(Arena arena, int bytes) {
        long raw = arena.allocate(bytes).address();
        for (int i = 0; i < bytes; i++)
            Memory.putByte(raw + i, (byte) ("{\"name\":\"polder\"},".charAt(i % 18) + i / 999));
        return raw;
    }
}
