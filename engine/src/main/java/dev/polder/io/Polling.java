package dev.polder.io;

import dev.polder.runtime.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/// Waiting awake for transfers that will end soon.
///
/// A thread that sleeps until the device has answered is woken late: in a virtual machine its processor has gone
/// to sleep too, and what wakes it has to pass the hypervisor. Who looks again and again instead goes on at once,
/// and has used a processor meanwhile. (Yang, Minturn, Hady: "When Poll is Better than Interrupt", FAST 2012.) So
/// this is for those who are waited for, with many transfers under way, and it gives way:
///
/// - one thread of an engine polls at a time; the others sleep;
/// - not for more than so long at a time;
/// - and if it took too long, or the thread saw that it had been interrupted, because others want its processor,
///   nobody polls for fifty times as long as was lost.
///
/// **Threads.** [#begin] by any; the one whose `begin` was `true` alone calls [#goOn], and [#end] for certain, which
/// hands what it has written to the next (`taken`).
final class Polling {
    /// With fewer under way the wait costs more processor time than a read is worth.
    static final int UNDER_WAY_MIN = 8;
    /// Two looks further apart: the thread was not running between them.
    static final long GAP_NANOS = 250_000;
    static final int REST_TIMES = 50;

    private final Clock clock;
    private final long nanosMax;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final LongAdder waits = new LongAdder();
    private final LongAdder found = new LongAdder();

    // Of the thread that polls.
    private long began;
    private long looked;
    private long restUntil;

    /// @param microsMax how long one wait may poll; 0: none does
    Polling(Clock clock, int microsMax) {
        this.clock = clock;
        this.nanosMax = microsMax * 1_000L;
        this.restUntil = clock.nanoTime();
    }

    /// Whether a thread that waits for so many transfers may poll now.
    boolean begin(int underWay) {
        if (nanosMax == 0 || underWay < UNDER_WAY_MIN || !taken.compareAndSet(false, true)) return false;
        long now = clock.nanoTime();
        if (now - restUntil < 0) {
            taken.set(false);
            return false;
        }
        began = now;
        looked = now;
        waits.increment();
        return true;
    }

    /// Whether to look once more, after a look that found nothing.
    boolean goOn() {
        long now = clock.nanoTime();
        long gap = now - looked;
        looked = now;
        long lost = gap > GAP_NANOS ? gap : now - began >= nanosMax ? now - began : 0;
        if (lost == 0) return true;
        restUntil = now + REST_TIMES * lost;
        return false;
    }

    /// @param hasFound whether the wait ended while polling
    void end(boolean hasFound) {
        if (hasFound) found.increment();
        taken.set(false);
    }

    String describe() {
        return nanosMax == 0
                ? "no polling"
                : "of %,d waits that polled %,d ended so".formatted(waits.sum(), found.sum());
    }
}
