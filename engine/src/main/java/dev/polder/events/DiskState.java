package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// One lane of the disk of an engine, once per period. Counters and times count from the opening of the engine.
@Name("dev.polder.DiskState")
@Label("Disk State")
@Category({"Polder", "Disk"})
@Description("One lane of the disk of an engine now")
@StackTrace(false)
@Period("1 s")
public final class DiskState extends Event {
    @Label("Engine")
    public int engine;

    @Label("Lane")
    public String lane = "";

    @Label("Reads")
    public long reads;

    @Label("Writes")
    public long writes;

    @Label("Syncs")
    public long syncs;

    @DataAmount
    @Label("Bytes Read")
    public long bytesRead;

    @DataAmount
    @Label("Bytes Written")
    public long bytesWritten;

    @Label("Requests Merged")
    public long merged;

    @Label("Pieces Coalesced")
    public long coalesced;

    @Label("Transfers That Waited")
    public long waited;

    @Label("Transfers Refused")
    public long refused;

    @Label("In Flight")
    public int inFlight;

    @Label("In Flight, at Most")
    public int inFlightMost;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Read, 50 of 100")
    public long readP50;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Read, 99 of 100")
    public long readP99;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Read, 999 of 1000")
    public long readP999;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Slowest Read")
    public long readMax;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Write, 50 of 100")
    public long writeP50;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Write, 99 of 100")
    public long writeP99;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Write, 999 of 1000")
    public long writeP999;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Slowest Write")
    public long writeMax;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Sync, 50 of 100")
    public long syncP50;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Sync, 99 of 100")
    public long syncP99;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Sync, 999 of 1000")
    public long syncP999;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Slowest Sync")
    public long syncMax;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Longest Stall")
    public long stallMax;

    public void tell() {
        commit();
    }
}
