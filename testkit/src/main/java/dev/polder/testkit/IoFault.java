package dev.polder.testkit;

import dev.polder.io.Errno;

/// How an operation fails.
public enum IoFault {
    /// The device reports an error.
    EIO(Errno.EIO),
    /// No space left on the device.
    ENOSPC(Errno.ENOSPC),
    /// The user's quota is used up, whatever the device has left.
    EDQUOT(Errno.EDQUOT),
    /// The file would be larger than this process may make one.
    EFBIG(Errno.EFBIG),
    /// Disturbed by a signal: asking again is right.
    EINTR(Errno.EINTR),
    /// Temporarily not available: asking again is right.
    EAGAIN(Errno.EAGAIN),
    /// No permission.
    EACCES(Errno.EACCES),
    /// The system has no memory for it just now.
    ENOMEM(Errno.ENOMEM),
    /// The process has too many open files.
    EMFILE(Errno.EMFILE),
    /// Not a failure: a read brings a byte that the file does not hold. Without effect on others.
    FLIPPED(0),
    /// Not a failure: a read or write moves only a part. Without effect on what cannot be shorter.
    SHORT(0);

    final int errno;

    boolean fails() {
        return errno != 0;
    }

    IoFault(int errno) {
        this.errno = errno;
    }
}
