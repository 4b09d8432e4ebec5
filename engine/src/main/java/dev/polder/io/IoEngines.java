package dev.polder.io;

import dev.polder.memory.RegionSource;

/// Which engine this machine can have.
public final class IoEngines {
    private IoEngines() {}

    /// The best that works here: `UringIo` where the kernel has io_uring and lets us use it, else `PosixIo` on
    /// 64-bit Linux and macOS if native calls are allowed, else `PortableIo`. [IoEngine#describe] says what was
    /// refused.
    public static IoEngine probe() {
        return probe(IoLimits.DEFAULT);
    }

    public static IoEngine probe(IoLimits limits) {
        return posixSupported() ? uring(limits) : portable(limits);
    }

    /// `UringIo`, or `PosixIo` if the kernel refuses: that is a normal answer, in containers the usual one.
    public static IoEngine uring() {
        return uring(IoLimits.DEFAULT);
    }

    public static IoEngine uring(IoLimits limits) {
        try {
            return UringIo.open(limits);
        } catch (RingRefusedException e) {
            return new PosixIo("posix (no io_uring: " + e.getMessage() + ")", limits);
        } catch (LinkageError e) {
            return new PosixIo("posix (no io_uring: " + e + ")", limits);
        }
    }

    public static IoEngine posix() {
        return posix(IoLimits.DEFAULT);
    }

    public static IoEngine posix(IoLimits limits) {
        return new PosixIo("posix", limits);
    }

    public static IoEngine portable() {
        return portable(IoLimits.DEFAULT);
    }

    public static IoEngine portable(IoLimits limits) {
        return new PortableIo(limits);
    }

    /// Whether the system is one that `PosixIo` knows, and lets us call it.
    public static boolean posixSupported() {
        if (!Platform.POSIX) return false;
        try {
            return Posix.O_RDWR == 2 && Posix.close(-1) == -Errno.EBADF;
        } catch (LinkageError | IllegalCallerException e) {
            return false; // native access is denied, or a function is missing
        }
    }

    /// Memory of the operating system, spread over all memory nodes if there are several.
    public static RegionSource regions() {
        return regions(NumaPlacement.INTERLEAVED);
    }

    /// @param numaNode the memory node that regions shall lie on, or -1: spread over all
    /// @throws IllegalArgumentException if the machine has no memory on that node
    public static RegionSource regions(int numaNode) {
        int[] nodes = Platform.LINUX ? NumaNodes.read(NumaNodes.LINUX) : new int[] {0};
        return new MappedRegions(new NumaPlacement(nodes, numaNode, Posix::bindToNodes));
    }
}
