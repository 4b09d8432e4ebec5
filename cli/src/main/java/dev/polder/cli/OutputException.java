package dev.polder.cli;

import java.io.IOException;

/// Standard output takes no more. Whoever reads it may have seen enough (`polder scan … | head`), or its disk is
/// full.
public final class OutputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputException(IOException cause) {
        super(String.valueOf(cause.getMessage()), cause);
    }

    /// Whether the reader at the other end of the pipe went away, which is no error.
    boolean readerLeft() {
        String reason = String.valueOf(getMessage());
        return reason.contains("Broken pipe") || reason.contains("Connection reset");
    }
}
