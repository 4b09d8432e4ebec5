package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.buffer.eviction.Eviction;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.PolicyArea;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What policies are for: hit rates of generated traces, through the pool.
class EvictionTest {
    private static final int UNITS = 32, FRAMES = 16 * UNITS;

    /// One reader's hits all arrive in their order, so LRU is exact: hit by hit.
    @Test
    void lruIsWhatALinkedMapInOrderOfAccessIs() {
        long seed = 3;
        Random random = new Random(seed);
        try (PoolFixture f = fixture(Eviction.LRU)) {
            Map<Long, Boolean> model = new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Long, Boolean> eldest) {
                    return size() > FRAMES;
                }
            };
            FrameRef ref = new FrameRef();
            for (int i = 0; i < 50_000; i++) {
                long id = 1 + (long) (4 * FRAMES * random.nextDouble() * random.nextDouble());
                boolean expected = model.put(id, true) != null;
                assertThat(f.access(ref, id)).as("seed %d access %d", seed, i).isEqualTo(expected);
            }
        }
    }

    /// Not CLOCK, LRU and ARC, which are known for it, nor 2Q: it trusts only what came back after it had left.
    @ParameterizedTest
    @EnumSource(
            value = Eviction.class,
            names = {"S3_FIFO", "WINDOW_TINY_LFU", "LRU_K", "LIRS"})
    void aLongScanDoesNotTakeTheHotSetAway(Eviction eviction) {
        long seed = 4;
        Random random = new Random(seed);
        List<Long> trace = new ArrayList<>();
        for (int i = 0; i < 20 * FRAMES; i++) trace.add(1L + random.nextInt(FRAMES / 2));
        int scanned = 0;
        for (int i = 0; i < 20 * FRAMES; i++)
            trace.add(random.nextInt(4) == 0 ? 1L + random.nextInt(FRAMES / 2) : 1_000_000L + scanned++);
        int hits = hits(eviction, trace, 20 * FRAMES);
        assertThat(hits).as("seed %d: hot are %d", seed, 5 * FRAMES).isGreaterThan(5 * FRAMES * 85 / 100);
    }

    /// A loop twice as long as the pool: what is least recently used is what comes next.
    @ParameterizedTest
    @EnumSource(
            value = Eviction.class,
            names = {"WINDOW_TINY_LFU", "LIRS"})
    void aLoopLongerThanThePoolIsKeptHalf(Eviction eviction) {
        List<Long> trace = new ArrayList<>();
        for (int i = 0; i < 60 * FRAMES; i++) trace.add(1L + i % (2 * FRAMES));
        int counted = 40 * FRAMES;
        assertThat(hits(eviction, trace, 60 * FRAMES - counted))
                .as("of %d", counted)
                .isGreaterThan(counted * 45 / 100);
    }

    /// The hot set moves on: old frequency must not keep the new one out.
    @ParameterizedTest
    @EnumSource(Eviction.class)
    void aHotSetThatMovesIsFollowed(Eviction eviction) {
        long seed = 5;
        Random random = new Random(seed);
        List<Long> trace = new ArrayList<>();
        for (int phase = 0; phase < 10; phase++)
            for (int i = 0; i < 20 * FRAMES; i++) trace.add(1L + 10_000L * phase + random.nextInt(FRAMES * 3 / 4));
        int hits = hits(eviction, trace, 0);
        assertThat(hits).as("seed %d of %d", seed, trace.size()).isGreaterThan(trace.size() * 80 / 100);
    }

    @Test
    void theDefaultIsNotBehindLruOnZipfAndSaysWhatItDid() {
        long seed = 6;
        Random random = new Random(seed);
        List<Long> trace = new ArrayList<>();
        for (int i = 0; i < 100 * FRAMES; i++) trace.add((long) Math.pow(20.0 * FRAMES, random.nextDouble()));
        int byDefault = hits(Eviction.DEFAULT, trace, 0);
        assertThat(byDefault).as("seed %d", seed).isGreaterThan(hits(Eviction.LRU, trace, 0));
        try (PoolFixture f = fixture(Eviction.DEFAULT)) {
            FrameRef ref = new FrameRef();
            for (long id : trace) f.access(ref, id);
            var metrics = f.pool.metrics();
            var policy = metrics.policy();
            assertThat(policy.eviction()).isEqualTo(Eviction.WINDOW_TINY_LFU);
            assertThat(policy.admissions()).isPositive();
            assertThat(policy.rejections()).isGreaterThan(policy.admissions());
            assertThat(policy.admissions() + policy.rejections()).isLessThanOrEqualTo(metrics.evictions());
            assertThat(metrics.hitsRecorded()).isPositive();
            assertThat(metrics.hitsDropped()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void theAreaIsPartOfTheEquation(Eviction eviction) {
        for (long bytes = 16 << 20; bytes < 1L << 40; bytes *= 3) {
            BudgetPlan plan = BudgetPlan.of(bytes, eviction.area());
            assertThat(plan.unitBytes() + plan.metadataBytes()).isEqualTo(bytes);
            PolicyArea area = plan.policy();
            assertThat(plan.policyBytes())
                    .isBetween(
                            (long) plan.units() * area.bytesPerUnit() + area.fixedBytes(),
                            (long) plan.units() * area.bytesPerUnit() + area.fixedBytes() + 63);
            assertThat(plan.policyBytes()).as("%s of %d", eviction, bytes).isLessThan(bytes / 50);
        }
    }

    @Test
    void aBudgetPlannedForAnotherPolicyIsRefused() {
        try (PoolFixture f = new PoolFixture()) {
            MemoryBudget planned = f.budget;
            assertThatThrownBy(() -> BufferPool.open(planned, Eviction.ARC, f.seams))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ARC");
        }
    }

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void thePoolShrinksAndGrowsAtRunTime(Eviction eviction) {
        try (PoolFixture f = fixture(eviction)) {
            FrameRef ref = new FrameRef();
            PinOwner owner = f.pool.pinOwner("test");
            for (long id = 1; id <= 3 * FRAMES; id++) f.access(ref, id);
            assertThat(f.pool.metrics().classes().getFirst().resident()).isEqualTo(FRAMES);
            assertThat(f.pool.resize(UNITS / 4)).isTrue();
            assertThat(f.pool.metrics().classes().getFirst().frames()).isEqualTo(FRAMES / 4);
            for (long id = 1; id <= 3 * FRAMES; id++) f.access(ref, id);
            f.pool.checkEverything();
            assertThat(f.pool.pin(ref, owner)).isTrue();
            assertThat(f.pool.resize(0)).as("a pinned unit stays").isFalse();
            assertThat(f.pool.metrics().classes().getFirst().units()).isEqualTo(1);
            assertThat(ref.valid()).isTrue();
            f.pool.unpin(ref, owner);
            assertThat(f.pool.resize(2 * UNITS)).isTrue();
            for (long id = 1; id <= 3 * FRAMES; id++) f.access(ref, id);
            assertThat(f.pool.metrics().classes().getFirst().units()).isEqualTo(2 * UNITS);
            f.pool.checkEverything();
        }
    }

    private static PoolFixture fixture(Eviction eviction) {
        PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, eviction);
        f.pool.resize(UNITS);
        return f;
    }

    private static int hits(Eviction eviction, List<Long> trace, int warmUp) {
        try (PoolFixture f = fixture(eviction)) {
            FrameRef ref = new FrameRef();
            int hits = 0;
            for (int i = 0; i < trace.size(); i++) if (f.access(ref, trace.get(i)) && i >= warmUp) hits++;
            f.pool.checkEverything();
            return hits;
        }
    }
}
