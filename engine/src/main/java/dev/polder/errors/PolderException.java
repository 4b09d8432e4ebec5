package dev.polder.errors;

/// Everything that can go wrong in the world below the engine, as one sealed family: callers act on the type and its
/// fields, never on the text. Misuse (a key too long, a closed cursor) is an [IllegalArgumentException] or
/// [IllegalStateException] instead, thrown at once and before anything changed.
///
/// Every message says what happened, where, the evidence, and what to do.
public abstract sealed class PolderException extends RuntimeException
        permits BackpressureException,
                BudgetExceededException,
                CommitUnknownException,
                CorruptionException,
                FileAccessException,
                NotAStoreException,
                OutOfSpaceException,
                PoolExhaustedException,
                SnapshotExpiredException,
                StoreFailedException,
                StoreLockedException,
                UnsupportedFormatException {
    private static final long serialVersionUID = 1L;

    PolderException(String message) {
        super(message);
    }

    PolderException(String message, Throwable cause) {
        super(message, cause);
    }
}
