package dev.polder.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/// What one owner holds of the budget of an engine, once per period.
@Name("dev.polder.MemoryState")
@Label("Memory State")
@Category({"Polder", "Memory"})
@Description("What one owner holds of the budget of an engine now")
@StackTrace(false)
@Period("1 s")
public final class MemoryState extends Event {
    @Label("Engine")
    public int engine;

    @Label("Owner")
    public String owner = "";

    @DataAmount
    @Label("Leased")
    public long leased;

    @DataAmount
    @Label("Peak")
    @Description("Held at most so far")
    public long peak;

    @DataAmount
    @Label("Floor")
    @Description("Never lent to others")
    public long floor;

    @DataAmount
    @Label("Ceiling")
    @Description("Never passed")
    public long ceiling;

    public void tell() {
        commit();
    }
}
