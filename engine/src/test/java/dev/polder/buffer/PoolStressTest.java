package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.eviction.Eviction;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.Owner;
import dev.polder.runtime.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Many threads find, load, pin and read while one takes units away and writes garbage into them.
class PoolStressTest {
    private static final int THREADS = 6, STEPS = 60_000, IDS = 3_000;

    @ParameterizedTest
    @EnumSource(Eviction.class)
    void noWrongByteIsBelieved(Eviction eviction) {
        long seed = eviction.name().hashCode();
        try (PoolFixture f = new PoolFixture(BudgetPlan.BUDGET_BYTES_MIN, eviction)) {
            f.squeeze();
            AtomicLong believed = new AtomicLong();
            AtomicLong wrong = new AtomicLong();
            AtomicLong disbelieved = new AtomicLong();
            AtomicBoolean done = new AtomicBoolean();
            PinOwner owner = f.pool.pinOwner("stress");
            List<Task> tasks = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                Random random = new Random(seed * 1000 + t);
                tasks.add(f.seams.tasks().spawn("reader " + t, () -> {
                    FrameRef ref = new FrameRef();
                    for (int step = 0; step < STEPS; step++) {
                        long id = 1L + random.nextInt(IDS);
                        int bytes = 4096 << (2 * (int) (id % 3));
                        long proof = PoolFixture.proof(id, bytes);
                        if (!f.pool.findHinted(ref, id, proof) && !f.pool.find(ref, id, proof)) {
                            // Two threads may load one block here; the loader's room sees to that, the pool must
                            // survive it.
                            f.load(ref, id, bytes);
                            continue;
                        }
                        boolean pinned = random.nextInt(4) == 0 && f.pool.pin(ref, owner);
                        boolean holds = PoolFixture.holds(ref.address(), id, bytes);
                        if (pinned || ref.valid()) (holds ? believed : wrong).incrementAndGet();
                        else disbelieved.incrementAndGet();
                        if (pinned) f.pool.unpin(ref, owner);
                    }
                }));
            }
            Task thief = f.seams.tasks().spawn("thief", () -> {
                while (!done.get()) {
                    f.pool.forget(new long[] {0});
                    int unit = f.pool.surrenderUnit();
                    if (unit < 0) continue;
                    Memory.fill(f.budget.unitAddress(unit), 64 << 10, (byte) 0x55);
                    f.budget.giveBack(Owner.POOL, unit);
                }
            });
            tasks.forEach(Task::join);
            done.set(true);
            thief.join();
            assertThat(wrong.get())
                    .as("seed %d: %d believed, %d disbelieved", seed, believed.get(), disbelieved.get())
                    .isZero();
            assertThat(believed.get()).as("seed %d", seed).isPositive();
            assertThat(f.pool.metrics().pinned()).isZero();
            assertThat(owner.pins()).isZero();
            f.pool.checkEverything();
        }
    }
}
