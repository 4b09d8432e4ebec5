package dev.polder.metrics;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Something that was opened and has not been closed for long: it keeps memory, or history that nobody else sees.
///
/// @param what  what is open, and of which store
/// @param count how many
/// @param nanos how long the oldest has been open
/// @param where where the oldest was opened, a line for each of the nearest callers, if the JVM runs with
///              `-Dpolder.leaks=trace`; else empty
public record OpenUse(String what, long count, long nanos, String where) {
    private static final int CALLERS = 16;

    /// @param opened of the oldest, if known
    public static OpenUse of(String what, long count, long nanos, @Nullable Throwable opened) {
        if (opened == null) return new OpenUse(what, count, nanos, "");
        return new OpenUse(
                what,
                count,
                nanos,
                Arrays.stream(opened.getStackTrace())
                        .limit(CALLERS)
                        .map(Object::toString)
                        .collect(Collectors.joining("\n")));
    }
}
