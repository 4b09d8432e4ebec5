package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A batch too large for the log was written as a file of its own and published, or refused.
@Name("dev.polder.Spill")
@Label("Spill")
@Category({"Polder", "Store"})
@Description("A batch too large for the log was written as a file of its own")
@StackTrace(false)
public final class Spill extends Event {
    private static final Spill PROBE = new Spill();

    @Label("Store")
    String store = "";

    @Label("Operations")
    int operations;

    @DataAmount
    @Label("Bytes of the Batch")
    long bytes;

    @Label("Failed")
    boolean failed;

    static @Nullable Spill begunOrNull() {
        if (!PROBE.isEnabled()) return null;
        Spill event = new Spill();
        event.begin();
        return event;
    }

    public void end(String store, int operations, long bytes, boolean failed) {
        end();
        if (!shouldCommit()) return;
        this.store = store;
        this.operations = operations;
        this.bytes = bytes;
        this.failed = failed;
        commit();
    }
}
