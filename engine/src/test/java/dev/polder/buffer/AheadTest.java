package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.eviction.Eviction;
import dev.polder.memory.BudgetPlan;
import dev.polder.runtime.Task;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// What counts as a use, and what becomes of blocks that were loaded ahead.
class AheadTest {
    private static final int BYTES = 4096;

    private static void loadAhead(PoolFixture f, long id) {
        int frame = f.pool.allocate(id, BYTES);
        assertThat(frame).isNotEqualTo(BufferPool.NO_FRAME);
        assertThat(f.pool.publishAhead(new FrameRef(), frame, id, PoolFixture.proof(id, BYTES)))
                .isTrue();
    }

    private static boolean use(PoolFixture f, FrameRef ref, long id) {
        return f.pool.find(ref, id, PoolFixture.proof(id, BYTES));
    }

    private static int uses(FrameRef ref) {
        return Eviction.CLOCK.usesMax() - FrameDescriptor.usesLeft(ref.descriptor);
    }

    @Test
    void aBlockLoadedAheadCountsAsOneUse() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            loadAhead(f, 7);
            assertThat(use(f, ref, 7)).isTrue();
            assertThat(uses(ref)).as("what it was loaded for").isZero();
            assertThat(use(f, ref, 7)).isTrue();
            assertThat(uses(ref)).as("the second use is a use").isEqualTo(1);
            assertThat(f.pool.metrics().ahead()).isEqualTo(1);
            assertThat(f.pool.metrics().aheadUsed()).isEqualTo(1);
            assertThat(f.pool.metrics().aheadWasted()).isZero();
        }
    }

    @Test
    void lookingWhetherABlockIsThereIsNoUse() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            f.load(ref, 7, BYTES);
            assertThat(f.pool.holds(7, PoolFixture.proof(7, BYTES))).isTrue();
            assertThat(f.pool.holds(7, PoolFixture.proof(8, BYTES))).isFalse();
            assertThat(f.pool.holds(8, PoolFixture.proof(8, BYTES))).isFalse();
            assertThat(uses(ref)).isZero();
            loadAhead(f, 9);
            assertThat(f.pool.holds(9, PoolFixture.proof(9, BYTES))).isTrue();
            assertThat(f.pool.metrics().aheadUsed()).isZero();
        }
    }

    @Test
    void theHitsOfAScanAreNoUses() {
        try (PoolFixture f = new PoolFixture()) {
            FrameRef ref = new FrameRef();
            f.load(ref, 7, BYTES);
            ref.scans(true);
            for (int i = 0; i < 5; i++) use(f, ref, 7);
            assertThat(uses(ref)).isZero();
            ref.scans(false);
            use(f, ref, 7);
            assertThat(uses(ref)).isEqualTo(1);
        }
    }

    /// Beside a scan that touches each of its blocks often, what is used stays; and it would not if they counted.
    @Test
    void aScanDrivesNothingOutThatIsUsed() {
        int told = hitsBesideAScan(true);
        int untold = hitsBesideAScan(false);
        assertThat(told).as("hits of 4000, %d if it is not told", untold).isGreaterThan(3600);
        assertThat(untold).isLessThan(told - 400);
    }

    private static int hitsBesideAScan(boolean told) {
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, Eviction.WINDOW_TINY_LFU)) {
            f.pool.resize(8); // 128 frames
            int hot = 100;
            FrameRef ref = new FrameRef();
            for (int round = 0; round < 20; round++) for (long id = 1; id <= hot; id++) f.access(ref, id);
            FrameRef scan = new FrameRef();
            scan.scans(told);
            int hits = 0;
            for (int i = 0; i < 4000; i++) {
                for (int touch = 0; touch < 30; touch++) f.access(scan, 1000 + i);
                if (f.access(ref, 1 + i % hot)) hits++;
            }
            return hits;
        }
    }

    @Test
    void blocksThatLeaveUnusedAreCountedAndTheWindowFollows() {
        try (PoolFixture f = new PoolFixture()) {
            f.pool.resize(2); // 32 frames
            for (long id = 1; id <= 256; id++) loadAhead(f, id);
            PoolMetrics wasteful = f.pool.metrics();
            assertThat(wasteful.ahead()).isEqualTo(256);
            assertThat(wasteful.aheadWasted()).isEqualTo(256 - 32);
            assertThat(wasteful.aheadUsed()).isZero();
            assertThat(wasteful.aheadWindow()).isEqualTo(AheadLedger.WINDOW_MAX / 16);
            FrameRef ref = new FrameRef();
            for (long id = 1000; id < 1000 + 64 * 8; id++) {
                loadAhead(f, id);
                assertThat(use(f, ref, id)).isTrue();
            }
            assertThat(f.pool.metrics().aheadUsed()).isEqualTo(64 * 8);
            assertThat(f.pool.aheadWindow()).as("32 frames").isEqualTo(4);
            f.pool.resize(80);
            for (long id = 5000; id < 5000 + 80 * 16; id++) f.access(ref, id); // takes them
            assertThat(f.pool.aheadWindow()).as("1,280 frames").isEqualTo(AheadLedger.WINDOW_MAX);
        }
    }

    /// Blocks that wait for their readers, whoever these are, have an eighth of the pool.
    @Test
    void noMoreIsAskedForThanThePoolCanHold() {
        try (PoolFixture f = new PoolFixture()) {
            f.pool.resize(20);
            FrameRef ref = new FrameRef();
            for (long id = 1; id <= 20 * 16; id++) f.access(ref, id);
            assertThat(f.pool.aheadWindow()).as("of 320 frames").isEqualTo(40);
            for (long id = 1001; id <= 1030; id++) loadAhead(f, id);
            assertThat(f.pool.aheadWindow()).as("30 wait").isEqualTo(10);
            for (long id = 1031; id <= 1060; id++) loadAhead(f, id);
            assertThat(f.pool.aheadWindow()).as("60 wait").isEqualTo(4);
            for (long id = 1001; id <= 1060; id++) assertThat(use(f, ref, id)).isTrue();
            assertThat(f.pool.aheadWindow()).as("all were used").isEqualTo(40);
        }
    }

    /// A reader that is further ahead than the window is long: what it asked for is there when it comes, and what is
    /// used beside it stays, too.
    @Test
    void blocksReadAheadWaitForTheirReader() {
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, Eviction.WINDOW_TINY_LFU)) {
            f.pool.resize(120); // 1920 frames
            int hot = 1200;
            FrameRef ref = new FrameRef();
            for (int round = 0; round < 20; round++) for (long id = 1; id <= hot; id++) f.access(ref, id);
            FrameRef scan = new FrameRef();
            scan.scans(true);
            long ahead = 10_000;
            int hits = 0;
            for (long at = 10_000; at < 20_000; at++) {
                for (; ahead < at + 230; ahead++) loadAhead(f, ahead);
                assertThat(use(f, scan, at)).as("block %d of the scan", at).isTrue();
                if (f.access(ref, 1 + at % hot)) hits++;
            }
            assertThat(f.pool.metrics().aheadWasted()).isZero();
            assertThat(hits).as("hits of 10,000 beside it").isGreaterThan(9_000);
            f.pool.checkEverything();
        }
    }

    /// A unit that is given up is one whose blocks nobody waits for, if there is one.
    @Test
    void unitsWithBlocksThatAreWaitedForStay() {
        try (PoolFixture f = new PoolFixture()) {
            f.pool.resize(4);
            FrameRef ref = new FrameRef();
            for (long id = 1; id <= 64; id++) {
                if ((id - 1) / 16 % 2 == 0) loadAhead(f, id);
                else f.load(ref, id, BYTES);
            }
            for (int i = 0; i < 2; i++) assertThat(f.pool.surrenderUnit()).isNotNegative();
            assertThat(f.pool.metrics().aheadWasted()).isZero();
            for (long id = 1; id <= 16; id++) assertThat(use(f, ref, id)).isTrue();
            for (long id = 33; id <= 48; id++) assertThat(use(f, ref, id)).isTrue();
        }
    }

    /// And what nobody comes for does not stay for ever.
    @Test
    void blocksThatNobodyComesForLeave() {
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, Eviction.WINDOW_TINY_LFU)) {
            f.pool.resize(8); // 128 frames
            FrameRef ref = new FrameRef();
            for (long id = 1; id <= 128; id++) f.access(ref, id);
            for (long id = 1000; id < 1100; id++) loadAhead(f, id);
            for (long id = 5000; id < 25_000; id++) f.access(ref, id);
            assertThat(f.pool.metrics().aheadWasted()).isEqualTo(100);
            f.pool.checkEverything();
        }
    }

    @Test
    void evictionsAreTimed() {
        try (PoolFixture f = new PoolFixture()) {
            f.pool.resize(1);
            FrameRef ref = new FrameRef();
            for (long id = 1; id <= 100; id++) f.access(ref, id);
            assertThat(f.pool.metrics().eviction().count())
                    .isEqualTo(f.pool.metrics().evictions());
            assertThat(f.pool.metrics().eviction().max()).isPositive();
        }
    }

    /// Two readers come to each block at the same moment: it was loaded once and is used once.
    @Test
    void aBlockThatSeveralComeToAtOnceIsUsedOnce() {
        int blocks = 20_000;
        try (PoolFixture f = new PoolFixture()) {
            AtomicLong loaded = new AtomicLong();
            AtomicLong used = new AtomicLong();
            Task other = f.seams.tasks().spawn("other", () -> {
                FrameRef ref = new FrameRef();
                for (long id = 1; id <= blocks; id++) {
                    while (loaded.get() < id) f.seams.tasks().spin();
                    use(f, ref, id);
                    used.set(id);
                }
            });
            FrameRef ref = new FrameRef();
            for (long id = 1; id <= blocks; id++) {
                loadAhead(f, id);
                loaded.set(id);
                use(f, ref, id);
                while (used.get() < id) f.seams.tasks().spin();
            }
            other.join();
            PoolMetrics metrics = f.pool.metrics();
            assertThat(metrics.ahead()).isEqualTo(blocks);
            assertThat(metrics.aheadUsed()).isEqualTo(blocks);
            assertThat(metrics.aheadWasted()).isZero();
        }
    }
}
