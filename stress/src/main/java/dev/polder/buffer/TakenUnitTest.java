package dev.polder.buffer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// A unit changes its owner: a block is read without a lock while its unit leaves the pool and somebody else writes
/// into it.
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the reader came too late, and it was gone")
@Outcome(id = "3", expect = ACCEPTABLE, desc = "the unit went between two reads")
@Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "the unit went during a read, and the version told")
@Outcome(id = "2", expect = FORBIDDEN, desc = "bytes of the new owner were believed")
@State
public class TakenUnitTest {
    private static final StressPool POOL = StressPool.withOneUnit(64 << 10);

    private final long sample = POOL.nextSample();
    private final FrameRef reader = new FrameRef();
    private final FrameRef writer = new FrameRef();
    private volatile boolean taken;

    @Actor
    public void read(I_Result result) {
        while (!POOL.find(reader, sample)) if (taken) return;
        result.r1 = POOL.readUntilGone(reader, sample);
    }

    @Actor
    public void take() {
        POOL.load(writer, sample);
        POOL.borrowSurrendered();
        taken = true;
    }
}
