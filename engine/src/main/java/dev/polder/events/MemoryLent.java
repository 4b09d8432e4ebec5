package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;

/// An owner of memory got a unit of 64 KiB: a free one, or one that the pool gave up.
@Name("dev.polder.MemoryLent")
@Label("Memory Lent")
@Category({"Polder", "Memory"})
@Description("An owner of memory got a unit of 64 KiB")
@StackTrace(false)
@Throttle("1000/s")
public final class MemoryLent extends Event {
    private static final MemoryLent PROBE = new MemoryLent();

    @Label("Owner")
    String owner = "";

    @Label("From the Pool")
    boolean fromPool;

    static void tell(String owner, boolean fromPool) {
        if (!PROBE.isEnabled()) return;
        MemoryLent event = new MemoryLent();
        event.owner = owner;
        event.fromPool = fromPool;
        event.commit();
    }
}
