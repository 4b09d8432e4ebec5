package dev.polder.errors;

/// The store was written by a newer version of Polder. It was not touched.
public final class UnsupportedFormatException extends PolderException {
    private static final long serialVersionUID = 1L;

    public UnsupportedFormatException(String message) {
        super(message);
    }

    public UnsupportedFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
