package dev.polder.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.buffer.PoolFixture;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.runtime.Tasks;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Workers that meet errors, or cannot be had: what was submitted ends all the same, and what comes later is loaded.
/// The timeouts are for the case that somebody waits for ever.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PrefetcherTest {
    private final Codecs codecs = Codecs.probe();
    private final PoolFixture f = new PoolFixture();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger errors = new AtomicInteger();
    private final Seams seams = new Seams(f.seams.clock(), f.seams.entropy(), new ScarceTasks(f.seams.tasks()));
    private final StagingSlots slots = new StagingSlots(f.budget, f.seams);
    private final BatchLoader loader = new BatchLoader(f.pool, codecs, slots, null);
    private final Prefetcher prefetcher = new Prefetcher(loader, 8, AheadLimits.DEFAULT, seams);
    private final BlockFile file = new BlockFile(100, 4096, codecs, 42);

    @AfterEach
    void close() {
        prefetcher.close();
        file.close();
        f.close();
    }

    private long submit(int block) {
        BlockBatch batch = Objects.requireNonNull(prefetcher.take());
        BlockHandle handle = file.handle(block);
        batch.add(file.file, handle.offset(), handle.storedBytes(), handle.rawBytes(), handle.codec(), handle.crc());
        return prefetcher.submit(batch);
    }

    @Test
    void workersThatMetErrorsGoOn() {
        file.whileReading = () -> {
            if (errors.getAndUpdate(n -> Math.max(0, n - 1)) > 0) throw new OutOfMemoryError("once");
        };
        for (int block = 0; block < 50; block++) {
            errors.set(1);
            long ticket = submit(block);
            prefetcher.drain();
            assertThat(prefetcher.isDone(ticket)).isTrue();
            assertThat(slots.busy()).isZero();
        }
        errors.set(0);
        long before = loader.blocks.sum();
        submit(60);
        prefetcher.drain();
        assertThat(loader.blocks.sum() - before).isEqualTo(1);
    }

    @Test
    void withoutAWorkerNothingIsLoadedAndNobodyWaits() {
        refusals.set(3);
        for (int block = 0; block < 3; block++) {
            assertThat(prefetcher.isDone(submit(block))).isTrue();
            prefetcher.drain();
        }
        assertThat(loader.refused.sum()).isEqualTo(3);
        submit(4);
        prefetcher.drain();
        assertThat(loader.blocks.sum()).isEqualTo(1);
        for (int i = 0; i < AheadLimits.DEFAULT.batchesMax(); i++)
            assertThat(prefetcher.take()).isNotNull();
    }

    /// The system has no thread to give, for a while.
    private final class ScarceTasks implements Tasks {
        private final Tasks tasks;

        ScarceTasks(Tasks tasks) {
            this.tasks = tasks;
        }

        @Override
        public Task spawn(String name, Runnable body) {
            if (refusals.getAndUpdate(n -> Math.max(0, n - 1)) > 0) throw new OutOfMemoryError("no native thread");
            return tasks.spawn(name, body);
        }

        @Override
        public Mutex mutex(String name) {
            return tasks.mutex(name);
        }

        @Override
        public void sleep(long nanos) {
            tasks.sleep(nanos);
        }

        @Override
        public void spin() {
            tasks.spin();
        }
    }
}
