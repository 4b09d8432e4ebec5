package dev.polder.errors;

/// The memory budget cannot hold what was asked for: an engine below the minimum, or one batch larger than the budget
/// admits. The message names the minimum or the limit.
public final class BudgetExceededException extends PolderException {
    private static final long serialVersionUID = 1L;

    public BudgetExceededException(String message) {
        super(message);
    }

    public BudgetExceededException(String message, Throwable cause) {
        super(message, cause);
    }
}
