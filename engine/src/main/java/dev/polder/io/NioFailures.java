package dev.polder.io;

import dev.polder.errors.PolderException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;

/// What an `IOException` of the JDK would have been as an error number. The JDK keeps most numbers to itself; what is
/// left of them is the operating system's text.
final class NioFailures {
    private NioFailures() {}

    static PolderException of(String operation, Path file, long bytes, IOException e) {
        int errno = errno(e);
        String detail = errno == 0 ? String.valueOf(e) : null; // else there is nothing more in it
        PolderException failure = Errno.failure(operation, file, errno, bytes, detail);
        failure.initCause(e);
        return failure;
    }

    private static int errno(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> Errno.ENOENT;
            case AccessDeniedException _ -> Errno.EACCES;
            case FileAlreadyExistsException _ -> Errno.EEXIST;
            case NotDirectoryException _ -> Errno.ENOTDIR;
            case DirectoryNotEmptyException _ -> Errno.ENOTEMPTY;
            default -> errno(String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT));
        };
    }

    private static int errno(String text) {
        if (text.contains("no space left") || text.contains("not enough space")) return Errno.ENOSPC;
        if (text.contains("quota")) return Errno.EDQUOT;
        if (text.contains("file too large")) return Errno.EFBIG;
        if (text.contains("read-only file system")) return Errno.EROFS;
        if (text.contains("too many open files")) return Errno.EMFILE;
        if (text.contains("is a directory")) return Errno.EISDIR;
        if (text.contains("not a directory")) return Errno.ENOTDIR;
        if (text.contains("operation not permitted") || text.contains("permission denied")) return Errno.EACCES;
        if (text.contains("input/output error")) return Errno.EIO;
        return 0;
    }
}
