package dev.polder.errors;

/// The operating system refused or failed an operation on a file: no permission, a read-only file system, an I/O error.
public final class FileAccessException extends PolderException {
    private static final long serialVersionUID = 1L;

    private final String file;
    private final String operation;
    private final int errno;

    /// @param errno the operating system's error number, or 0 where it is not known
    public FileAccessException(String operation, String file, int errno, String explanation) {
        super(operation + " failed: file=" + file + " errno=" + errno + " (" + explanation + ")");
        this.file = file;
        this.operation = operation;
        this.errno = errno;
    }

    public String file() {
        return file;
    }

    public String operation() {
        return operation;
    }

    public int errno() {
        return errno;
    }
}
