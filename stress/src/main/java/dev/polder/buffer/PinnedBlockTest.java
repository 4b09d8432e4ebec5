package dev.polder.buffer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The state word: a block is pinned and let go, again and again, while somebody wants its frame.
@JCStressTest
@Outcome(id = "3, [01]", expect = ACCEPTABLE, desc = "it stayed while it was pinned")
@Outcome(id = "1, 1", expect = ACCEPTABLE_INTERESTING, desc = "it left between look and pin, and was not pinned")
@Outcome(id = "2, .*", expect = FORBIDDEN, desc = "it changed while it was pinned")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "nobody took its frame, and yet it was not pinned")
@State
public class PinnedBlockTest {
    private static final StressPool POOL = StressPool.withFrames();
    private static final int PINS = 20;

    private final long sample = POOL.nextSample();
    private final FrameRef reader = new FrameRef();
    private final FrameRef writer = new FrameRef();

    public PinnedBlockTest() {
        POOL.load(writer, sample);
    }

    @Actor
    public void pin(II_Result result) {
        result.r1 = POOL.pinUntilGone(reader, sample, PINS);
    }

    @Actor
    public void replace(II_Result result) {
        result.r2 = POOL.replace(writer, sample) ? 1 : 0;
        POOL.scribble();
    }
}
