package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/// A transfer from the device: one block, or neighbours of a batch together. By default only those of a millisecond
/// and more.
@Name("dev.polder.DeviceRead")
@Label("Device Read")
@Category({"Polder", "Disk"})
@Description("A read from the device: one block, or neighbours together")
@StackTrace(false)
@Threshold("1 ms")
public final class DeviceRead extends Event {
    private static final DeviceRead PROBE = new DeviceRead();

    @Label("File")
    String file = "";

    @Label("Position")
    long position;

    @DataAmount
    @Label("Bytes")
    int bytes;

    @Label("Requests")
    int requests;

    @Label("Lane")
    String lane = "";

    static @Nullable DeviceRead begunOrNull() {
        if (!PROBE.isEnabled()) return null;
        DeviceRead event = new DeviceRead();
        event.begin();
        return event;
    }

    public void end(String file, long position, int bytes, int requests, String lane) {
        end();
        if (!shouldCommit()) return;
        this.file = file;
        this.position = position;
        this.bytes = bytes;
        this.requests = requests;
        this.lane = lane;
        commit();
    }
}
