package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameSightTest {
    private static final long STATE = 5 * FrameDescriptor.VERSION | FrameDescriptor.RESIDENT;

    @Test
    void namesItsFrameAndHoldsForOneVersionOfIt() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            String when = "seed " + seed + " step " + i;
            long frame = random.nextLong(1L << 28) >>> random.nextInt(28);
            long state = (random.nextLong() & -FrameDescriptor.VERSION) | FrameDescriptor.RESIDENT;
            long sight = FrameSight.of(frame, state);
            assertThat(FrameSight.frame(sight)).as(when).isEqualTo(frame);
            assertThat(FrameSight.holds(sight, state)).as(when).isTrue();
            assertThat(FrameSight.holds(sight, state + FrameDescriptor.PIN))
                    .as(when)
                    .isTrue();
            long later = state + ((1L << random.nextInt(36)) * FrameDescriptor.VERSION);
            assertThat(FrameSight.holds(sight, later)).as(when).isFalse();
        }
    }

    /// What [FrameSight] says of 36 bits: versions are told apart up to there, but not from the one 2^36 further on.
    /// That is 2^36 − 2 changes away, because [FrameDescriptor#nextVersion] leaves two out.
    @Test
    void aVersionIsNotToldFromTheOneTwoToThePowerOf36FurtherOn() {
        long sight = FrameSight.of(9, STATE);
        assertThat(FrameSight.holds(sight, STATE + (1L << 36) * FrameDescriptor.VERSION))
                .isTrue();
        assertThat(FrameSight.holds(sight, STATE + ((1L << 36) - 1) * FrameDescriptor.VERSION))
                .isFalse();
    }

    @Test
    void noFrameIsSeenByNone() {
        long period = 1L << 36;
        for (long version : new long[] {1, 2, period - 2}) {
            long state = version * FrameDescriptor.VERSION | FrameDescriptor.RESIDENT;
            assertThat(FrameSight.of(0, state)).isNotEqualTo(FrameSight.NONE);
            assertThat(FrameSight.holds(FrameSight.NONE, state)).isFalse();
        }
        assertThat(FrameSight.holds(FrameSight.NONE, 0)).as("a frame of zeros").isFalse();
    }

    @Test
    void framesBeyondATebibyteHaveNone() {
        assertThat(FrameSight.of((1L << 28) - 1, STATE)).isNotEqualTo(FrameSight.NONE);
        assertThat(FrameSight.of(1L << 28, STATE)).isEqualTo(FrameSight.NONE);
    }
}
