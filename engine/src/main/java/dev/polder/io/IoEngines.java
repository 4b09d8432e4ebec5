package dev.polder.io;

import dev.polder.memory.RegionSource;

/// Which engine this machine can have.
public final class IoEngines {
    private IoEngines() {}

    /// The best that works here: `PosixIo` on 64-bit Linux and macOS if native calls are allowed, else `PortableIo`.
    public static IoEngine probe() {
        return posixSupported() ? new PosixIo() : new PortableIo();
    }

    public static IoEngine posix() {
        return new PosixIo();
    }

    public static IoEngine portable() {
        return new PortableIo();
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

    public static RegionSource regions() {
        return new MappedRegions();
    }
}
