package dev.polder.errors;

/// A cursor was opened while others hold all the memory that cursors may have; the message names the stores they are
/// of. Nothing else fails this way: reads by key go on, cursors that are open too, and a view is a copy where no more
/// may be pinned.
public final class PoolExhaustedException extends PolderException {
    private static final long serialVersionUID = 1L;

    public PoolExhaustedException(String message) {
        super(message);
    }

    public PoolExhaustedException(String message, Throwable cause) {
        super(message, cause);
    }
}
