package dev.polder.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.BudgetExceededException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BudgetPlanTest {
    @Test
    void theEquationIsExactForEveryBudget() {
        for (long bytes : new long[] {16L << 20, (16L << 20) + 1, 17L << 20, 64L << 20, 1L << 30, 1L << 40, 8L << 40})
            checkEquation(bytes);
        long seed = 20;
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 5_000; i++)
            checkEquation((16L << 20) + random.nextLong(1L << random.nextInt(20, 43)) % ((8L << 40) - (16L << 20)));
    }

    private static void checkEquation(long bytes) {
        BudgetPlan plan = BudgetPlan.of(bytes);
        assertThat(plan.units() * 65536L + plan.metadataBytes())
                .as("budget %d", bytes)
                .isEqualTo(bytes);
        assertThat(plan.unusedBytes()).as("budget %d", bytes).isNotNegative();
        assertThatThrownBy(() -> new BudgetPlan(bytes, plan.units() + 1, plan.policy(), 0))
                .hasMessageContaining("do not fit");
        assertThat(plan.pageTableBytes()).isEqualTo(2 * plan.granules() * 8);
        long hints = plan.hintBytes() / 4;
        assertThat(Long.bitCount(hints)).isEqualTo(1);
        assertThat(hints).isBetween(Math.min(1L << 31, 2 * plan.granules()), 4 * plan.granules());
        assertThat(plan.bitmapOffset() + UnitMap.bytes(plan.units()) + plan.unusedBytes())
                .isEqualTo(bytes);
    }

    @Test
    void floorsFitTheSmallestBudgetAndCeilingsAreAboveThem() {
        floorsFit(0);
        floorsFit(BudgetPlan.WARM_PERCENT_MAX);
    }

    private static void floorsFit(int warm) {
        for (long bytes = 16L << 20; bytes <= 8L << 40; bytes = bytes + bytes / 7) {
            BudgetPlan plan = BudgetPlan.of(bytes, PolicyArea.NONE, warm);
            int floors = 0;
            for (Owner owner : Owner.values()) {
                floors += plan.floorUnits(owner);
                assertThat(plan.ceilingUnits(owner))
                        .as("%s of %d", owner, bytes)
                        .isBetween(plan.floorUnits(owner), plan.units());
            }
            assertThat(floors - plan.floorUnits(Owner.WARM))
                    .as("budget %d", bytes)
                    .isLessThan(plan.units() * 3 / 4);
            assertThat(floors).as("budget %d", bytes).isLessThan(plan.units() * 9 / 10);
            assertThat((long) plan.valueBytesMax() + 2048 + 1024)
                    .as("budget %d", bytes)
                    .isLessThanOrEqualTo(plan.batchBytesMax());
        }
    }

    @Test
    void tooSmallABudgetNamesTheMinimum() {
        assertThatThrownBy(() -> BudgetPlan.of((16L << 20) - 1))
                .isInstanceOf(BudgetExceededException.class)
                .hasMessageContaining("16777216");
    }
}
