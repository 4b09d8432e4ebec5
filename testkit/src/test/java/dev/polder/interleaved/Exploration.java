package dev.polder.interleaved;

import dev.polder.interleaved.Explorer.Explored;

/// How far scenes are explored, and how that is told: everything with one interruption, everything with two if that is
/// not too much, and else so many, and as many at random.
public final class Exploration {
    private static final long SEED = Long.getLong("polder.seed", 1);
    private static final int INTERRUPTIONS = Integer.getInteger("polder.interruptions", 2);
    private static final int SCHEDULES_MAX = Integer.getInteger("polder.schedules", 100_000);

    private final String what;
    private int scenes;
    private long withOne;
    private long withMore;
    private int longest;
    private boolean complete = true;

    public Exploration(String what) {
        this.what = what;
    }

    public static void explore(String what, Explorer.Scenarios scenarios) {
        Exploration exploration = new Exploration(what);
        exploration.add(scenarios);
        exploration.tell();
    }

    /// Explores one more scene.
    public void add(Explorer.Scenarios scenarios) {
        Explored one = Explorer.explore(1, Integer.MAX_VALUE, scenarios);
        if (one.longest() < 20) throw new AssertionError("hardly a step: are the classes loaded with steps?");
        Explored more = Explorer.explore(INTERRUPTIONS, SCHEDULES_MAX, scenarios);
        if (!more.complete()) Explorer.sample(INTERRUPTIONS + 1, SCHEDULES_MAX, SEED, one.longest(), scenarios);
        scenes++;
        withOne += one.schedules();
        withMore += more.schedules();
        longest = Math.max(longest, one.longest());
        complete &= more.complete();
    }

    public void tell() {
        System.out.printf(
                "interleavings: %s:%s %d steps; all %d with one interruption, %s%d with %d%s%n",
                what,
                scenes == 1 ? "" : " " + scenes + " scenes,",
                longest,
                withOne,
                complete ? "all " : "",
                withMore,
                INTERRUPTIONS,
                complete ? "" : ", and as many at random");
    }
}
