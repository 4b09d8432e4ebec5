package dev.polder.cli;

/// The exit statuses of the command, as `polder help` documents them.
public final class Exit {
    /// What was asked for is done.
    public static final int OK = 0;
    /// The answer is no: key or space not found, damage found, a record of the input that cannot be stored.
    public static final int NO = 1;
    /// The command line cannot be understood.
    public static final int USAGE = 2;
    /// The store refuses: no store there, open elsewhere, a newer format, a budget too small.
    public static final int REFUSED = 3;
    /// The operating system refuses: no such file, no permission, a full or failing device.
    public static final int IO = 4;
    /// A mistake of ours; the number is sysexits' EX_SOFTWARE.
    public static final int MISTAKE = 70;

    private Exit() {}
}
