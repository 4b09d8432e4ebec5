package dev.polder.disk;

import dev.polder.runtime.Clock;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Tasks;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// So many places, and in which order those get one that have to wait. Free of locks while nobody waits.
///
///     state   │ waiting (32 bits) │ batched (16) │ singles (16) │      one word: who leaves sees whether anyone waits
///
/// **Always true.** (1) `singles ≤ limit` and `batched ≤ limit`, apart from what was inside when the limit
/// shrank. (2) While somebody waits nobody enters but by [#admit]: there is no pushing in. (3) If there is room
/// for one that waits, somebody is about to admit him.
///
/// **Order.** A *turn* is one admission. Each waiter has a patience, the number of turns that he lets others,
/// more urgent ones, have: his *rank* is the turn at which he came, plus his patience, and the lowest rank is
/// next. So urgent ones go first, and nobody starves: who comes later than `patience` turns after me has a higher
/// rank than I, whoever he is, so that I am admitted after at most `patience` turns and as many as there are
/// others waiting then. Counted in turns, not in time, the order is the same whenever the same seed is played
/// again.
///
/// **Singles and batches.** A single transfer does not wait for those of batches: who has a batch under way may
/// need a single one before he looks after the batch, and two of them would wait for each other. So a single
/// needs `singles < limit` only, and passes a batched one that waits; all who hold the places it waits for are in
/// the device. A batched one needs `singles + batched < limit`; when its rank has come and singles still keep it
/// out, `batched < limit` is enough.
final class Turnstile {
    private static final long BATCHED = 1L << 16, WAITING = 1L << 32;

    private final Clock clock;
    private final Mutex mutex;
    private volatile int limit;
    private final AtomicLong state = new AtomicLong();
    private final AtomicInteger most = new AtomicInteger();

    // Under the mutex.
    private final PriorityQueue<Waiter> singles = new PriorityQueue<>(BY_RANK);
    private final PriorityQueue<Waiter> batched = new PriorityQueue<>(BY_RANK);
    private long turns;
    private long arrivals;

    Turnstile(String name, int limit, Clock clock, Tasks tasks) {
        this.limit = limit;
        this.clock = clock;
        this.mutex = tasks.mutex(name);
    }

    private record Rank(long turn, long arrival) {}

    private static final class Waiter {
        private final Rank rank;
        private final Gate admission;
        private boolean admitted;

        Waiter(Rank rank, Gate admission) {
            this.rank = rank;
            this.admission = admission;
        }
    }

    private static final Comparator<Waiter> BY_RANK =
            Comparator.comparingLong((Waiter w) -> w.rank.turn).thenComparingLong(w -> w.rank.arrival);

    /// Takes a place if there is one and nobody waits.
    boolean tryEnter(boolean batch) {
        for (long s = state.get(); s < WAITING && hasRoom(s, batch, false); s = state.get()) {
            long entered = s + one(batch);
            if (state.compareAndSet(s, entered)) {
                note(entered);
                return true;
            }
        }
        return false;
    }

    /// Waits for a place.
    ///
    /// @param nanosMax gives up after so long
    /// @return whether there is one
    boolean enter(boolean batch, int patience, long nanosMax) {
        mutex.lock();
        try {
            Waiter me = new Waiter(new Rank(turns + patience, arrivals++), mutex.gate());
            queue(batch).add(me);
            state.getAndAdd(WAITING);
            try {
                admit();
                long begin = clock.nanoTime();
                for (long left = nanosMax; !me.admitted && left > 0; left = nanosMax - (clock.nanoTime() - begin)) {
                    me.admission.await(left);
                }
            } finally {
                if (!me.admitted) {
                    queue(batch).remove(me);
                    state.getAndAdd(-WAITING);
                }
            }
            return me.admitted;
        } finally {
            mutex.unlock();
        }
    }

    void leave(boolean batch) {
        if (state.addAndGet(-one(batch)) >= WAITING) admitThoseWhoWait();
    }

    int limit() {
        return limit;
    }

    void limit(int places) {
        limit = places;
        if (state.get() >= WAITING) admitThoseWhoWait();
    }

    private void admitThoseWhoWait() {
        mutex.lock();
        try {
            admit();
        } finally {
            mutex.unlock();
        }
    }

    /// Under the mutex. Others only leave meanwhile, so what there is room for now there is room for still.
    private void admit() {
        while (true) {
            long s = state.get();
            Waiter single = hasRoom(s, false, false) ? singles.peek() : null;
            Waiter ofBatch = batched.peek();
            if (ofBatch != null && !hasRoom(s, true, turns >= ofBatch.rank.turn)) ofBatch = null;
            if (single == null && ofBatch == null) return;
            boolean batch = single == null || (ofBatch != null && BY_RANK.compare(ofBatch, single) < 0);
            Waiter next = queue(batch).remove();
            note(state.addAndGet(one(batch) - WAITING));
            turns++;
            next.admitted = true;
            next.admission.signalAll();
        }
    }

    private boolean hasRoom(long s, boolean batch, boolean overdue) {
        if (!batch) return singles(s) < limit;
        return batched(s) + (overdue ? 0 : singles(s)) < limit;
    }

    private void note(long s) {
        int inside = singles(s) + batched(s);
        if (inside > most.get()) most.accumulateAndGet(inside, Math::max);
    }

    private PriorityQueue<Waiter> queue(boolean batch) {
        return batch ? batched : singles;
    }

    private static long one(boolean batch) {
        return batch ? BATCHED : 1;
    }

    private static int singles(long s) {
        return (int) (s & 0xFFFF);
    }

    private static int batched(long s) {
        return (int) (s >>> 16 & 0xFFFF);
    }

    // ---- For metrics ----

    int inside() {
        long s = state.get();
        return singles(s) + batched(s);
    }

    int most() {
        return most.get();
    }

    int waiting() {
        return (int) (state.get() >>> 32);
    }
}
