package dev.polder.io;

import java.util.Locale;

/// Which machine this is; loads nothing native.
final class Platform {
    private static final String OS = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    private static final String ARCH = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);

    static final boolean MAC = OS.startsWith("mac");
    static final boolean LINUX = OS.startsWith("linux");
    static final boolean WINDOWS = OS.startsWith("windows");
    static final boolean ARM = ARCH.equals("aarch64") || ARCH.equals("arm64");

    /// Where the constants of [Posix] are right.
    static final boolean POSIX = (LINUX || MAC) && (ARM || ARCH.equals("amd64") || ARCH.equals("x86_64"));

    private Platform() {}
}
