package dev.polder.errors;

/// A pinned view was asked for while pins hold all the memory that pins may hold; the message names the owners. Plain
/// reads never fail this way.
public final class PoolExhaustedException extends PolderException {
    private static final long serialVersionUID = 1L;

    public PoolExhaustedException(String message) {
        super(message);
    }

    public PoolExhaustedException(String message, Throwable cause) {
        super(message, cause);
    }
}
