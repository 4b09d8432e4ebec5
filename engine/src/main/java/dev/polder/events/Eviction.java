package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;
import jdk.jfr.Timespan;

/// A block left its frame. Off by default, because there are as many as misses.
@Name("dev.polder.Eviction")
@Label("Eviction")
@Category({"Polder", "Pool"})
@Description("A block left the pool for another")
@StackTrace(false)
@Enabled(false)
@Throttle("1000/s")
public final class Eviction extends Event {
    private static final Eviction PROBE = new Eviction();

    @Label("Block Id")
    long id;

    @DataAmount
    @Label("Frame Size")
    int frameBytes;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Time in the Pool")
    long age;

    static void tell(long id, int frameBytes, long ageNanos) {
        if (!PROBE.isEnabled()) return;
        Eviction event = new Eviction();
        event.id = id;
        event.frameBytes = frameBytes;
        event.age = ageNanos;
        event.commit();
    }
}
