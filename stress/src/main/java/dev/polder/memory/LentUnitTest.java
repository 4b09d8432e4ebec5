package dev.polder.memory;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.polder.buffer.StressPool;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/// The counters of the budget: all memory is lent but one unit of the pool's, and two threads and the pool want it. The
/// budget checks its sums at each step and throws if more is lent than there is; whoever has a unit checks that nobody
/// else writes into it.
@JCStressTest
@Outcome(id = "[01], [01], [01]", expect = ACCEPTABLE, desc = "each had the unit alone, or was refused")
@Outcome(id = ".*2.*", expect = FORBIDDEN, desc = "two had the unit at once")
@State
public class LentUnitTest {
    private static final StressPool POOL = StressPool.withOneUnitLeft();

    @Actor
    public void first(III_Result result) {
        result.r1 = POOL.borrow(Owner.MERGE);
    }

    @Actor
    public void second(III_Result result) {
        result.r2 = POOL.borrow(Owner.MERGE);
    }

    @Actor
    public void pool(III_Result result) {
        result.r3 = POOL.borrowFrame();
    }
}
