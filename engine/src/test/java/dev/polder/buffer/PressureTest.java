package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PressureTest {
    @Test
    void aPoolThatGrowsHasNoneAndOneThatIsFullHasAll() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            int frames = 0;
            while (f.pool.metrics().evictions() == 0) f.load(ref, ++frames, 8, 4096);
            assertThat(f.pool.metrics().pressure()).isLessThan(0.01);
            for (int id = 1; id <= 2000; id++) f.load(ref, frames + id, 8, 4096);
            PoolMetrics full = f.pool.metrics();
            assertThat(full.pressure()).isGreaterThan(0.95);
            assertThat(full.classes().get(0).pressure()).isEqualTo(full.pressure());
            assertThat(full.classes().get(2).pressure())
                    .as("nothing of 64 KiB was needed")
                    .isZero();
            assertThat(full.evictedAge()).isLessThan(3_600_000_000_000L);
        }
    }

    @Test
    void aFrameThatIsRefusedIsPressureToo() {
        try (PoolFixture f = new PoolFixture()) {
            f.pool.resize(0);
            for (int id = 1; id <= 5; id++)
                assertThat(f.pool.allocate(id, 4096)).isEqualTo(BufferPool.NO_FRAME);
            assertThat(f.pool.metrics().pressure()).isOne();
        }
    }

    @Test
    void whatIsLongAgoIsForgotten() {
        Pressure pressure = new Pressure();
        for (int i = 0; i < 1000; i++) {
            pressure.allocated(0, false);
            pressure.left(0, 1_000_000_000);
        }
        for (int i = 0; i < 2000; i++) {
            pressure.allocated(0, true);
            pressure.left(0, 5_000_000);
        }
        assertThat(pressure.share(0)).isCloseTo(1, Offset.offset(0.001));
        assertThat(pressure.ageNanos(0)).isBetween(5_000_000L, 6_000_000L);
        assertThat(pressure.share(1)).isZero();
        assertThat(pressure.ageNanos(Pressure.ALL)).isEqualTo(pressure.ageNanos(0));
    }

    @Test
    void agesAreRightWhenTheClockComesRound() {
        try (Arena arena = Arena.ofConfined()) {
            long descriptor = arena.allocate(64, 64).address();
            Memory.putLong(descriptor + FrameDescriptor.UNIT_CLASS, 0x0101_0101);
            long begin = (1L << 52) - (10L << 20);
            FrameDescriptor.entered(descriptor, begin);
            assertThat(FrameDescriptor.ageNanos(descriptor, begin + (30L << 20)))
                    .isEqualTo(30L << 20);
            assertThat(Memory.getInt(descriptor + FrameDescriptor.UNIT_CLASS))
                    .as("the bytes beside it")
                    .isEqualTo(0x0101_0101);
        }
    }
}
