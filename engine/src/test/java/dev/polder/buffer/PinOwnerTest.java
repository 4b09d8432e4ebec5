package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.runtime.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class PinOwnerTest {
    private long now = 1000;

    private final PinOwner owner = new PinOwner("views", new Clock() {
        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long epochMillis() {
            return now / 1_000_000;
        }
    });

    @Test
    void theOldestPinCountsNotTheTimeSinceThereWasNone() {
        int first = owner.pinned();
        now = 2000;
        int second = owner.pinned();
        now = 5000;
        assertThat(owner.heldNanos()).isBetween(3999L, 4000L);
        owner.unpinned(first);
        assertThat(owner.heldNanos()).isBetween(2999L, 3000L);
        int third = owner.pinned();
        assertThat(owner.pins()).isEqualTo(2);
        owner.unpinned(second);
        owner.unpinned(third);
        assertThat(owner.heldNanos()).isZero();
        assertThat(owner.pins()).isZero();
    }

    @Test
    void morePinsThanNotesAreCountedWithoutOne() {
        List<Integer> notes = new ArrayList<>();
        for (int i = 0; i < 2 * PinOwner.NOTES; i++) notes.add(owner.pinned());
        now = 9000;
        assertThat(owner.pins()).isEqualTo(2 * PinOwner.NOTES);
        assertThat(owner.heldNanos()).isBetween(7999L, 8000L);
        notes.forEach(owner::unpinned);
        assertThat(owner.pins()).isZero();
        assertThat(owner.heldNanos()).isZero();
        assertThat(owner.pinned()).as("notes are used again").isNotNegative();
    }
}
