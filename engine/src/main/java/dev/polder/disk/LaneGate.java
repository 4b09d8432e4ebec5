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
/// **Always true.** `inFlight ≤ limit`, and if somebody waits, whoever leaves signals after making room.
final class LaneGate {
    private final Lane lane;
    private final int limit;
    private final Clock clock;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Mutex mutex;
    private final Gate room;

    final LongAdder reads = new LongAdder();
    final LongAdder writes = new LongAdder();
    final LongAdder syncs = new LongAdder();
    final LongAdder bytesRead = new LongAdder();
    final LongAdder bytesWritten = new LongAdder();
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
        if (!tryEnter()) awaitRoom();
        return clock.nanoTime();
    }

    void leave(long entered) {
        nanosMax.accumulate(clock.nanoTime() - entered);
        inFlight.decrementAndGet();
        if (waiting.get() > 0) signal();
    }

    private boolean tryEnter() {
        for (int n = inFlight.get(); n < limit; n = inFlight.get()) {
            if (inFlight.compareAndSet(n, n + 1)) return true;
        }
        return false;
    }

    /// Announces itself before it looks again: a leaver either is seen by this look, or sees the announcement.
    private void awaitRoom() {
        waited.increment();
        mutex.lock();
        try {
            waiting.incrementAndGet();
            try {
                while (!tryEnter()) room.await();
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
                waited.sum(),
                nanosMax.get());
    }
}
