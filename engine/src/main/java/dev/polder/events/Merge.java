package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// Sealed generations became a file of level 0, or a spilled batch was published with them.
@Name("dev.polder.Merge")
@Label("Merge")
@Category({"Polder", "Store"})
@Description("Generations written as a file of level 0")
@StackTrace(false)
public final class Merge extends Event {
    private static final Merge PROBE = new Merge();

    @Label("Store")
    String store = "";

    @Label("Generations")
    int generations;

    @DataAmount
    @Label("Bytes Written")
    long bytes;

    @Label("With a Spilled Batch")
    boolean spilled;

    @Label("Failed")
    boolean failed;

    static @Nullable Merge begunOrNull() {
        if (!PROBE.isEnabled()) return null;
        Merge event = new Merge();
        event.begin();
        return event;
    }

    public void end(String store, int generations, long bytes, boolean spilled, boolean failed) {
        end();
        if (!shouldCommit()) return;
        this.store = store;
        this.generations = generations;
        this.bytes = bytes;
        this.spilled = spilled;
        this.failed = failed;
        commit();
    }
}
