package dev.polder.errors;

/// The memory budget cannot hold what was asked for: an engine below the minimum, or a recovery that was written with
/// more. The message names what is needed.
public final class BudgetExceededException extends PolderException {
    private static final long serialVersionUID = 1L;

    public BudgetExceededException(String message) {
        super(message);
    }

    public BudgetExceededException(String message, Throwable cause) {
        super(message, cause);
    }
}
