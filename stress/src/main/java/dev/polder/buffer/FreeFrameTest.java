package dev.polder.buffer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The free lists: two loaders take frames and give them back. Nobody else writes into a frame that one has.
@JCStressTest
@Outcome(id = "[01], [01]", expect = ACCEPTABLE, desc = "each had a frame of its own, or none")
@Outcome(id = ".*2.*", expect = FORBIDDEN, desc = "both had the same frame")
@State
public class FreeFrameTest {
    private static final StressPool POOL = StressPool.withOneUnit(16 << 10);

    @Actor
    public void first(II_Result result) {
        result.r1 = POOL.borrowFrame();
    }

    @Actor
    public void second(II_Result result) {
        result.r2 = POOL.borrowFrame();
    }
}
