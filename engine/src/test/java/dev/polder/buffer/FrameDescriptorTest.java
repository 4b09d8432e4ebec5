package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FrameDescriptorTest {
    @Test
    void theVersionWrapsWithoutTouchingPinsOrPhase() {
        long last = -2 * FrameDescriptor.VERSION | FrameDescriptor.RESIDENT;
        long next = FrameDescriptor.nextVersion(last, FrameDescriptor.FREE);
        assertThat(next).isEqualTo(FrameDescriptor.VERSION | FrameDescriptor.FREE);
        assertThat(FrameDescriptor.pins(next)).isZero();
        assertThat(FrameDescriptor.sameVersion(last, next)).isFalse();
    }

    /// No frame has the version of a descriptor of zeros, or of a sight that is none.
    @Test
    void theLowBitsOfAVersionAreNeverAllTheSame() {
        long period = 1L << 36;
        for (long high : new long[] {0, 1, 255}) {
            long last = (high * period + period - 2) * FrameDescriptor.VERSION | FrameDescriptor.RESIDENT;
            long next = FrameDescriptor.nextVersion(last, FrameDescriptor.FREE);
            assertThat(next).isEqualTo((high * period + period + 1) * FrameDescriptor.VERSION | FrameDescriptor.FREE);
            assertThat(FrameDescriptor.nextVersion(next, FrameDescriptor.NONE))
                    .isEqualTo((high * period + period + 2) * FrameDescriptor.VERSION);
        }
        assertThat(FrameDescriptor.nextVersion(0, FrameDescriptor.FREE))
                .isEqualTo(FrameDescriptor.VERSION | FrameDescriptor.FREE);
    }

    @Test
    void pinsDoNotReachTheVersionAndAreNoChange() {
        long state = 5 * FrameDescriptor.VERSION | FrameDescriptor.RESIDENT;
        long pinned = state + FrameDescriptor.PINS_MAX * FrameDescriptor.PIN;
        assertThat(FrameDescriptor.pins(pinned)).isEqualTo(FrameDescriptor.PINS_MAX);
        assertThat(FrameDescriptor.phase(pinned)).isEqualTo(FrameDescriptor.RESIDENT);
        assertThat(FrameDescriptor.sameVersion(state, pinned)).isTrue();
        assertThat(FrameDescriptor.sameVersion(state, pinned + FrameDescriptor.PIN))
                .as("one pin more would overflow into the version")
                .isFalse();
    }

    @Test
    void everyClassFillsItsUnit() {
        for (int c = 0; c < FrameClass.COUNT; c++) {
            assertThat(FrameClass.bytes(c) * FrameClass.framesPerUnit(c)).isEqualTo(64 << 10);
            assertThat(FrameClass.granules(c) * FrameClass.framesPerUnit(c)).isEqualTo(16);
            assertThat(FrameClass.of(FrameClass.bytes(c))).isEqualTo(c);
            if (c > 0) assertThat(FrameClass.of(FrameClass.bytes(c - 1) + 1)).isEqualTo(c);
        }
    }
}
