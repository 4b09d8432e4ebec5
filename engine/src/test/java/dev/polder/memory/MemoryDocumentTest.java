package dev.polder.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.eviction.Eviction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The tables of `docs/memory.md` are what the code does: if this fails, paste the expected text into the
/// document.
class MemoryDocumentTest {
    private static final List<Long> BUDGETS =
            List.of(16L << 20, 32L << 20, 64L << 20, 256L << 20, 1L << 30, 16L << 30, 1L << 40);

    @Test
    void tablesInTheDocumentAreTrue() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "memory.md"));
        assertThat(document).contains(equation());
        assertThat(document).contains(shares());
    }

    private static String equation() {
        var text = new StringBuilder(
                "| budget | units | in units | metadata | of it descriptors | page table | hints | policy | unused |\n");
        text.append("|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n");
        for (long budget : BUDGETS) {
            BudgetPlan plan = BudgetPlan.of(budget, Eviction.DEFAULT.area());
            text.append("| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n"
                    .formatted(
                            name(budget),
                            plan.units(),
                            plan.unitBytes(),
                            plan.metadataBytes(),
                            plan.descriptorsBytes(),
                            plan.pageTableBytes(),
                            plan.hintBytes(),
                            plan.policyBytes(),
                            plan.unusedBytes()));
        }
        return text.toString();
    }

    private static String shares() {
        var text = new StringBuilder("| budget |");
        for (Owner owner : Owner.values()) text.append(" ").append(owner).append(" |");
        text.append(" batch in the log | largest value |\n|---:|");
        text.append("---:|".repeat(Owner.COUNT + 2)).append("\n");
        for (long budget : BUDGETS) {
            BudgetPlan plan = BudgetPlan.of(budget, Eviction.DEFAULT.area());
            text.append("| ").append(name(budget)).append(" |");
            for (Owner owner : Owner.values())
                text.append(
                        " %s – %s |".formatted(mebibytes(plan.floorUnits(owner)), mebibytes(plan.ceilingUnits(owner))));
            text.append(" %d KiB | %d KiB |\n".formatted(plan.batchBytesMax() >> 10, plan.valueBytesMax() >> 10));
        }
        return text.toString();
    }

    /// Units are sixteenths of a mebibyte.
    private static String mebibytes(int units) {
        return units % 16 == 0 ? Integer.toString(units / 16) : Double.toString(Math.round(units / 16.0 * 100) / 100.0);
    }

    private static String name(long budget) {
        if (budget >= 1L << 40) return (budget >> 40) + " TiB";
        return budget >= 1L << 30 ? (budget >> 30) + " GiB" : (budget >> 20) + " MiB";
    }
}
