package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;

class FreeRegionsTest {
    private final FreeRegions free = new FreeRegions();

    @Test
    void whatWasGivenIsSplitAndJoined() {
        free.give(1000, 64);
        assertThat(free.take(65)).isZero();
        assertThat(free.take(32)).isEqualTo(1000);
        assertThat(free.take(32)).isEqualTo(1032);
        assertThat(free.take(1)).isZero();
        free.give(1000, 32);
        free.give(1032, 32);
        assertThat(free.take(64)).isEqualTo(1000);
        free.give(1032, 32);
        free.give(1000, 32);
        assertThat(free.take(64)).isEqualTo(1000);
    }

    @Test
    void theSmallestThatFitsIsTaken() {
        free.give(1000, 64);
        free.give(2000, 16);
        free.give(3000, 32);
        assertThat(free.take(10)).isEqualTo(2000);
        assertThat(free.take(20)).isEqualTo(3000);
    }

    @Test
    void givingWhatIsFreeIsFound() {
        free.give(1000, 64);
        for (long address : new long[] {1000, 1032, 990}) {
            assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> free.give(address, 32));
        }
    }
}
