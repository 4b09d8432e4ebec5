package dev.polder.testkit;

import static org.assertj.core.api.Assertions.fail;

import dev.polder.store.StoreCore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Cuts the power after every single operation of a workload, in several ways, recovers, and compares with the
/// oracle: what is there must be the state after some prefix of the steps, no shorter than what was acknowledged as
/// durable by then and no longer than what had begun.
class CrashRecoveryTest {
    private static final int STEPS = 120;

    /// What was true when operation `operation` of the disk was the last.
    private record Mark(int operation, int acknowledged, int begun, boolean durable) {}

    private final List<Map<String, Map<String, String>>> states = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void whatIsThereAfterAPowerCutIsAPrefixThatHoldsAllThatWasAcknowledged(long seed) {
        List<Model.Step> steps = Model.steps(seed, STEPS);
        SimulatedIo io = record(steps);
        int cases = 0;
        for (int operation = 0; operation < io.operations(); operation++) {
            for (CrashProfile profile : CrashProfile.values()) {
                check(io, operation, profile, seed * 1000 + operation);
                cases++;
            }
        }
        System.out.println("crash cases: " + cases + ", seed " + seed);
    }

    private SimulatedIo record(List<Model.Step> steps) {
        SimulatedIo io = new SimulatedIo();
        states.clear();
        marks.clear();
        states.add(Model.empty());
        try (World world = new World(io)) {
            StoreCore store = world.open();
            for (int i = 0; i < steps.size(); i++) {
                Model.Step step = steps.get(i);
                states.add(Model.after(states.getLast(), step));
                marks.add(new Mark(io.operations() - 1, i, i + 1, false));
                if (step instanceof Model.Step.Reopen) {
                    store.close();
                    store = world.open();
                } else {
                    Model.run(store, step);
                }
                marks.add(new Mark(io.operations() - 1, i + 1, i + 1, Model.makesDurable(step)));
            }
            store.close();
            marks.add(new Mark(io.operations() - 1, steps.size(), steps.size(), true));
        }
        return io;
    }

    private void check(SimulatedIo io, int operation, CrashProfile profile, long seed) {
        int floor = 0;
        int ceiling = 0;
        for (Mark mark : marks) {
            boolean survives = mark.durable || profile == CrashProfile.KEEP_ALL;
            if (mark.operation <= operation && survives) floor = Math.max(floor, mark.acknowledged);
            if (mark.operation < operation) ceiling = Math.max(ceiling, mark.begun);
        }
        ceiling = Math.max(ceiling, floor);
        String place = "power cut after " + io.journal().get(operation) + ", " + profile + ", seed " + seed;
        Map<String, Map<String, String>> found;
        SimulatedIo image = io.crashImage(operation, profile, seed);
        try (World world = new World(image)) {
            StoreCore store = world.open();
            found = Model.read(store);
            store.close();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(place, e);
        }
        for (int n = floor; n <= ceiling; n++) if (states.get(n).equals(found)) return;
        fail(place + ": not the state after any of steps " + floor + " to " + ceiling + "; nearest prefix "
                + nearest(found) + "; found spaces " + found.keySet());
    }

    private String nearest(Map<String, Map<String, String>> found) {
        for (int n = 0; n < states.size(); n++) if (states.get(n).equals(found)) return "" + n;
        return "none";
    }
}
