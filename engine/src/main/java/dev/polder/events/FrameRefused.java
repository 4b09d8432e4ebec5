package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Throttle;

/// No frame could be had with bounded effort: all that was looked at was pinned, loading or wanted. The read goes
/// on with a copy.
@Name("dev.polder.FrameRefused")
@Label("Frame Refused")
@Category({"Polder", "Pool"})
@Description("No frame could be had, the read goes on with a copy")
@StackTrace(false)
@Throttle("100/s")
public final class FrameRefused extends Event {
    private static final FrameRefused PROBE = new FrameRefused();

    @DataAmount
    @Label("Block Size")
    int blockBytes;

    static void tell(int blockBytes) {
        if (!PROBE.isEnabled()) return;
        FrameRefused event = new FrameRefused();
        event.blockBytes = blockBytes;
        event.commit();
    }
}
