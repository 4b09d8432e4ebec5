package dev.polder.io;

/// The kernel will not give us an io_uring: no failure, but an answer. Containers forbid it, old kernels lack it.
final class RingRefusedException extends Exception {
    private static final long serialVersionUID = 1;

    RingRefusedException(String operation, int errno) {
        super(errno == 0 ? operation : operation + ": " + explain(errno) + " (errno " + errno + ")");
    }

    private static String explain(int errno) {
        return switch (errno) {
            case Errno.ENOSYS -> "not in this kernel, or hidden by the container's seccomp filter";
            case Errno.EPERM, Errno.EACCES ->
                "forbidden, by the container's seccomp filter or kernel.io_uring_disabled";
            case Errno.ENOMEM -> "no memory for its rings; raise RLIMIT_MEMLOCK (ulimit -l)";
            case Errno.ENFILE, Errno.EMFILE -> "too many open files; raise the limit (ulimit -n)";
            default -> "refused";
        };
    }
}
