package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.memory.BudgetPlan;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.runtime.Seams;
import dev.polder.testkit.HeapRegions;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/// A buffer belongs to one borrower at a time, every borrower's turn comes, and closing waits for all of them.
class LogStagingTest {
    private static final Seams SEAMS = Seams.system();

    private static LogStaging staging(MemoryBudget budget) {
        return new LogStaging(budget, budget.plan().floorUnits(Owner.LOG) - 1, SEAMS);
    }

    @Test
    void aBufferIsOnesOwn() throws Exception {
        long seed = System.nanoTime();
        System.out.println("staging, seed " + seed);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (MemoryBudget budget = MemoryBudget.open(new HeapRegions(), BudgetPlan.of(16 << 20), SEAMS)) {
            LogStaging staging = staging(budget);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        for (int n = 0; n < 400; n++) borrow(staging, random);
                    } catch (Throwable t) {
                        failure.compareAndSet(null, t);
                    }
                }));
            }
            for (Thread thread : threads) thread.join();
            if (failure.get() != null) throw new AssertionError("seed " + seed, failure.get());
            staging.close();
        }
    }

    private static void borrow(LogStaging staging, SplittableRandom random) {
        if (random.nextInt(20) == 0) {
            long address = staging.lendManifest();
            stamp(address, LogStaging.SMALL_BYTES, random.nextLong());
            staging.giveBackManifest();
            return;
        }
        boolean large = random.nextInt(6) == 0;
        int bytes = large ? 20_000 + random.nextInt(staging.payloadBytesMax() - 20_000) : 16 + random.nextInt(10_000);
        long address = staging.lend(bytes);
        stamp(address - LogStaging.HEADROOM_BYTES, bytes + LogStaging.HEADROOM_BYTES, random.nextLong());
        staging.giveBack(address);
    }

    private static void stamp(long address, int bytes, long stamp) {
        Memory.putLong(address, stamp);
        Memory.putLong(address + bytes - 8, stamp);
        LockSupport.parkNanos(1);
        if (Memory.getLong(address) != stamp || Memory.getLong(address + bytes - 8) != stamp) {
            throw new AssertionError("somebody else wrote into a lent buffer");
        }
    }

    @Test
    void whatIsTooLargeIsRefusedAtOnce() {
        try (MemoryBudget budget = MemoryBudget.open(new HeapRegions(), BudgetPlan.of(16 << 20), SEAMS)) {
            LogStaging staging = staging(budget);
            assertThatThrownBy(() -> staging.lend(staging.payloadBytesMax() + 1))
                    .isInstanceOf(IllegalArgumentException.class);
            staging.giveBack(staging.lend(staging.payloadBytesMax()));
        }
    }

    @Test
    void closingWaitsForBorrowersAndRefusesThoseWhoWait() throws Exception {
        try (MemoryBudget budget = MemoryBudget.open(new HeapRegions(), BudgetPlan.of(16 << 20), SEAMS)) {
            LogStaging staging = staging(budget);
            long lent = staging.lend(staging.payloadBytesMax());
            AtomicReference<Throwable> refused = new AtomicReference<>();
            Thread waiter = Thread.ofPlatform().start(() -> {
                try {
                    staging.lend(staging.payloadBytesMax());
                } catch (IllegalStateException e) {
                    refused.set(e);
                }
            });
            CountDownLatch closed = new CountDownLatch(1);
            Thread closer = Thread.ofPlatform().start(() -> {
                staging.close();
                closed.countDown();
            });
            waiter.join();
            assertThat(refused.get()).hasMessageContaining("closed");
            assertThat(closed.getCount()).isOne();
            staging.giveBack(lent);
            closer.join();
            assertThatThrownBy(() -> staging.lend(10)).isInstanceOf(IllegalStateException.class);
        }
    }
}
