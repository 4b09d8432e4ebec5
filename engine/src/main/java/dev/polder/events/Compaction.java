package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// Runs merged into the level below, or moved there as they are.
@Name("dev.polder.Compaction")
@Label("Compaction")
@Category({"Polder", "Store"})
@Description("Runs merged into the level below")
@StackTrace(false)
public final class Compaction extends Event {
    private static final Compaction PROBE = new Compaction();

    @Label("Store")
    String store = "";

    @Label("Space Number")
    int space;

    @Label("From Level")
    int fromLevel;

    @Label("To Level")
    int toLevel;

    @Label("Runs")
    int runs;

    @DataAmount
    @Label("Bytes Read")
    long bytesIn;

    @DataAmount
    @Label("Bytes Written")
    long bytesOut;

    @Label("Moved")
    boolean moved;

    @Label("Failed")
    boolean failed;

    static @Nullable Compaction begunOrNull() {
        if (!PROBE.isEnabled()) return null;
        Compaction event = new Compaction();
        event.begin();
        return event;
    }

    public void end(
            String store,
            int space,
            int fromLevel,
            int toLevel,
            int runs,
            long bytesIn,
            long bytesOut,
            boolean moved,
            boolean failed) {
        end();
        if (!shouldCommit()) return;
        this.store = store;
        this.space = space;
        this.fromLevel = fromLevel;
        this.toLevel = toLevel;
        this.runs = runs;
        this.bytesIn = bytesIn;
        this.bytesOut = bytesOut;
        this.moved = moved;
        this.failed = failed;
        commit();
    }
}
