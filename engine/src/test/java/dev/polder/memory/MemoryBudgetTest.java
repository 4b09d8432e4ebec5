package dev.polder.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private static final Seams SEAMS = Seams.system();

    private static MemoryBudget open(long mebibytes) {
        return MemoryBudget.open(new ArenaRegions(), BudgetPlan.of(mebibytes << 20), SEAMS);
    }

    @Test
    void metadataIsZeroedAndUnitsAreUsableToTheLastByte() {
        try (var budget = open(16)) {
            assertThat(Memory.getLong(budget.descriptors())).isZero();
            assertThat(Memory.getLong(budget.pageTable() + budget.pageTableBytes() - 8))
                    .isZero();
            assertThat(Memory.getByte(budget.policy())).isZero();
            assertThat(budget.unitAddress(0) % (2 << 20)).isZero();
            int unit = budget.tryLease(Owner.POOL);
            Memory.fill(budget.unitAddress(unit), MemoryBudget.UNIT_BYTES, (byte) 7);
            assertThat(budget.unitOf(budget.unitAddress(unit) + MemoryBudget.UNIT_BYTES - 1))
                    .isEqualTo(unit);
            budget.giveBack(Owner.POOL, unit);
        }
    }

    /// Random leases and returns of all owners against a model of counts; a pool that sometimes has nothing to
    /// surrender.
    @Test
    void anOwnerBelowItsFloorIsAlwaysServed() {
        for (long seed = 1; seed <= 20; seed++) runModel(seed);
    }

    private static void runModel(long seed) {
        var random = new SplittableRandom(seed);
        try (var budget = open(16 + random.nextInt(17))) {
            BudgetPlan plan = budget.plan();
            Map<Owner, List<Integer>> held = new HashMap<>();
            for (Owner owner : Owner.values()) held.put(owner, new ArrayList<>());
            budget.lender(() -> {
                var pool = held.get(Owner.POOL);
                return pool.isEmpty() || random.nextInt(4) == 0 ? -1 : any(pool, random);
            });
            int bias = 1;
            for (int step = 0; step < 4_000; step++) {
                if (step % 500 == 0) bias = random.nextInt(1, 9);
                Owner owner = Owner.of(random.nextInt(Owner.COUNT));
                var units = held.get(owner);
                if (random.nextInt(10) < bias) {
                    int unit = budget.tryLease(owner);
                    if (units.size() < plan.floorUnits(owner))
                        assertThat(unit)
                                .as("seed %d step %d %s", seed, step, owner)
                                .isNotNegative();
                    if (units.size() >= plan.ceilingUnits(owner))
                        assertThat(unit)
                                .as("seed %d step %d %s", seed, step, owner)
                                .isNegative();
                    if (unit >= 0) units.add(unit);
                } else if (!units.isEmpty()) {
                    budget.giveBack(owner, any(units, random));
                }
                checkAgainst(budget, held, "seed " + seed + " step " + step);
            }
        }
    }

    private static int any(List<Integer> units, SplittableRandom random) {
        Collections.swap(units, random.nextInt(units.size()), units.size() - 1);
        return units.removeLast();
    }

    private static void checkAgainst(MemoryBudget budget, Map<Owner, List<Integer>> held, String when) {
        var all = new HashSet<Integer>();
        for (OwnerUsage usage : budget.usage()) {
            var units = held.get(usage.owner());
            assertThat(usage.leasedBytes()).as(when).isEqualTo(units.size() * 65536L);
            assertThat(usage.peakBytes()).as(when).isGreaterThanOrEqualTo(usage.leasedBytes());
            for (int unit : units)
                assertThat(all.add(unit))
                        .as("%s: unit %d leased once", when, unit)
                        .isTrue();
        }
    }

    @Test
    void thePoolTakesTheRestAndSurrendersItDownToItsFloor() {
        try (var budget = open(32)) {
            var pool = new ArrayDeque<Integer>();
            budget.lender(() -> pool.isEmpty() ? -1 : pool.pop());
            for (int unit; (unit = budget.tryLease(Owner.POOL)) >= 0; ) pool.push(unit);
            assertThat(pool).hasSize(budget.plan().ceilingUnits(Owner.POOL));
            int merge = 0;
            while (budget.tryLease(Owner.MERGE) >= 0) merge++;
            assertThat(merge).isEqualTo(budget.plan().ceilingUnits(Owner.MERGE));
            int generations = 0;
            while (budget.tryLease(Owner.GENERATIONS) >= 0) generations++;
            assertThat(generations).isEqualTo(budget.plan().ceilingUnits(Owner.GENERATIONS));
            int query = 0;
            while (budget.tryLease(Owner.QUERY) >= 0) query++;
            assertThat(query).isGreaterThan(budget.plan().floorUnits(Owner.QUERY));
            assertThat(pool).hasSize(budget.plan().floorUnits(Owner.POOL));
            assertThat(budget.tryLeaseRun(Owner.LOG, budget.plan().floorUnits(Owner.LOG)))
                    .isNotZero();
        }
    }

    @Test
    void leasesOfOneOwnerStayInOneStretch() {
        try (var budget = open(64)) {
            var stretches = new HashMap<Integer, Owner>();
            for (int i = 0; i < 32; i++)
                for (Owner owner : List.of(Owner.POOL, Owner.GENERATIONS, Owner.MERGE)) {
                    int stretch = budget.tryLease(owner) / BudgetPlan.UNITS_PER_STRETCH;
                    assertThat(stretches.putIfAbsent(stretch, owner)).isIn(null, owner);
                }
            assertThat(stretches).hasSize(3);
        }
    }

    @Test
    void aRunIsContiguousAndKeepsTheFloorsOfOthers() {
        try (var budget = open(16)) {
            int units = budget.plan().floorUnits(Owner.LOG);
            long area = budget.tryLeaseRun(Owner.LOG, units);
            assertThat(area).isNotZero();
            assertThat(budget.tryLeaseRun(Owner.LOG, 1)).as("ceiling").isZero();
            assertThat(budget.tryLeaseRun(Owner.POOL, budget.plan().ceilingUnits(Owner.POOL) + 1))
                    .isZero();
            for (int i = 0; i < units; i++) budget.giveBack(Owner.LOG, budget.unitOf(area) + i);
            assertThat(budget.tryLeaseRun(Owner.LOG, units)).isEqualTo(area);
        }
    }

    @Test
    void givingBackWhatIsNotOnesOwnIsOurMistake() {
        try (var budget = open(16)) {
            int unit = budget.tryLease(Owner.MERGE);
            assertThatThrownBy(() -> budget.giveBack(Owner.POOL, unit)).hasMessageContaining("leased by MERGE");
            budget.giveBack(Owner.MERGE, unit);
            assertThatThrownBy(() -> budget.giveBack(Owner.MERGE, unit)).hasMessageContaining("nobody");
        }
    }

    @Test
    void threadsNeverGetTheSameUnit() {
        try (var budget = open(16)) {
            var pool = new ArrayDeque<Integer>();
            budget.lender(() -> {
                synchronized (pool) {
                    return pool.isEmpty() ? -1 : pool.pop();
                }
            });
            for (int unit; (unit = budget.tryLease(Owner.POOL)) >= 0; ) pool.push(unit);
            var tasks = new ArrayList<Task>();
            for (Owner owner : List.of(Owner.GENERATIONS, Owner.MERGE, Owner.QUERY, Owner.GENERATIONS))
                tasks.add(SEAMS.tasks().spawn("lessee", () -> leaseAndReturn(budget, owner, pool)));
            tasks.forEach(Task::join);
            long leased = 0;
            for (OwnerUsage usage : budget.usage()) {
                leased += usage.leasedBytes();
                if (usage.owner() != Owner.POOL) assertThat(usage.leasedBytes()).isZero();
            }
            assertThat(leased).isEqualTo(pool.size() * 65536L);
        }
    }

    private static void leaseAndReturn(MemoryBudget budget, Owner owner, ArrayDeque<Integer> pool) {
        for (int round = 0; round < 300; round++) {
            var mine = new ArrayList<Integer>();
            for (int unit; mine.size() < 40 && (unit = budget.tryLease(owner)) >= 0; ) {
                Memory.putLong(budget.unitAddress(unit), unit * 31L + owner.number);
                mine.add(unit);
            }
            assertThat(mine).isNotEmpty();
            for (int unit : mine) {
                assertThat(Memory.getLong(budget.unitAddress(unit))).isEqualTo(unit * 31L + owner.number);
                budget.giveBack(owner, unit);
            }
            int unit = budget.tryLease(Owner.POOL);
            synchronized (pool) {
                if (unit >= 0) pool.push(unit);
            }
        }
    }
}
