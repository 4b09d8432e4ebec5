package dev.polder.errors;

/// Bytes on the device are not the bytes that were written: flipped, torn, lost, stale or misdirected. They were not
/// served.
public final class CorruptionException extends PolderException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final long offset;

    /// @param file     the file, as the user would find it
    /// @param offset   byte position of the damaged block or record in the file
    /// @param evidence what was expected and what was found
    public CorruptionException(String file, long offset, String evidence) {
        super(
                "corrupt data: file=" + file + " offset=" + offset + " " + evidence
                        + "; the bytes were not served. Restore the store from a backup, or run `polder verify` to see how far it reaches.");
        this.file = file;
        this.offset = offset;
    }

    public String file() {
        return file;
    }

    public long offset() {
        return offset;
    }
}
