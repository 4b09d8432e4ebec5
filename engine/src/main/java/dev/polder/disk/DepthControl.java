package dev.polder.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/// How many transfers background lanes may have under way: fewer while those that somebody waits for are slow.
///
///     foreground reads ─┐  64 make a window; its mean against the least of the last 16 windows (the floor)
///     syncs of the log ─┘      far above? level halved : level + 1          background lanes: level/16 of their places
///
/// *Far above* is `slowFactor` times the floor, and a millisecond: below that nobody is helped by a slower merge.
/// Additive increase, multiplicative decrease, as congestion control of networks has it. A floor is forgotten
/// after 16 windows, so a device that has become slower for good does not keep the background small for ever; and
/// after [#RECOVERY] background transfers without a window in between, nobody is waiting, and the level rises
/// too.
///
/// Decided by counting transfers, and by nothing but the durations they had, so a seed replays it.
///
/// **Threads.** Any, without locks. Who closes a window while another is being looked at leaves it to the next window,
/// which is then of all that were counted since. The level and the places of the lanes are changed one after the other:
/// whoever has changed the level says so (`narrowings`), the first to say so gives the lanes their places, those who
/// come meanwhile leave it to him, and he does it again until nobody has. So the last level that was set is the one
/// that the lanes have.
final class DepthControl {
    static final int LEVELS = 16;
    static final int WINDOW = 64;
    static final int RECOVERY = 256;
    private static final int WINDOWS = 16;
    private static final long SLACK_NANOS = 1_000_000;

    /// Where a lane has its places.
    interface Places {
        /// To `level` of `levels` of them.
        void narrow(int level, int levels);
    }

    private final int slowFactor;
    private final List<Places> background = new ArrayList<>();
    private final Signal reads = new Signal();
    private final Signal syncs = new Signal();
    private final AtomicInteger backgroundOnly = new AtomicInteger();
    private final AtomicInteger level = new AtomicInteger(LEVELS);
    /// Changes of the level that the lanes do not have yet; whoever makes it 1 sees to it.
    private final AtomicInteger narrowings = new AtomicInteger();
    private final AtomicLong cuts = new AtomicLong();

    /// @param slowFactor 0: the background is left alone
    DepthControl(int slowFactor) {
        this.slowFactor = slowFactor;
    }

    /// Before the first transfer.
    void controls(Places places) {
        background.add(places);
    }

    void ended(Lane lane, Operation operation, long nanos) {
        if (slowFactor == 0) return;
        if (lane == Lane.FOREGROUND) {
            if (operation == Operation.READ) reads.add(nanos);
        } else if (lane == Lane.LOG) {
            if (operation == Operation.SYNC) syncs.add(nanos);
        } else if (level.get() < LEVELS && backgroundOnly.incrementAndGet() % RECOVERY == 0) {
            move(1);
        }
    }

    private final class Signal {
        private final AtomicInteger count = new AtomicInteger();
        private final LongAdder sum = new LongAdder();
        private final AtomicBoolean looking = new AtomicBoolean();
        // By whoever is looking.
        private final long[] means = new long[WINDOWS];
        private int windows;
        private int lookedAt;

        Signal() {
            Arrays.fill(means, Long.MAX_VALUE);
        }

        void add(long nanos) {
            sum.add(nanos);
            int counted = count.incrementAndGet();
            if (counted % WINDOW != 0 || !looking.compareAndSet(false, true)) return;
            try {
                int samples = counted - lookedAt;
                if (samples <= 0) return; // another, who counted later, was here before
                lookedAt = counted;
                look(sum.sumThenReset() / samples);
            } finally {
                looking.set(false);
            }
        }

        private void look(long mean) {
            means[windows++ & WINDOWS - 1] = mean;
            long floor = mean;
            for (long each : means) floor = Math.min(floor, each);
            backgroundOnly.set(0);
            boolean slow = mean / slowFactor > floor && mean - floor > SLACK_NANOS;
            move(slow ? -(level.get() + 1) / 2 : 1);
        }
    }

    private void move(int by) {
        int before = level.get();
        int after = Math.clamp(before + by, 1, LEVELS);
        if (after == before || !level.compareAndSet(before, after)) return;
        if (after < before) cuts.incrementAndGet();
        narrow();
    }

    private void narrow() {
        if (narrowings.getAndIncrement() > 0) return;
        boolean done = false;
        try {
            for (int seen = 1; seen > 0; seen = narrowings.addAndGet(-seen)) {
                int now = level.get();
                for (Places places : background) places.narrow(now, LEVELS);
            }
            done = true;
        } finally {
            if (!done) narrowings.set(0); // an error: the next change sees to it
        }
    }

    int level() {
        return level.get();
    }

    long cuts() {
        return cuts.get();
    }
}
