package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandleTest {
    @Test
    void theBytesOnDiskAreThese() {
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocate(Handle.BYTES).address();
            new BlockHandle(0x7_1234_5678L, 0xABC, 0xFFF, Codecs.LZ4, 0xCAFEBABE).write(at);
            assertThat(HexFormat.ofDelimiter(" ").formatHex(Memory.bytes(at, Handle.BYTES)))
                    .isEqualTo("78 56 34 12 07 00 01 00 bc 0a 00 00 ff 0f 00 00 be ba fe ca 00 00 00 00");
        }
    }

    @Test
    void whatIsWrittenIsReadBack() {
        Random random = new Random(7);
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocate(Handle.BYTES).address();
            for (int i = 0; i < 10_000; i++) {
                int raw = 16 + random.nextInt(Handle.RAW_BYTES_MAX - 15);
                boolean lz4 = random.nextBoolean();
                int stored = lz4 ? 1 + random.nextInt(Handle.compressedBytesMax(raw)) : raw;
                long offset = random.nextLong(1L << 32) << 3;
                BlockHandle block =
                        new BlockHandle(offset, stored, raw, lz4 ? Codecs.LZ4 : Codecs.RAW, random.nextInt());
                block.write(at);
                assertThat(Handle.isValid(at)).isTrue();
                assertThat(BlockHandle.read(at)).isEqualTo(block);
            }
        }
    }

    @Test
    void impossibleHandlesAreRefused() {
        assertThat(Handle.isValid(4, 100, 100, Codecs.RAW)).as("not aligned").isFalse();
        assertThat(Handle.isValid(-8, 100, 100, Codecs.RAW)).isFalse();
        assertThat(Handle.isValid(Handle.OFFSET_MAX, 100, 100, Codecs.RAW)).isFalse();
        assertThat(Handle.isValid(Handle.OFFSET_MAX - 8, 100, 100, Codecs.RAW)).isTrue();
        assertThat(Handle.isValid(0, 0, 0, Codecs.RAW)).isFalse();
        assertThat(Handle.isValid(0, 65_536, 65_536, Codecs.RAW)).isTrue();
        assertThat(Handle.isValid(0, 65_537, 65_537, Codecs.RAW)).isFalse();
        assertThat(Handle.isValid(0, 99, 100, Codecs.RAW)).isFalse();
        assertThat(Handle.isValid(0, 61_440, 65_536, Codecs.LZ4)).isTrue();
        assertThat(Handle.isValid(0, 61_441, 65_536, Codecs.LZ4))
                .as("saves too little")
                .isFalse();
        assertThat(Handle.isValid(0, 1, 100, 2)).as("unknown codec").isFalse();
        assertThatThrownBy(() -> new BlockHandle(4, 100, 100, Codecs.RAW, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void reservedBytesMustBeZero() {
        try (Arena arena = Arena.ofConfined()) {
            long at = arena.allocate(Handle.BYTES).address();
            for (int reserved : new int[] {7, 20, 21, 22, 23}) {
                new BlockHandle(8, 100, 100, Codecs.RAW, 1).write(at);
                assertThat(Handle.isValid(at)).isTrue();
                Memory.putByte(at + reserved, (byte) 1);
                assertThat(Handle.isValid(at)).as("byte %d", reserved).isFalse();
            }
        }
    }
}
