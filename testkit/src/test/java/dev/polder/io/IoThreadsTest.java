package dev.polder.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.runtime.Tasks;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Threads that read for others and meet errors: who waits is told, and whoever comes later is served. The timeouts
/// are for the case that somebody waits for ever.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class IoThreadsTest {
    private static final int THREADS = 2, DEPTH = 4;
    private static final Tasks TASKS = Seams.system().tasks();

    /// A file whose reads meet an error as often as this says.
    private final AtomicInteger errors = new AtomicInteger();

    private final IoFile file = new IoFile() {
        @Override
        public int alignment() {
            return 1;
        }

        @Override
        public int read(long position, long address, int bytes) {
            if (errors.getAndUpdate(n -> Math.max(0, n - 1)) > 0) throw new OutOfMemoryError("once");
            return bytes;
        }

        @Override
        public int write(long position, long address, int bytes) {
            return bytes;
        }

        @Override
        public void sync() {}

        @Override
        public long size() {
            return 0;
        }

        @Override
        public void truncate(long bytes) {}

        @Override
        public void dontNeed(long position, long bytes) {}

        @Override
        public void close() {}
    };

    private static IoThreads threads(Tasks tasks, int depth, Supplier<IoBatch> own) {
        return new IoThreads(tasks, "io", THREADS, depth, 100, own);
    }

    private int read(IoThreads threads) {
        return threads.read(file, 0, 4096, 42);
    }

    @Test
    void threadsThatMetErrorsGoOn() {
        IoThreads threads = threads(TASKS, 1, () -> new SerialBatch(1));
        for (int i = 0; i < 3 * THREADS; i++) {
            errors.set(1);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> read(threads))
                    .withCauseInstanceOf(OutOfMemoryError.class);
        }
        assertThat(read(threads)).isEqualTo(42);
        threads.close();
    }

    /// Each slot ends once, with its result or the failure, and has ended for who listens too.
    @Test
    void ofABatchEachTransferEndsOnce() {
        for (int met = 0; met <= DEPTH; met++) {
            IoThreads threads = threads(TASKS, DEPTH, () -> new SerialBatch(DEPTH));
            AtomicInteger noticed = new AtomicInteger();
            for (int round = 0; round < 3 * THREADS; round++) {
                errors.set(met);
                noticed.set(0);
                try (IoBatch batch = threads.batch(2 * DEPTH)) {
                    batch.whenEnded(_ -> noticed.incrementAndGet());
                    for (int slot = 0; slot < 2 * DEPTH; slot++) batch.read(slot, file, 0, 4096, slot + 1);
                    BitSet ended = new BitSet();
                    int failed = 0;
                    for (int slot; (slot = batch.next()) >= 0; ) {
                        assertThat(ended.get(slot)).isFalse();
                        ended.set(slot);
                        try {
                            assertThat(batch.result(slot)).isEqualTo(slot + 1);
                        } catch (IllegalStateException e) {
                            failed++;
                        }
                    }
                    assertThat(ended.cardinality()).isEqualTo(2 * DEPTH);
                    assertThat(noticed).hasValue(2 * DEPTH);
                    assertThat(failed > 0).as("%d errors", met).isEqualTo(met > 0);
                }
            }
            threads.close();
        }
    }

    @Test
    void aThreadThatCannotHaveABatchTellsThoseWhoWait() {
        AtomicInteger refused = new AtomicInteger(THREADS + 1);
        IoThreads threads = threads(TASKS, 1, () -> {
            if (refused.getAndDecrement() > 0) throw new OutOfMemoryError("no batch");
            return new SerialBatch(1);
        });
        for (int i = 0; i <= THREADS; i++) {
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> read(threads))
                    .withCauseInstanceOf(OutOfMemoryError.class);
        }
        assertThat(read(threads)).isEqualTo(42);
        threads.close();
    }

    /// What was not queued is read by nobody later: its memory is its owner's again.
    @Test
    void withoutAnyThreadNothingIsQueued() {
        ScarceTasks scarce = new ScarceTasks();
        IoThreads threads = threads(scarce, 1, () -> new SerialBatch(1));
        scarce.refusals.set(2);
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(() -> read(threads));
        IoBatch batch = threads.batch(2);
        batch.read(0, file, 0, 4096, 42);
        assertThatExceptionOfType(OutOfMemoryError.class).isThrownBy(batch::submit);
        errors.set(1); // for whatever is read first
        batch.close();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> read(threads));
        assertThat(read(threads)).isEqualTo(42);
        threads.close();
    }

    /// One thread does what several would, until there are more.
    @Test
    void withTooFewThreadsThoseThereAreDoIt() {
        ScarceTasks scarce = new ScarceTasks();
        IoThreads threads = threads(scarce, 1, () -> new SerialBatch(1));
        assertThat(read(threads)).isEqualTo(42);
        scarce.refusals.set(Integer.MAX_VALUE);
        try (IoBatch batch = threads.batch(8)) {
            for (int slot = 0; slot < 8; slot++) batch.read(slot, file, 0, 4096, 42);
            for (int n = 0; n < 8; n++) assertThat(batch.next()).isNotNegative();
        }
        assertThat(threads.describe()).startsWith("1 of 2 threads");
        threads.close();
    }

    /// The system has no thread to give, for a while.
    private static final class ScarceTasks implements Tasks {
        private final AtomicInteger refusals = new AtomicInteger();

        @Override
        public Task spawn(String name, Runnable body) {
            if (refusals.getAndUpdate(n -> Math.max(0, n - 1)) > 0) throw new OutOfMemoryError("no native thread");
            return TASKS.spawn(name, body);
        }

        @Override
        public Mutex mutex(String name) {
            return TASKS.mutex(name);
        }

        @Override
        public void sleep(long nanos) {
            TASKS.sleep(nanos);
        }

        @Override
        public void spin() {
            TASKS.spin();
        }
    }
}
