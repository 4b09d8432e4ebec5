package dev.polder.errors;

/// A write was refused, before anything of it was logged, or a read, before it was begun, because the backlog did
/// not shrink within the time allowed: the device is stuck or far too slow. Nothing is lost; try again later.
public final class BackpressureException extends PolderException {
    private static final long serialVersionUID = 1L;

    public BackpressureException(String message) {
        super(message);
    }

    public BackpressureException(String message, Throwable cause) {
        super(message, cause);
    }
}
