package dev.polder.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.runtime.Task;
import dev.polder.testkit.SimulatedTasks;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TurnstileTest {
    private static final long FOR_EVER = Long.MAX_VALUE;

    private final List<Task> tasks = new ArrayList<>();
    private int singles;
    private int batched;
    private int admissions;
    private boolean over;

    @Test
    void thereAreNeverMoreInsideThanPlaces() {
        for (long seed = 0; seed < 60; seed++) {
            begin();
            Random random = new Random(seed);
            SimulatedTasks.run(seed, scheduler -> {
                Turnstile turnstile = turnstile(3, scheduler);
                for (int t = 0; t < 8; t++) {
                    boolean batch = random.nextInt(3) == 0;
                    int patience = random.nextInt(20);
                    tasks.add(scheduler.spawn("mover " + t, () -> {
                        for (int n = 0; n < 10; n++) pass(turnstile, batch, patience, scheduler);
                    }));
                }
                for (Task task : tasks) task.join();
                assertThat(turnstile.inside()).isZero();
                assertThat(turnstile.waiting()).isZero();
                assertThat(turnstile.most()).isBetween(3, 6);
            });
        }
    }

    private void pass(Turnstile turnstile, boolean batch, int patience, SimulatedTasks scheduler) {
        if (!turnstile.tryEnter(batch))
            assertThat(turnstile.enter(batch, patience, FOR_EVER)).isTrue();
        admissions++;
        if (batch) batched++;
        else singles++;
        assertThat(singles).isLessThanOrEqualTo(3);
        assertThat(batched).isLessThanOrEqualTo(3);
        scheduler.spin();
        if (batch) batched--;
        else singles--;
        turnstile.leave(batch);
    }

    /// A flood of the most urgent, which never ends: each of the others, batched or not, is admitted after so
    /// many turns as it is patient, and as there are others.
    @Test
    void nobodyStarvesInAFlood() {
        flood(false);
    }

    /// The same while a batch whose owner does not come back keeps a place.
    @Test
    void nobodyStarvesInAFloodBesideABatchThatStays() {
        flood(true);
    }

    private void flood(boolean batchStays) {
        int flooders = 12;
        for (long seed = 0; seed < 60; seed++) {
            begin();
            Random random = new Random(seed);
            SimulatedTasks.run(seed, scheduler -> {
                Turnstile turnstile = turnstile(2, scheduler);
                if (batchStays) assertThat(turnstile.tryEnter(true)).isTrue();
                for (int t = 0; t < flooders; t++) {
                    tasks.add(scheduler.spawn("flood " + t, () -> {
                        while (!over) {
                            if (!turnstile.tryEnter(false)) turnstile.enter(false, 0, FOR_EVER);
                            admissions++;
                            scheduler.spin();
                            turnstile.leave(false);
                        }
                    }));
                }
                while (turnstile.waiting() < flooders / 2) scheduler.spin();
                for (int n = 0; n < 5; n++) {
                    boolean batch = random.nextBoolean();
                    int patience = random.nextInt(100);
                    int before = admissions;
                    assertThat(turnstile.tryEnter(batch)).as("pushing in").isFalse();
                    assertThat(turnstile.enter(batch, patience, FOR_EVER)).isTrue();
                    // Those admitted before me may not have run yet, and two more may have left in between.
                    assertThat(admissions - before)
                            .as("patience %d", patience)
                            .isLessThanOrEqualTo(patience + 2 * flooders);
                    turnstile.leave(batch);
                }
                over = true;
                for (Task task : tasks) task.join();
            });
        }
    }

    /// With one place that is taken, all queue up in the worst order; they enter by urgency.
    @Test
    void theMoreUrgentGoFirst() {
        for (long seed = 0; seed < 20; seed++) {
            begin();
            List<Integer> order = new ArrayList<>();
            SimulatedTasks.run(seed, scheduler -> {
                Turnstile turnstile = turnstile(1, scheduler);
                assertThat(turnstile.tryEnter(false)).isTrue();
                for (int patience : new int[] {200, 100, 50, 8, 0}) {
                    int waiting = turnstile.waiting();
                    tasks.add(scheduler.spawn("patience " + patience, () -> {
                        turnstile.enter(false, patience, FOR_EVER);
                        order.add(patience);
                        turnstile.leave(false);
                    }));
                    while (turnstile.waiting() == waiting) scheduler.spin();
                }
                turnstile.leave(false);
                for (Task task : tasks) task.join();
            });
            assertThat(order).as("seed %d", seed).containsExactly(0, 8, 50, 100, 200);
        }
    }

    /// All places are held by a batch whose owner needs a single one before he looks after his batch.
    @Test
    void aSingleTransferDoesNotWaitForBatches() {
        for (long seed = 0; seed < 40; seed++) {
            begin();
            SimulatedTasks.run(seed, scheduler -> {
                Turnstile turnstile = turnstile(2, scheduler);
                for (int t = 0; t < 4; t++) {
                    tasks.add(scheduler.spawn("owner " + t, () -> {
                        for (int n = 0; n < 5; n++) {
                            if (!turnstile.tryEnter(true)) turnstile.enter(true, 3, FOR_EVER);
                            if (!turnstile.tryEnter(false)) turnstile.enter(false, 0, FOR_EVER);
                            scheduler.spin();
                            turnstile.leave(false);
                            turnstile.leave(true);
                        }
                    }));
                }
                for (Task task : tasks) task.join();
            });
        }
    }

    @Test
    void whoHasWaitedLongEnoughLeavesTheQueue() {
        for (long seed = 0; seed < 20; seed++) {
            SimulatedTasks.run(seed, scheduler -> {
                Turnstile turnstile = turnstile(1, scheduler);
                assertThat(turnstile.tryEnter(false)).isTrue();
                long begin = scheduler.clock().nanoTime();
                assertThat(turnstile.enter(false, 0, 5_000_000)).isFalse();
                assertThat(scheduler.clock().nanoTime() - begin).isGreaterThanOrEqualTo(5_000_000);
                assertThat(turnstile.waiting()).isZero();
                turnstile.leave(false);
                assertThat(turnstile.tryEnter(true)).isTrue();
                turnstile.leave(true);
            });
        }
    }

    @Test
    void placesComeAndGo() {
        for (long seed = 0; seed < 20; seed++) {
            begin();
            SimulatedTasks.run(seed, scheduler -> {
                Turnstile turnstile = turnstile(3, scheduler);
                for (int i = 0; i < 3; i++)
                    assertThat(turnstile.tryEnter(false)).isTrue();
                turnstile.limit(1);
                Task waiter = scheduler.spawn("waiter", () -> {
                    assertThat(turnstile.enter(false, 0, FOR_EVER)).isTrue();
                    over = true;
                });
                while (turnstile.waiting() == 0) scheduler.spin();
                turnstile.leave(false);
                turnstile.leave(false);
                assertThat(over).as("two left, one is still inside").isFalse();
                turnstile.limit(2);
                waiter.join();
                assertThat(turnstile.inside()).isEqualTo(2);
            });
        }
    }

    private void begin() {
        tasks.clear();
        singles = 0;
        batched = 0;
        admissions = 0;
        over = false;
    }

    private static Turnstile turnstile(int places, SimulatedTasks scheduler) {
        return new Turnstile("turnstile", places, scheduler.clock(), scheduler);
    }
}
