package dev.polder.errors;

/// The device is full (ENOSPC, EDQUOT or a file-size limit). What was stored stays readable; writes resume by
/// themselves when there is space again.
public final class OutOfSpaceException extends PolderException {
    private static final long serialVersionUID = 1L;

    private final String file;

    public OutOfSpaceException(String operation, String file, long bytes) {
        super("no space left on device: " + operation + " of " + bytes + " bytes, file=" + file
                + "; the store stays readable. Free some space: writes resume without a restart.");
        this.file = file;
    }

    public String file() {
        return file;
    }
}
