package dev.polder.generation;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// A seek for a key that is there, while a node takes its place in the trie: the key is found whatever happens, and
/// in the end with the one that was inserted behind it.
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE_INTERESTING, desc = "found until the key beside it was met")
@Outcome(id = "2", expect = FORBIDDEN, desc = "something else was taken for it")
@Outcome(id = "3", expect = ACCEPTABLE, desc = "the key beside it never came")
@State
public class SoughtKeyTest {
    private final StressGeneration.Sample sample = StressGeneration.next();

    @Actor
    public void seek(I_Result result) {
        result.r1 = sample.seekUntilMet();
    }

    @Actor
    public void insert() {
        sample.insertBeside();
    }
}
