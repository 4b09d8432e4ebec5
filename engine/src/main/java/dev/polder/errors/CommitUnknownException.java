package dev.polder.errors;

/// A commit reached the log but its sync failed: after a reopen it may be there or not, whole in either case. The store
/// accepts no further writes.
public final class CommitUnknownException extends PolderException {
    private static final long serialVersionUID = 1L;

    public CommitUnknownException(String message) {
        super(message);
    }

    public CommitUnknownException(String message, Throwable cause) {
        super(message, cause);
    }
}
