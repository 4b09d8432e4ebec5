package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A store was opened: manifest read, log replayed, what no edit names deleted.
@Name("dev.polder.Recovery")
@Label("Recovery")
@Category({"Polder", "Store"})
@Description("A store was opened and its log replayed")
@StackTrace(false)
public final class Recovery extends Event {
    private static final Recovery PROBE = new Recovery();

    @Label("Store")
    String store = "";

    @Label("Writes Replayed")
    long replayed;

    @Label("Failed")
    boolean failed;

    static @Nullable Recovery begunOrNull() {
        if (!PROBE.isEnabled()) return null;
        Recovery event = new Recovery();
        event.begin();
        return event;
    }

    public void end(String store, long replayed, boolean failed) {
        end();
        if (!shouldCommit()) return;
        this.store = store;
        this.replayed = replayed;
        this.failed = failed;
        commit();
    }
}
