package dev.polder.disk;

import dev.polder.runtime.Clock;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Tasks;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/// The bound and the counters of one lane. Free of locks while there is room.
///
/// **Always true.** (1) `singles ≤ limit`, and `batched ≤ limit`. (2) A transfer of a batch starts only while
/// `singles + batched < limit`. (3) If somebody waits, whoever leaves signals after making room.
///
/// A single transfer does not wait for those of batches: who has a batch under way may need a single one before he
/// looks after the batch, and two of them would wait for each other.
final class LaneGate {
    private static final int BATCHED = 1 << 16;

    private final Lane lane;
    private final int limit;
    private final Clock clock;
    /// `singles`, and `batched` in units of [#BATCHED].
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Mutex mutex;
    private final Gate room;

    final LongAdder reads = new LongAdder();
    final LongAdder writes = new LongAdder();
    final LongAdder syncs = new LongAdder();
    final LongAdder bytesRead = new LongAdder();
    final LongAdder bytesWritten = new LongAdder();
    final LongAdder merged = new LongAdder();
    private final LongAdder waited = new LongAdder();
    private final LongAccumulator nanosMax = new LongAccumulator(Math::max, 0);

    LaneGate(Lane lane, int limit, Clock clock, Tasks tasks) {
        this.lane = lane;
        this.limit = limit;
        this.clock = clock;
        this.mutex = tasks.mutex("lane " + lane);
        this.room = mutex.gate();
    }

    /// Returns when it is this transfer's turn; the result is for [#leave].
    long enter() {
        if (!tryEnter()) awaitRoom(false);
        return clock.nanoTime();
    }

    void leave(long entered) {
        leave(entered, 1);
    }

    private boolean tryEnter() {
        for (int n = inFlight.get(); n % BATCHED < limit; n = inFlight.get()) {
            if (inFlight.compareAndSet(n, n + 1)) return true;
        }
        return false;
    }

    /// For a transfer of a batch: returns when there is room, the result is for [#leaveBatched].
    long enterBatched() {
        if (!tryEnterBatched()) awaitRoom(true);
        return clock.nanoTime();
    }

    /// If there is room at once; the result for [#leaveBatched] is then [#now].
    boolean tryEnterBatched() {
        for (int n = inFlight.get(); n % BATCHED + n / BATCHED < limit; n = inFlight.get()) {
            if (inFlight.compareAndSet(n, n + BATCHED)) return true;
        }
        return false;
    }

    void leaveBatched(long entered) {
        leave(entered, BATCHED);
    }

    long now() {
        return clock.nanoTime();
    }

    private void leave(long entered, int one) {
        nanosMax.accumulate(clock.nanoTime() - entered);
        inFlight.getAndAdd(-one);
        if (waiting.get() > 0) signal();
    }

    /// Announces itself before it looks again: a leaver either is seen by this look, or sees the announcement.
    private void awaitRoom(boolean batched) {
        waited.increment();
        mutex.lock();
        try {
            waiting.incrementAndGet();
            try {
                while (!(batched ? tryEnterBatched() : tryEnter())) room.await();
            } finally {
                waiting.decrementAndGet();
            }
        } finally {
            mutex.unlock();
        }
    }

    private void signal() {
        mutex.lock();
        try {
            room.signalAll();
        } finally {
            mutex.unlock();
        }
    }

    DiskMetrics.LaneMetrics metrics() {
        return new DiskMetrics.LaneMetrics(
                lane,
                reads.sum(),
                writes.sum(),
                syncs.sum(),
                bytesRead.sum(),
                bytesWritten.sum(),
                merged.sum(),
                waited.sum(),
                nanosMax.get());
    }
}
