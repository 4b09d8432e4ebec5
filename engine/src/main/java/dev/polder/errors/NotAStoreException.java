package dev.polder.errors;

/// The directory holds no Polder store (or an empty path was given where a store must exist).
public final class NotAStoreException extends PolderException {
    private static final long serialVersionUID = 1L;

    public NotAStoreException(String message) {
        super(message);
    }

    public NotAStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
