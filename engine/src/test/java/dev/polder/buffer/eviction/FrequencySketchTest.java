package dev.polder.buffer.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FrequencySketchTest {
    private static final long NEVER = Long.MAX_VALUE;

    /// 8 bytes per block of the pool, and twice as many ids as blocks.
    @Test
    void neverCountsTooLittleAndSeldomTooMuch() {
        long seed = 7;
        Random random = new Random(seed);
        try (Arena arena = Arena.ofConfined()) {
            int ids = 4096;
            FrequencySketch sketch = sketch(arena, ids / 2 / 8);
            int[] counts = new int[ids];
            for (int i = 0; i < 3 * ids; i++) {
                int id = (int) (ids * random.nextDouble() * random.nextDouble());
                int times = 1 + random.nextInt(3);
                sketch.add(id + 1, times, NEVER);
                counts[id] = Math.min(15, counts[id] + times);
            }
            int over = 0;
            for (int id = 0; id < ids; id++) {
                int found = sketch.frequency(id + 1);
                assertThat(found).as("seed %d id %d", seed, id).isBetween(counts[id], 15);
                if (found > counts[id] + 1) over++;
            }
            assertThat(over).as("seed %d: by more than one", seed).isLessThan(ids / 10);
        }
    }

    @Test
    void allCountsHalveAfterAnEpochWhereverTheyAre() {
        try (Arena arena = Arena.ofConfined()) {
            FrequencySketch sketch = sketch(arena, 64);
            for (long id = 1; id <= 20; id++) sketch.add(id, 9, NEVER);
            sketch.add(21, 1, 100); // 181 uses so far: an epoch ends, and 90 of them count on
            for (long id = 1; id <= 20; id++) assertThat(sketch.frequency(id)).isEqualTo(4);
            sketch.add(21, 10, 100);
            for (long id = 1; id <= 20; id++) assertThat(sketch.frequency(id)).isEqualTo(2);
            for (int epoch = 0; epoch < 40; epoch++) sketch.add(21, 100, 100);
            for (long id = 1; id <= 20; id++) assertThat(sketch.frequency(id)).isZero();
        }
    }

    private static FrequencySketch sketch(Arena arena, int blocks) {
        return new FrequencySketch(arena.allocate(64L * blocks, 64).address(), blocks);
    }
}
