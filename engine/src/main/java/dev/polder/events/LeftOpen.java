package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/// A store or an engine was closed while snapshots, cursors or views of it were open. Its stack trace is that of the
/// close.
@Name("dev.polder.LeftOpen")
@Label("Left Open")
@Category({"Polder", "Engine"})
@Description("Snapshots, cursors or views were still open when their store was closed")
public final class LeftOpen extends Event {
    private static final LeftOpen PROBE = new LeftOpen();

    @Label("What")
    String what = "";

    @Label("Count")
    long count;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Age of the Oldest")
    long age;

    @Label("Where the Oldest Was Opened")
    String where = "";

    static void tell(String what, long count, long ageNanos, String where) {
        if (!PROBE.isEnabled()) return;
        LeftOpen event = new LeftOpen();
        event.what = what;
        event.count = count;
        event.age = ageNanos;
        event.where = where;
        event.commit();
    }
}
