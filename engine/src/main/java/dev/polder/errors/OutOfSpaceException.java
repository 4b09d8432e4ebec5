package dev.polder.errors;

/// The device is full, or a quota or the limit of file sizes is reached (ENOSPC, EDQUOT, EFBIG). What was stored stays
/// readable; writes resume by themselves when there is space again.
public final class OutOfSpaceException extends PolderException {
    private static final long serialVersionUID = 1L;

    private final String file;

    public OutOfSpaceException(String operation, String file, long bytes) {
        this("no space left on device", operation, file, bytes, "Free some space");
    }

    /// @param limit what is used up
    /// @param help  what to do about it
    public OutOfSpaceException(String limit, String operation, String file, long bytes, String help) {
        super(limit + ": " + operation + " of " + bytes + " bytes, file=" + file + "; the store stays readable. " + help
                + ": writes resume without a restart.");
        this.file = file;
    }

    /// Of a write that depends on another, which found no space.
    public OutOfSpaceException(String message, OutOfSpaceException cause) {
        super(message + cause.getMessage(), cause);
        this.file = cause.file;
    }

    public String file() {
        return file;
    }
}
