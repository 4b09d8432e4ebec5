package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;

/// An owner of memory asked for a unit and got none: it is at its ceiling, or the pool has none to give.
@Name("dev.polder.MemoryRefused")
@Label("Memory Refused")
@Category({"Polder", "Memory"})
@Description("An owner of memory asked for a unit and got none")
@StackTrace(false)
@Throttle("100/s")
public final class MemoryRefused extends Event {
    private static final MemoryRefused PROBE = new MemoryRefused();

    @Label("Owner")
    String owner = "";

    static void tell(String owner) {
        if (!PROBE.isEnabled()) return;
        MemoryRefused event = new MemoryRefused();
        event.owner = owner;
        event.commit();
    }
}
