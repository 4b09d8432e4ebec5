package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FrameDescriptorTest {
    @Test
    void theVersionWrapsWithoutTouchingPinsOrPhase() {
        long last = -FrameDescriptor.VERSION | FrameDescriptor.RESIDENT;
        long next = FrameDescriptor.nextVersion(last, FrameDescriptor.FREE);
        assertThat(next).isEqualTo(FrameDescriptor.FREE);
        assertThat(FrameDescriptor.pins(next)).isZero();
        assertThat(FrameDescriptor.sameVersion(last, next)).isFalse();
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
