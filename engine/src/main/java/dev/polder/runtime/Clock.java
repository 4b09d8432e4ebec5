package dev.polder.runtime;

/// Time, as the engine sees it. Never used for ordering or durability; only for waiting and for metrics.
public interface Clock {
    /// Nanoseconds from an arbitrary origin; never goes back.
    long nanoTime();

    /// Wall-clock milliseconds since 1970; may jump.
    long epochMillis();
}
