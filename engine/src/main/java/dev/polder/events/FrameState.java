package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Percentage;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/// The frames of one size in the pool of an engine, once per period. Counters count from the opening of the engine.
@Name("dev.polder.FrameState")
@Label("Frame State")
@Category({"Polder", "Pool"})
@Description("The frames of one size in the pool of an engine now")
@StackTrace(false)
@Period("1 s")
public final class FrameState extends Event {
    @Label("Engine")
    public int engine;

    @DataAmount
    @Label("Bytes of a Frame")
    public int frameBytes;

    @Label("Frames")
    public long frames;

    @Label("Resident Frames")
    public long resident;

    @Label("Free Frames")
    public long free;

    @Label("Pinned Frames")
    public long pinned;

    @Label("Hits")
    public long hits;

    @Label("Misses")
    public long misses;

    @Label("Evictions")
    public long evictions;

    @Percentage
    @Label("Pressure")
    public double pressure;

    public void tell() {
        commit();
    }
}
