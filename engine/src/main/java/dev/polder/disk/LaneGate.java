package dev.polder.disk;

import dev.polder.metrics.LaneMetrics;
import dev.polder.runtime.Clock;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Tasks;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

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

    final OperationCounters reads = new OperationCounters();
    final OperationCounters writes = new OperationCounters();
    final OperationCounters syncs = new OperationCounters();
    final LongAdder merged = new LongAdder();
    private final LongAdder waited = new LongAdder();
    private final AtomicInteger inFlightMost = new AtomicInteger();
    private final AtomicLong stallMax = new AtomicLong();

    LaneGate(Lane lane, int limit, Clock clock, Tasks tasks) {
        this.lane = lane;
        this.limit = limit;
        this.clock = clock;
        this.mutex = tasks.mutex("lane " + lane);
        this.room = mutex.gate();
    }

    /// One transfer that has its turn, until it leaves.
    final class Turn {
        private final OperationCounters counters;
        private final int one;
        private final long asked;
        private final long entered;

        private Turn(Operation operation, int one, long asked, long entered) {
            this.counters = counters(operation);
            this.one = one;
            this.asked = asked;
            this.entered = entered;
        }

        /// Once; the transfer has ended.
        void leave() {
            long now = clock.nanoTime();
            counters.device.record(now - entered);
            if (now - asked > stallMax.get()) stallMax.accumulateAndGet(now - asked, Math::max);
            inFlight.getAndAdd(-one);
            if (waiting.get() > 0) signal();
        }
    }

    /// Returns when it is this transfer's turn.
    Turn enter(Operation operation) {
        return entered(operation, 1, tryEnter());
    }

    private boolean tryEnter() {
        for (int n = inFlight.get(); n % BATCHED < limit; n = inFlight.get()) {
            if (inFlight.compareAndSet(n, n + 1)) return noteInFlight(n + 1);
        }
        return false;
    }

    /// For a transfer of a batch: returns when there is room.
    Turn enterBatched(Operation operation) {
        return entered(operation, BATCHED, tryEnterBatched());
    }

    /// If there is room at once.
    @Nullable
    Turn enterBatchedOrNull(Operation operation) {
        return tryEnterBatched() ? entered(operation, BATCHED, true) : null;
    }

    private boolean tryEnterBatched() {
        for (int n = inFlight.get(); n % BATCHED + n / BATCHED < limit; n = inFlight.get()) {
            if (inFlight.compareAndSet(n, n + BATCHED)) return noteInFlight(n + BATCHED);
        }
        return false;
    }

    private boolean noteInFlight(int n) {
        int both = n % BATCHED + n / BATCHED;
        if (both > inFlightMost.get()) inFlightMost.accumulateAndGet(both, Math::max);
        return true;
    }

    private Turn entered(Operation operation, int one, boolean atOnce) {
        long asked = clock.nanoTime();
        if (atOnce) return new Turn(operation, one, asked, asked);
        awaitRoom(one == BATCHED);
        long entered = clock.nanoTime();
        counters(operation).queued().record(entered - asked);
        return new Turn(operation, one, asked, entered);
    }

    private OperationCounters counters(Operation operation) {
        return switch (operation) {
            case READ -> reads;
            case WRITE -> writes;
            case SYNC -> syncs;
        };
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

    String label() {
        return lane.label();
    }

    LaneMetrics metrics() {
        int n = inFlight.get();
        return new LaneMetrics(
                lane.label(),
                reads.metrics(),
                writes.metrics(),
                syncs.metrics(),
                merged.sum(),
                waited.sum(),
                n % BATCHED + n / BATCHED,
                inFlightMost.get(),
                limit,
                stallMax.get());
    }
}
