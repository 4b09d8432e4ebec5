package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.memory.BudgetPlan;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Units go where the uses per byte are, and stay there: on the real pool, with a demand that changes sides.
class ClassDemandTest {
    private static final int SMALL = 4 << 10, LARGE = 64 << 10, UNITS = 64;

    @Test
    void unitsFollowTheDemandAndSettle() {
        long seed = 1;
        Random random = new Random(seed);
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN)) {
            f.pool.resize(UNITS);
            FrameRef ref = new FrameRef();
            // Small blocks are used; there are more of both than fit.
            for (int i = 0; i < 60_000; i++) use(f, ref, random.nextInt(20) == 0, random);
            int smallFirst = units(f, 0);
            assertThat(smallFirst).as("small frames, seed %d", seed).isGreaterThan(UNITS / 2);

            // Now nearly all that is used is large: sixteen times as many bytes, but the uses are there.
            for (int i = 0; i < 60_000; i++) use(f, ref, random.nextInt(50) != 0, random);
            int smallThen = units(f, 0);
            assertThat(units(f, 2)).as("large frames, seed %d", seed).isGreaterThan(UNITS / 2);
            assertThat(smallThen).as("seed %d", seed).isLessThan(smallFirst);

            // The same demand goes on: nothing much moves any more.
            long moved = f.pool.metrics().unitsMoved();
            for (int i = 0; i < 30_000; i++) use(f, ref, random.nextInt(50) != 0, random);
            assertThat(f.pool.metrics().unitsMoved() - moved)
                    .as("moves after it has settled, seed %d", seed)
                    .isLessThan(UNITS / 4);
            f.pool.checkEverything();
        }
    }

    private static int units(PoolFixture f, int frameClass) {
        return f.pool.metrics().classes().get(frameClass).units();
    }

    /// One of 2,000 small or of 100 large blocks, loaded if it is not there.
    private static void use(PoolFixture f, FrameRef ref, boolean large, Random random) {
        int bytes = large ? LARGE : SMALL;
        long id = large ? 1_000_000 + random.nextInt(100) : 1 + random.nextInt(2_000);
        long proof = PoolFixture.proof(id, bytes);
        if (f.pool.find(ref, id, proof)) f.pool.hits(FrameClass.of(bytes), 1);
        else if (!f.pool.findExactly(ref, id, proof)) f.load(ref, id, 64, bytes);
    }
}
