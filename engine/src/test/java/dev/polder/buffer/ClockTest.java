package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClockTest {
    @Test
    void whatWasUsedOutlivesWhatWasNot() {
        try (PoolFixture f = new PoolFixture()) {
            f.squeeze();
            FrameRef ref = new FrameRef();
            int frames = fill(f, ref);
            for (long id = 1; id <= 20; id++) assertThat(find(f, ref, id)).isTrue();
            for (long id = 0; id < frames - 20; id++) f.load(ref, 1_000_000 + id, 4096);
            for (long id = 1; id <= 20; id++)
                assertThat(find(f, ref, id)).as("block %d was used", id).isTrue();
            assertThat(find(f, ref, 21)).as("block 21 was not").isFalse();
        }
    }

    @Test
    void whenEverythingWasUsedSomethingGoesAllTheSame() {
        try (PoolFixture f = new PoolFixture()) {
            f.squeeze();
            FrameRef ref = new FrameRef();
            int frames = fill(f, ref);
            for (long id = 1; id <= frames; id++) assertThat(find(f, ref, id)).isTrue();
            assertThat(f.load(ref, 1_000_000, 4096)).isTrue();
            assertThat(f.pool.metrics().failedEvictions()).isZero();
        }
    }

    /// Loads small blocks until the first one has to go; returns how many fit.
    private static int fill(PoolFixture f, FrameRef ref) {
        int frames = 0;
        while (f.pool.metrics().evictions() == 0)
            assertThat(f.load(ref, ++frames, 4096)).isTrue();
        // The last one took the place of block 1: put that back in the place of block 2, and so on, is not needed
        // for the tests: they only need a full pool whose blocks are known. Start again with all ids present.
        for (long id = 1; id < frames; id++) if (!find(f, ref, id)) f.load(ref, id, 4096);
        return frames - 1;
    }

    private static boolean find(PoolFixture f, FrameRef ref, long id) {
        return f.pool.find(ref, id, PoolFixture.proof(id, 4096));
    }
}
