package dev.polder.buffer;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// The state word and the page table: a block is looked for while it is loaded. Who finds it sees all of its bytes.
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the reader came too late, and it was gone")
@Outcome(id = "3", expect = ACCEPTABLE, desc = "it was found and read")
@Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "it left during a read, and the version told")
@Outcome(id = "2", expect = FORBIDDEN, desc = "it was found before its bytes were there")
@State
public class PublishedBlockTest {
    private static final StressPool POOL = StressPool.withFrames();

    private final long sample = POOL.nextSample();
    private final FrameRef reader = new FrameRef();
    private final FrameRef writer = new FrameRef();
    private volatile boolean loaded;

    @Actor
    public void read(I_Result result) {
        while (!POOL.find(reader, sample)) if (loaded && !POOL.find(reader, sample)) return;
        result.r1 = POOL.readUntilGone(reader, sample);
    }

    @Actor
    public void load() {
        POOL.scribble();
        POOL.load(writer, sample);
        POOL.replace(writer, sample);
        loaded = true;
    }
}
