package dev.polder.errors;

/// Another process (or another engine in this one) has the store open, and one of the two would write.
public final class StoreLockedException extends PolderException {
    private static final long serialVersionUID = 1L;

    public StoreLockedException(String message) {
        super(message);
    }

    public StoreLockedException(String message, Throwable cause) {
        super(message, cause);
    }
}
