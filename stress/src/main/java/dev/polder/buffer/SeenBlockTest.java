package dev.polder.buffer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// A sight: a block is read where it was seen, by its frame's version alone, while it leaves the frame and another is
/// written there.
@JCStressTest
@Outcome(id = "3", expect = ACCEPTABLE, desc = "it left between two reads")
@Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "it left during a read, and the version told")
@Outcome(id = "2", expect = FORBIDDEN, desc = "bytes of another block were believed")
@State
public class SeenBlockTest {
    private static final StressPool POOL = StressPool.withFrames();

    private final long sample = POOL.nextSample();
    private final FrameRef reader = new FrameRef();
    private final FrameRef writer = new FrameRef();
    private final long sight;

    public SeenBlockTest() {
        POOL.load(writer, sample);
        sight = POOL.seen(reader, sample);
    }

    @Actor
    public void read(I_Result result) {
        result.r1 = POOL.readSeenUntilGone(reader, sample, sight);
    }

    @Actor
    public void replace() {
        POOL.replace(writer, sample);
        POOL.scribble();
    }
}
