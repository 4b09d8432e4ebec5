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

/// A transfer to the device. By default only those of a millisecond and more.
@Name("dev.polder.DeviceWrite")
@Label("Device Write")
@Category({"Polder", "Disk"})
@Description("A write to the device")
@StackTrace(false)
@Threshold("1 ms")
public final class DeviceWrite extends Event {
    private static final DeviceWrite PROBE = new DeviceWrite();

    @Label("File")
    String file = "";

    @Label("Position")
    long position;

    @DataAmount
    @Label("Bytes")
    int bytes;

    @Label("Lane")
    String lane = "";

    static @Nullable DeviceWrite begunOrNull() {
        if (!PROBE.isEnabled()) return null;
        DeviceWrite event = new DeviceWrite();
        event.begin();
        return event;
    }

    public void end(String file, long position, int bytes, String lane) {
        end();
        if (!shouldCommit()) return;
        this.file = file;
        this.position = position;
        this.bytes = bytes;
        this.lane = lane;
        commit();
    }
}
