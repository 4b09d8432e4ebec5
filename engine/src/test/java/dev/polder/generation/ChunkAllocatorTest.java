package dev.polder.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.memory.ArenaRegions;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ChunkAllocatorTest {
    private static final Seams SEAMS = Seams.system();

    @Test
    void chunksNeverOverlapAndEmptyUnitsGoBack() {
        for (long seed = 1; seed <= 30; seed++) {
            try (var budget = MemoryBudget.open(new ArenaRegions(), BudgetPlan.of(16 << 20), SEAMS)) {
                runModel(new SplittableRandom(seed), budget, seed);
            }
        }
    }

    private static void runModel(SplittableRandom random, MemoryBudget budget, long seed) {
        var chunks = new ChunkAllocator(budget, SEAMS);
        var held = new TreeMap<Long, Integer>();
        long used = 0;
        for (int step = 0; step < 5_000; step++) {
            String when = "seed " + seed + " step " + step;
            if (random.nextInt(step % 1_000 < 700 ? 5 : 9) < 3) {
                int bytes = random.nextInt(1, 65537) >>> random.nextInt(6) | 1;
                bytes = Math.min(bytes, 65536);
                long chunk = chunks.allocate(bytes);
                if (chunk == 0) {
                    assertThat(chunks.leasedBytes()).as(when).isEqualTo(chunks.ceilingBytes());
                    continue;
                }
                int size = ChunkAllocator.chunkBytes(bytes);
                assertThat(chunk % size).as(when).isZero();
                var before = held.floorEntry(chunk);
                if (before != null)
                    assertThat(before.getKey() + before.getValue()).as(when).isLessThanOrEqualTo(chunk);
                var after = held.higherKey(chunk);
                if (after != null) assertThat(chunk + size).as(when).isLessThanOrEqualTo(after);
                held.put(chunk, size);
                used += size;
            } else if (!held.isEmpty()) {
                var any = held.ceilingEntry(held.firstKey() + random.nextLong(held.lastKey() - held.firstKey() + 1));
                chunks.free(any.getKey(), any.getValue());
                used -= held.remove(any.getKey());
            }
            assertThat(chunks.usedBytes()).as(when).isEqualTo(used);
            long units = held.keySet().stream().map(budget::unitOf).distinct().count();
            assertThat(chunks.leasedBytes()).as(when).isEqualTo(units * 65536);
            assertThat(leased(budget)).as(when).isEqualTo(units * 65536);
        }
        held.forEach(chunks::free);
        assertThat(leased(budget)).as("seed %d", seed).isZero();
    }

    private static long leased(MemoryBudget budget) {
        return budget.leasedBytes(Owner.GENERATIONS);
    }

    @Test
    void aThousandSmallStoresFitSixtyFourMebibytes() {
        try (var budget = MemoryBudget.open(new ArenaRegions(), BudgetPlan.of(64 << 20), SEAMS)) {
            var chunks = new ChunkAllocator(budget, SEAMS);
            for (int i = 0; i < 1_000; i++) assertThat(chunks.allocate(4096)).isNotZero();
            assertThat(chunks.leasedBytes()).isEqualTo(63 * 65536L);
            assertThat(chunks.leasedBytes()).isLessThan(budget.plan().floorUnits(Owner.GENERATIONS) * 65536L);
        }
    }

    @Test
    void freeingTwiceIsOurMistake() {
        try (var budget = MemoryBudget.open(new ArenaRegions(), BudgetPlan.of(16 << 20), SEAMS)) {
            var chunks = new ChunkAllocator(budget, SEAMS);
            long kept = chunks.allocate(4096);
            long chunk = chunks.allocate(8192);
            chunks.free(chunk, 8192);
            assertThatThrownBy(() -> chunks.free(chunk, 8192)).hasMessageContaining("freed twice");
            chunks.free(kept, 4096);
        }
    }

    @Test
    void manyThreadsShareIt() {
        try (var budget = MemoryBudget.open(new ArenaRegions(), BudgetPlan.of(16 << 20), SEAMS)) {
            var chunks = new ChunkAllocator(budget, SEAMS);
            var tasks = new ArrayList<dev.polder.runtime.Task>();
            for (int task = 0; task < 4; task++) {
                long seed = task;
                tasks.add(SEAMS.tasks().spawn("chunks", () -> churn(chunks, new SplittableRandom(seed), seed)));
            }
            tasks.forEach(dev.polder.runtime.Task::join);
            assertThat(leased(budget)).isZero();
        }
    }

    private static void churn(ChunkAllocator chunks, SplittableRandom random, long mark) {
        var held = new ArrayList<long[]>();
        for (int step = 0; step < 20_000; step++) {
            if (held.size() < 30 && random.nextBoolean()) {
                int bytes = 4096 << random.nextInt(5);
                long chunk = chunks.allocate(bytes);
                if (chunk == 0) continue;
                dev.polder.memory.Memory.putLong(chunk + bytes - 8, mark);
                held.add(new long[] {chunk, bytes});
            } else if (!held.isEmpty()) {
                long[] chunk = held.remove(random.nextInt(held.size()));
                assertThat(dev.polder.memory.Memory.getLong(chunk[0] + chunk[1] - 8))
                        .isEqualTo(mark);
                chunks.free(chunk[0], (int) chunk[1]);
            }
        }
        for (long[] chunk : held) chunks.free(chunk[0], (int) chunk[1]);
    }
}
