package dev.polder.io;

import java.util.function.Supplier;

/// Keeps interrupts away from the JDK's channels, which close themselves, for everyone, when a thread that uses one is
/// interrupted.
///
/// The flag is put aside before a call and back after it. An interrupt that comes during the call still closes the
/// channel: callers then put it aside too ([#again]), open the channel anew and repeat what they did.
final class Interrupts {
    private static final ThreadLocal<Boolean> SEEN = ThreadLocal.withInitial(() -> false);

    private Interrupts() {}

    static <T> T heldOff(Supplier<T> call) {
        boolean outer = SEEN.get();
        boolean before = Thread.interrupted();
        SEEN.set(false);
        try {
            return call.get();
        } finally {
            if (before || SEEN.get()) Thread.currentThread().interrupt();
            SEEN.set(outer);
        }
    }

    /// Puts the flag aside once more, within [#heldOff].
    static void again() {
        if (Thread.interrupted()) SEEN.set(true);
    }
}
