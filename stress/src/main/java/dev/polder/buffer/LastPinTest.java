package dev.polder.buffer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The cap on pins: of two blocks one may be pinned at a time.
@JCStressTest
@Outcome(id = "[01], [01]", expect = ACCEPTABLE, desc = "one after the other, or refused")
@Outcome(id = ".*2.*", expect = FORBIDDEN, desc = "both were pinned at once")
@State
public class LastPinTest {
    private static final StressPool POOL = StressPool.withOnePin();
    private static final long FIRST = POOL.nextSample(), SECOND = POOL.nextSample();
    private static final AtomicInteger PINNED = new AtomicInteger();

    static {
        POOL.load(new FrameRef(), FIRST);
        POOL.load(new FrameRef(), SECOND);
    }

    @Actor
    public void first(II_Result result) {
        result.r1 = pin(FIRST);
    }

    @Actor
    public void second(II_Result result) {
        result.r2 = pin(SECOND);
    }

    private static int pin(long sample) {
        FrameRef ref = new FrameRef();
        if (!POOL.find(ref, sample) || !POOL.pool.pin(ref, POOL.owner)) return StressPool.REFUSED;
        boolean alone = PINNED.incrementAndGet() == 1;
        PINNED.decrementAndGet();
        POOL.pool.unpin(ref, POOL.owner);
        return alone ? StressPool.DONE : StressPool.BROKEN;
    }
}
