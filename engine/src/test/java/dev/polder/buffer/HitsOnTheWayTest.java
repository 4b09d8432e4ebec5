package dev.polder.buffer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.eviction.Eviction;
import dev.polder.memory.ArenaRegions;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.MemoryBudget;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.runtime.Tasks;
import org.junit.jupiter.api.Test;

/// A policy that sees every hit gets them in bunches; when the pool is busy a full bunch is dropped and counted,
/// and the reader goes on: what is on the way to the policy never grows.
class HitsOnTheWayTest {
    private static final int BUNCH = 16;

    @Test
    void aReaderNeverWaitsToTellAndNeverKeepsMore() {
        Busy tasks = new Busy(Seams.system().tasks());
        Seams seams = new Seams(Seams.system().clock(), Seams.system().entropy(), tasks);
        BudgetPlan plan = BudgetPlan.of(BudgetPlan.BUDGET_BYTES_MIN, Eviction.LRU.area());
        try (MemoryBudget budget = MemoryBudget.open(new ArenaRegions(), plan, seams)) {
            BufferPool pool = BufferPool.open(budget, Eviction.LRU, seams);
            FrameRef ref = new FrameRef();
            int frame = pool.allocate(7, 4096);
            PoolFixture.fill(pool.address(frame), 7, 4096);
            assertThat(pool.publish(ref, frame, 7, PoolFixture.proof(7, 4096))).isTrue();

            tasks.busy = true;
            find(pool, ref, 10 * BUNCH + 1);
            assertThat(pool.metrics().hitsRecorded()).isZero();
            assertThat(pool.metrics().hitsDropped()).isBetween(9L * BUNCH, 10L * BUNCH);
            long dropped = pool.metrics().hitsDropped();

            tasks.busy = false;
            find(pool, ref, 10 * BUNCH);
            assertThat(pool.metrics().hitsDropped()).isEqualTo(dropped);
            assertThat(pool.metrics().hitsRecorded()).isBetween(9L * BUNCH, 11L * BUNCH);
        }
    }

    private static void find(BufferPool pool, FrameRef ref, int times) {
        for (int i = 0; i < times; i++) {
            assertThat(pool.find(ref, 7, PoolFixture.proof(7, 4096))).isTrue();
        }
    }

    /// Locks that cannot be had at once while it is so.
    private static final class Busy implements Tasks {
        private final Tasks tasks;
        private boolean busy;

        Busy(Tasks tasks) {
            this.tasks = tasks;
        }

        @Override
        public Task spawn(String name, Runnable body) {
            return tasks.spawn(name, body);
        }

        @Override
        public void sleep(long nanos) {
            tasks.sleep(nanos);
        }

        @Override
        public void spin() {
            tasks.spin();
        }

        @Override
        public Mutex mutex(String name) {
            Mutex mutex = tasks.mutex(name);
            return new Mutex() {
                @Override
                public void lock() {
                    mutex.lock();
                }

                @Override
                public boolean tryLock() {
                    return !busy && mutex.tryLock();
                }

                @Override
                public void unlock() {
                    mutex.unlock();
                }

                @Override
                public boolean heldByCurrentTask() {
                    return mutex.heldByCurrentTask();
                }

                @Override
                public Gate gate() {
                    return mutex.gate();
                }
            };
        }
    }
}
