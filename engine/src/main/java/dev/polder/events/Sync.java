package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/// A file made durable; commits may be waiting for it.
@Name("dev.polder.Sync")
@Label("Sync")
@Category({"Polder", "Disk"})
@Description("A file made durable")
@StackTrace(false)
@Threshold("1 ms")
public final class Sync extends Event {
    private static final Sync PROBE = new Sync();

    @Label("File")
    String file = "";

    @Label("Lane")
    String lane = "";

    static @Nullable Sync begunOrNull() {
        if (!PROBE.isEnabled()) return null;
        Sync event = new Sync();
        event.begin();
        return event;
    }

    public void end(String file, String lane) {
        end();
        if (!shouldCommit()) return;
        this.file = file;
        this.lane = lane;
        commit();
    }
}
