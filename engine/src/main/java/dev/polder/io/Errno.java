package dev.polder.io;

import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.errors.PolderException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Error numbers of the operating system, and the one place where they become our exceptions: full devices are
/// [OutOfSpaceException], all else is a [FileAccessException] whose text says what to do. Simulated engines use it
/// too, so that a test meets exactly what a device would say.
public final class Errno {
    public static final int EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, EBADF = 9, ENOMEM = 12, EACCES = 13, EBUSY = 16;
    public static final int EEXIST = 17, ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENFILE = 23, EMFILE = 24, EFBIG = 27;
    public static final int ENOSPC = 28, EROFS = 30;
    /// Linux only: `io_uring` asks for it.
    public static final int ENOSYS = 38, EOPNOTSUPP = 95;
    public static final int EAGAIN = Platform.MAC ? 35 : 11;
    public static final int EDQUOT = Platform.MAC ? 69 : 122;
    public static final int ENAMETOOLONG = Platform.MAC ? 63 : 36;
    public static final int ENOTEMPTY = Platform.MAC ? 66 : 39;
    public static final int ESTALE = Platform.MAC ? 70 : 116;

    private Errno() {}

    /// The call was disturbed, not refused: asking again is right.
    public static boolean isTransient(int errno) {
        return errno == EINTR || errno == EAGAIN;
    }

    /// The exception for a failed operation.
    ///
    /// @param bytes how much was to be moved; only named where space is what is missing
    public static PolderException failure(String operation, Path file, int errno, long bytes) {
        return failure(operation, file, errno, bytes, null);
    }

    /// @param detail what the operating system or the JDK said, where there is no number, or beside it
    public static PolderException failure(String operation, Path file, int errno, long bytes, @Nullable String detail) {
        if (errno == ENOSPC) return new OutOfSpaceException(operation, file.toString(), bytes);
        if (errno == EDQUOT) {
            String help = "Free some space, or have the quota raised";
            return new OutOfSpaceException("disk quota exceeded", operation, file.toString(), bytes, help);
        }
        if (errno == EFBIG) {
            String help = "Raise the limit (prlimit --fsize while it runs, ulimit -f before)";
            return new OutOfSpaceException("file too large for this process", operation, file.toString(), bytes, help);
        }
        String explanation = detail == null ? explain(errno) : explain(errno) + "; " + detail;
        return new FileAccessException(operation, file.toString(), errno, explanation);
    }

    private static String explain(int errno) {
        // A switch would need constants; some numbers differ between systems.
        if (errno == 0) return "the cause is not known";
        if (errno == EPERM || errno == EACCES) {
            return "permission denied; give the user that runs this process read and write access";
        }
        if (errno == ENOENT) return "no such file or directory";
        if (errno == EINTR) return "interrupted by a signal";
        if (errno == EAGAIN) return "temporarily not available";
        if (errno == EIO)
            return "the device reported an error; look at the kernel log, and check the device before going on";
        if (errno == EBADF) return "the handle does not allow it";
        if (errno == ENOMEM) return "the operating system is out of memory";
        if (errno == EBUSY) return "in use by another process";
        if (errno == EEXIST) return "it exists already";
        if (errno == ENOTDIR) return "a part of the path is not a directory";
        if (errno == EISDIR) return "it is a directory";
        if (errno == EINVAL) return "the file system does not support this operation";
        if (errno == EMFILE || errno == ENFILE) return "too many open files; raise the limit (ulimit -n)";
        if (errno == EROFS) return "the file system is read-only; remount it writable, or open the store read-only";
        if (errno == ENAMETOOLONG) return "the path is too long";
        if (errno == ENOTEMPTY) return "the directory is not empty";
        if (errno == ESTALE) return "the network file system lost the file";
        return "the operating system refused";
    }
}
