package dev.polder.errors;

/// The snapshot was the oldest when what snapshots hold reached its limit, and was ended. Take a new one.
public final class SnapshotExpiredException extends PolderException {
    private static final long serialVersionUID = 1L;

    public SnapshotExpiredException(String message) {
        super(message);
    }

    public SnapshotExpiredException(String message, Throwable cause) {
        super(message, cause);
    }
}
