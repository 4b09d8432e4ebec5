package dev.polder.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.testkit.SimulatedIo;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// The appender, a syncer, a preparer and a releaser, each on a thread of its own.
class LogThreadsTest {
    @Test
    void theyWorkSideBySide() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io);
        LogWriter writer = fixture.open();
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong padded = new AtomicLong();
        AtomicLong flushed = new AtomicLong();
        var tasks = Seams.system().tasks();
        Task syncer = tasks.spawn("syncer", () -> {
            while (!done.get()) writer.sync(padded.get());
        });
        Task preparer = tasks.spawn("preparer", () -> {
            while (!done.get()) writer.prepareNext();
        });
        Task releaser = tasks.spawn("releaser", () -> {
            while (!done.get()) {
                long sequence = flushed.get();
                assertThat(writer.epochsAfter(sequence)).hasSize(1);
                writer.releaseBefore(sequence);
                // Before the first flush there may be no segment yet: the first append makes it.
                if (sequence > 0) assertThat(writer.metrics().segments()).isPositive();
            }
        });
        try {
            for (long sequence = 1; sequence <= 20_000; sequence++) {
                fixture.append(writer, sequence, 1, (int) (sequence % 700));
                if (sequence % 7 == 0) padded.set(writer.padForSync());
                if (sequence % 100 == 0) flushed.set(sequence - 50);
            }
        } finally {
            done.set(true);
            syncer.join();
            preparer.join();
            releaser.join();
        }
        fixture.flush(writer, flushed.get());
        LogFixture.sync(writer);
        assertThat(writer.failureOrNull()).isNull();
        assertThat(writer.metrics().segmentsRecycled()).isPositive();
        writer.close();
        fixture.replay();
        assertThat(fixture.recovered.lastSequence()).isEqualTo(20_000);
        assertThat(fixture.replayed).hasSize((int) (20_000 - flushed.get()));
        assertThat(io.openHandles()).isEmpty();
    }

    /// Found by [#theyWorkSideBySide]: segments were closed between their sync and the advice about them.
    @Test
    void segmentsStayUntilTheSystemHasBeenTold() {
        SimulatedIo io = new SimulatedIo();
        LogFixture fixture = new LogFixture(io);
        try (LogWriter writer = fixture.open()) {
            long sequence = 1;
            while (Lsn.segment(writer.appendLsn()) < 4) fixture.append(writer, sequence++, 1, 1000);
            long last = sequence - 1;
            writer.epochsAfter(last);
            AtomicLong told = new AtomicLong();
            io.whenDontNeed(() -> {
                told.incrementAndGet();
                writer.releaseBefore(last);
            });
            LogFixture.sync(writer);
            assertThat(told.get()).isEqualTo(3);
            assertThat(writer.metrics().segments()).as("pinned").isEqualTo(4);
            writer.releaseBefore(last);
            assertThat(writer.metrics().segments()).isEqualTo(1);
        }
    }
}
