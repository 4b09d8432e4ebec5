package dev.polder;

import dev.polder.metrics.OpenUse;
import dev.polder.runtime.Leaks;
import java.util.List;

/// Snapshots, cursors or views were still open when their store, or the engine, was closed; it is closed all the same.
/// Thrown only where the JVM runs with `-Dpolder.leaks=fail`, which is for tests; otherwise the flight recorder is
/// told.
public final class LeftOpenException extends IllegalStateException {
    private final transient List<OpenUse> uses;

    private LeftOpenException(List<OpenUse> uses) {
        super("left open: " + uses);
        this.uses = uses;
    }

    /// What was open, how much of it, for how long, and where the oldest was opened.
    public List<OpenUse> uses() {
        return uses;
    }

    static void ifChosen(List<OpenUse> left) {
        if (Leaks.CHOSEN == Leaks.FAIL) throwFor(left);
    }

    static void throwFor(List<OpenUse> left) {
        if (!left.isEmpty()) throw new LeftOpenException(left);
    }
}
