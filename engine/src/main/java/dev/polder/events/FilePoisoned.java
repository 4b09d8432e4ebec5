package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// A file failed a write or a sync; it refuses both from now on, and the store has to be reopened.
@Name("dev.polder.FilePoisoned")
@Label("File Poisoned")
@Category({"Polder", "Disk"})
@Description("A file failed a write or sync and takes no more")
@StackTrace(false)
public final class FilePoisoned extends Event {
    private static final FilePoisoned PROBE = new FilePoisoned();

    @Label("File")
    String file = "";

    @Label("Cause")
    String cause = "";

    static void tell(String file, Throwable cause) {
        if (!PROBE.isEnabled()) return;
        FilePoisoned event = new FilePoisoned();
        event.file = file;
        event.cause = cause.toString();
        event.commit();
    }
}
