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
import jdk.jfr.Timespan;

/// The buffer pool of an engine, once per period. Counters count from the opening of the engine.
@Name("dev.polder.PoolState")
@Label("Pool State")
@Category({"Polder", "Pool"})
@Description("The buffer pool of an engine now")
@StackTrace(false)
@Period("1 s")
public final class PoolState extends Event {
    @Label("Engine")
    public int engine;

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

    @Label("Failed Evictions")
    public long failedEvictions;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Eviction, 99 of 100")
    public long evictionP99;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Slowest Eviction")
    public long evictionMax;

    @Percentage
    @Label("Pressure")
    @Description("Share of the last few hundred frames needed for which a block had to leave")
    public double pressure;

    @Timespan(Timespan.NANOSECONDS)
    @Label("Time in the Pool of Blocks that Left")
    public long evictedAge;

    @Label("Blocks Read Ahead")
    public long blocksAhead;

    @Label("Blocks Read Ahead and Used")
    public long usedAhead;

    @Label("Blocks Read Ahead in Vain")
    public long wastedAhead;

    @Label("Misses Decoded from Warm Images")
    public long warmHits;

    @Label("Bypass Copies")
    public long bypasses;

    @DataAmount
    @Label("Memory Used")
    public long memoryUsed;

    @DataAmount
    @Label("Memory Budget")
    public long memoryBudget;

    public void tell() {
        commit();
    }
}
