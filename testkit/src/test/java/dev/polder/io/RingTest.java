package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.BitSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class RingTest {
    @BeforeEach
    void theKernelHasRings() {
        try (IoEngine io = IoEngines.uring()) {
            assumeTrue(io.name().equals("uring"), io.describe());
        }
    }

    /// The kernel keeps the completions that the queue has no room for, and brings them when it is asked.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noCompletionIsLostWhenTheirQueueOverflows(boolean bound) throws Exception {
        Ring ring = Ring.open(4, 4, bound);
        try {
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 64; i++) nothing(ring, i);
                ring.submit();
                assertThat(ring.inFlight()).isEqualTo(64);
                BitSet seen = new BitSet();
                while (ring.inFlight() > 0) {
                    ring.await();
                    assertThat(ring.result()).isZero();
                    assertThat(seen.get((int) ring.userData())).isFalse();
                    seen.set((int) ring.userData());
                }
                assertThat(seen.cardinality()).isEqualTo(64);
                assertThat(ring.poll()).isFalse();
            }
        } finally {
            ring.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void askingBringsWhatHasEnded(boolean bound) throws Exception {
        Ring ring = Ring.open(4, 8, bound);
        try {
            assertThat(ring.pollAsking()).isFalse();
            nothing(ring, 7);
            assertThat(ring.pollAsking()).isTrue();
            assertThat(ring.userData()).isEqualTo(7);
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(ring::await);
        } finally {
            ring.close();
        }
    }

    private static void nothing(Ring ring, int userData) {
        ring.prepare(Uring.OP_NOP, -1, 0, 0, 0, 0, 0, userData);
    }
}
