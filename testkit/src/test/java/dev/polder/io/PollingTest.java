package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.runtime.Clock;
import org.junit.jupiter.api.Test;

/// Who polls, for how long, and when it gives way.
class PollingTest {
    private static final int MANY = Polling.UNDER_WAY_MIN;
    private static final long LOOK_NANOS = 1_000, MICROS = 1_000;

    private long now = Long.MAX_VALUE - 5_000; // may wrap around
    private final Clock clock = new Clock() {
        @Override
        public long nanoTime() {
            return now;
        }

        @Override
        public long epochMillis() {
            throw new UnsupportedOperationException();
        }
    };
    private final Polling polling = new Polling(clock, 100);

    @Test
    void onlyForMany() {
        assertThat(polling.begin(MANY - 1)).isFalse();
        assertThat(polling.begin(MANY)).isTrue();
    }

    @Test
    void oneAtATime() {
        assertThat(polling.begin(MANY)).isTrue();
        assertThat(polling.begin(MANY)).isFalse();
        polling.end(true);
        assertThat(polling.begin(MANY)).isTrue();
    }

    @Test
    void notAtAllIfItMayNot() {
        assertThat(new Polling(clock, 0).begin(MANY)).isFalse();
        assertThat(new Polling(clock, 0).describe()).isEqualTo("no polling");
    }

    @Test
    void itEndsInTimeAndThenRests() {
        assertThat(polling.begin(MANY)).isTrue();
        int looks = 0;
        do {
            looks++;
            now += LOOK_NANOS;
        } while (polling.goOn());
        polling.end(false);
        assertThat(looks).isEqualTo(100);
        assertRestsFor(Polling.REST_TIMES * 100 * MICROS);
        assertThat(polling.describe()).isEqualTo("of 2 waits that polled 0 ended so");
    }

    @Test
    void whoWasInterruptedGivesWay() {
        assertThat(polling.begin(MANY)).isTrue();
        now += LOOK_NANOS;
        assertThat(polling.goOn()).isTrue();
        long gap = Polling.GAP_NANOS + 1;
        now += gap;
        assertThat(polling.goOn()).isFalse();
        polling.end(false);
        assertRestsFor(Polling.REST_TIMES * gap);
    }

    @Test
    void whatIsFoundInTimeCostsNoRest() {
        for (int i = 0; i < 10; i++) {
            assertThat(polling.begin(MANY)).isTrue();
            now += LOOK_NANOS;
            assertThat(polling.goOn()).isTrue();
            polling.end(true);
        }
        assertThat(polling.describe()).isEqualTo("of 10 waits that polled 10 ended so");
    }

    private void assertRestsFor(long nanos) {
        now += nanos - 1;
        assertThat(polling.begin(MANY)).as("rests").isFalse();
        now++;
        assertThat(polling.begin(MANY)).as("has rested").isTrue();
    }
}
