package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrameHintsTest {
    private static final int HINTS = 1 << 10, FRAMES = HINTS / 2;

    private static long id(long file, long offset) {
        return file << 32 | offset >>> 3;
    }

    @Test
    void theBlocksOfAFileHaveHintsOfTheirOwn() {
        try (Arena arena = Arena.ofConfined()) {
            FrameHints hints = new FrameHints(arena.allocate(HINTS * 4, 64).address(), HINTS * 4);
            for (int block = 0; block < HINTS; block++) hints.set(id(7, 2048L * block), block % FRAMES);
            for (int block = 0; block < HINTS; block++)
                assertThat(hints.frame(id(7, 2048L * block))).isEqualTo(block % FRAMES);
        }
    }

    /// A hint is of the last block that was noted at its position; of any other block it says nothing, or, if that is
    /// of the same 2 KiB, something wrong. Never is a frame made up.
    @Test
    void aHintIsThatOfTheLastBlockAtItsPosition() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Arena arena = Arena.ofConfined()) {
            FrameHints hints = new FrameHints(arena.allocate(HINTS * 4, 64).address(), HINTS * 4);
            Map<Long, Integer> noted = new HashMap<>();
            for (int step = 0; step < 20_000; step++) {
                long id = id(1 + random.nextInt(50), random.nextLong(1L << 13) * 2048);
                int frame = random.nextInt(FRAMES);
                hints.set(id, frame);
                noted.put(id, frame);
                assertThat(hints.frame(id)).as("seed %d step %d", seed, step).isEqualTo(frame);
                long other = id(1 + random.nextInt(50), random.nextLong(1L << 13) * 2048);
                int found = hints.frame(other);
                if (found > 0 && noted.containsKey(other))
                    assertThat(found).as("seed %d step %d", seed, step).isEqualTo(noted.get(other));
                assertThat(found).isBetween(-1, FRAMES - 1);
            }
        }
    }
}
