package dev.polder.errors;

/// The store stopped, because memory and disk may disagree (a failed sync, an error in a critical section). Close it
/// and reopen: recovery decides what is true. The cause is the first failure.
public final class StoreFailedException extends PolderException {
    private static final long serialVersionUID = 1L;

    public StoreFailedException(String message) {
        super(message);
    }

    public StoreFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
