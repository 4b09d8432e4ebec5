package dev.polder.runtime;

import java.util.Locale;

/// What is done about snapshots, cursors and views that are still open when their store is closed: chosen for the whole
/// JVM by `-Dpolder.leaks=…`, since it is a question of who looks, not of what is opened.
public enum Leaks {
    /// The flight recorder is told, and `close` goes on.
    TELL,
    /// The same, and each of them remembers where it was opened: some microseconds each.
    TRACE,
    /// The same, and `close` throws when it has closed. For tests.
    FAIL;

    public static final Leaks CHOSEN = of(System.getProperty("polder.leaks", "tell"));

    static Leaks of(String name) {
        try {
            return valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("-Dpolder.leaks=" + name + ": use tell, trace or fail", e);
        }
    }

    public boolean traced() {
        return this != TELL;
    }
}
