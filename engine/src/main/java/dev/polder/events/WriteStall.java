package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/// A writer waited: for memory or the merger (`room`), for a spilled batch to be published (`held`), or because
/// level 0 has many runs (`throttled`).
@Name("dev.polder.WriteStall")
@Label("Write Stall")
@Category({"Polder", "Store"})
@Description("A writer waited for room")
@StackTrace(false)
public final class WriteStall extends Event {
    private static final WriteStall PROBE = new WriteStall();

    @Label("Store")
    String store = "";

    @Label("Reason")
    String reason = "";

    @DataAmount
    @Label("Bytes of the Write")
    int bytes;

    @Label("Refused")
    boolean refused;

    static @Nullable WriteStall begunOrNull() {
        if (!PROBE.isEnabled()) return null;
        WriteStall event = new WriteStall();
        event.begin();
        return event;
    }

    public void end(String store, String reason, int bytes, boolean refused) {
        end();
        if (!shouldCommit()) return;
        this.store = store;
        this.reason = reason;
        this.bytes = bytes;
        this.refused = refused;
        commit();
    }
}
