package dev.polder.store;

import java.nio.file.Path;
import java.util.HexFormat;

/// The names of the files in a store's directory; nothing else in it is ours.
///
///     LOCK                      held while the store is open: by one writer, or shared by readers
///     manifest-<roll>-a, -b     two copies of the chain of edits
///     log-<segment>             the write-ahead log
///     run-<file id>             sorted runs
///     WATCH, METRICS            what a watcher asks, and what the engine answers; hold nothing of the store
///
/// Numbers are sixteen hexadecimal digits, so that names sort like numbers.
final class StoreFiles {
    static final String LOCK = "LOCK";
    static final String MANIFEST_PREFIX = "manifest-";
    static final String RUN_PREFIX = "run-";
    static final String LOG_PREFIX = "log-";

    private StoreFiles() {}

    static Path lock(Path directory) {
        return directory.resolve(LOCK);
    }

    static Path manifest(Path directory, long roll, int copy) {
        return directory.resolve(MANIFEST_PREFIX + hex(roll) + (copy == 0 ? "-a" : "-b"));
    }

    static Path run(Path directory, long fileId) {
        return directory.resolve(RUN_PREFIX + hex(fileId));
    }

    /// The number in `name` after `prefix`, or -1 when the name is not of that form.
    static long numberOf(String name, String prefix) {
        if (!name.startsWith(prefix) || name.length() < prefix.length() + 16) return -1;
        long number = 0;
        for (int i = prefix.length(); i < prefix.length() + 16; i++) {
            int digit = HexFormat.isHexDigit(name.charAt(i)) ? HexFormat.fromHexDigit(name.charAt(i)) : -1;
            if (digit < 0) return -1;
            number = (number << 4) | digit;
        }
        return number;
    }

    private static String hex(long number) {
        return HexFormat.of().toHexDigits(number);
    }
}
