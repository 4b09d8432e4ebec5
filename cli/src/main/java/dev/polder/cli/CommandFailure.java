package dev.polder.cli;

/// An expected end of a command other than success: the line to show, and the exit status.
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exit;

    private CommandFailure(int exit, String message) {
        super(message);
        this.exit = exit;
    }

    /// The answer is no, see [Exit#NO].
    public static CommandFailure no(String message) {
        return new CommandFailure(Exit.NO, message);
    }

    public static CommandFailure usage(String message) {
        return new CommandFailure(Exit.USAGE, message);
    }

    /// The store refuses, see [Exit#REFUSED].
    public static CommandFailure refused(String message) {
        return new CommandFailure(Exit.REFUSED, message);
    }

    public static CommandFailure io(String message) {
        return new CommandFailure(Exit.IO, message);
    }

    public int exit() {
        return exit;
    }
}
