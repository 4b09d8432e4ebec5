package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.memory.BudgetPlan;
import dev.polder.memory.MemoryBudget;
import dev.polder.runtime.Task;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.SimulatedTasks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Whoever merges has his memory alone: the merging task, a compaction, or a store that merges by itself because it
/// opens or closes.
class MergeMemoryTest {
    private static final int BORROWERS = 6;

    @Test
    void noByteIsLentTwice() {
        int waits = 0;
        for (long seed = 0; seed < 60; seed++) {
            List<MergeMemory.Stretch> held = new ArrayList<>();
            int[] most = new int[1];
            SimulatedTasks.run(seed, tasks -> {
                MemoryBudget budget =
                        MemoryBudget.open(new HeapRegions(), BudgetPlan.of(BudgetPlan.BUDGET_BYTES_MIN), tasks.seams());
                MergeMemory memory = new MergeMemory(budget, 2, tasks.seams());
                List<Task> borrowers = new ArrayList<>();
                for (int b = 0; b < BORROWERS; b++) {
                    boolean merges = b % 2 == 0;
                    borrowers.add(tasks.spawn("borrower " + b, () -> {
                        for (int i = 0; i < 5; i++) {
                            MergeMemory.Stretch stretch = merges ? memory.lendForMerger() : memory.lend(() -> {});
                            for (MergeMemory.Stretch other : held) checkApart(stretch, other);
                            held.add(stretch);
                            most[0] = Math.max(most[0], held.size());
                            tasks.spin();
                            held.remove(stretch);
                            memory.giveBack(stretch);
                        }
                    }));
                }
                for (Task borrower : borrowers) borrower.join();
                budget.close();
            });
            if (most[0] == 3) waits++;
        }
        assertThat(waits).as("all three stretches were out at once").isPositive();
    }

    private static void checkApart(MergeMemory.Stretch a, MergeMemory.Stretch b) {
        boolean apart = a.address() + a.bytes() <= b.address() || b.address() + b.bytes() <= a.address();
        if (!apart) throw new AssertionError("lent twice: " + a + " and " + b);
    }

    /// Stretches are lent in the order in which they were asked for, and whoever gives up is passed over.
    @Test
    void firstComeFirstServed() {
        List<String> served = new ArrayList<>();
        SimulatedTasks.run(7, tasks -> {
            try (MemoryBudget budget = MemoryBudget.open(new HeapRegions(), BudgetPlan.of(16 << 20), tasks.seams())) {
                MergeMemory memory = new MergeMemory(budget, 1, tasks.seams());
                MergeMemory.Stretch held = memory.lend(() -> {});
                for (String name : List.of("first", "second", "gives up", "third")) {
                    tasks.seams().tasks().spawn(name, () -> borrow(memory, name, served, tasks));
                    tasks.seams().tasks().sleep(1_000_000);
                }
                MergeMemory.Stretch merger = memory.lendForMerger(); // its own: waits for none of them
                memory.giveBack(merger);
                tasks.seams().tasks().sleep(100_000_000);
                assertThat(served).containsExactly("gives up: no");
                memory.giveBack(held);
                tasks.seams().tasks().sleep(1_000_000_000);
                assertThat(served).containsExactly("gives up: no", "first", "second", "third");
            }
        });
    }

    private static void borrow(MergeMemory memory, String name, List<String> served, SimulatedTasks tasks) {
        if (name.equals("gives up")) {
            assertThatThrownBy(() -> memory.lend(() -> {
                        throw new IllegalStateException("no");
                    }))
                    .hasMessage("no");
            served.add(name + ": no");
            return;
        }
        MergeMemory.Stretch stretch = memory.lend(() -> {});
        served.add(name);
        tasks.seams().tasks().sleep(5_000_000);
        memory.giveBack(stretch);
    }
}
