package dev.polder.store;

import java.nio.file.Path;
import java.util.HexFormat;

/// The names of the files in a store's directory; nothing else in it is ours: it is never read, and never deleted.
///
///     LOCK                      held while the store is open: by one writer, or shared by readers
///     manifest-<roll>-a, -b     two copies of the chain of edits
///     log-<segment>             the write-ahead log
///     run-<file id>             sorted runs
///     WATCH, METRICS            what a watcher asks, and what the engine answers; hold nothing of the store
///
/// Numbers are sixteen hexadecimal digits in lower case, so that names sort like numbers. A name that is longer, such
/// as that of a copy somebody made, is not one of them.
final class StoreFiles {
    static final String LOCK = "LOCK";
    private static final String MANIFEST = "manifest-";
    private static final String RUN = "run-";
    private static final int DIGITS = 16;

    private StoreFiles() {}

    static Path lock(Path directory) {
        return directory.resolve(LOCK);
    }

    static Path manifest(Path directory, long roll, int copy) {
        return directory.resolve(MANIFEST + hex(roll) + (copy == 0 ? "-a" : "-b"));
    }

    static Path run(Path directory, long fileId) {
        return directory.resolve(RUN + hex(fileId));
    }

    /// The id in the name of a file of runs, or -1 when the name is not one.
    static long fileId(String name) {
        return numberOf(name, RUN, "");
    }

    /// The roll in the name of a copy of the manifest, or -1 when the name is not one.
    static long roll(String name) {
        return Math.max(numberOf(name, MANIFEST, "-a"), numberOf(name, MANIFEST, "-b"));
    }

    private static long numberOf(String name, String prefix, String suffix) {
        int end = prefix.length() + DIGITS;
        boolean fits = name.length() == end + suffix.length() && name.startsWith(prefix) && name.endsWith(suffix);
        if (!fits) return -1;
        long number = 0;
        for (int i = prefix.length(); i < end; i++) {
            char c = name.charAt(i);
            int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0) return -1;
            number = number << 4 | digit;
        }
        return Math.max(number, -1); // beyond the largest: nothing of ours
    }

    private static String hex(long number) {
        return HexFormat.of().toHexDigits(number);
    }
}
