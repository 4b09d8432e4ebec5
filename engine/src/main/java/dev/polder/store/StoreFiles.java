package dev.polder.store;

import dev.polder.disk.NumberedName;
import java.nio.file.Path;

/// The names of the files in a store's directory; nothing else in it is ours: it is never read, and never deleted.
///
///     LOCK                      held while the store is open: by one writer, or shared by readers
///     manifest-<roll>-a, -b     two copies of the chain of edits
///     log-<segment>             the write-ahead log
///     run-<file id>             sorted runs
///     WATCH, METRICS            what a watcher asks, and what the engine answers; hold nothing of the store
///
/// Numbers are written as [NumberedName] says: the copy of a file that somebody made is not one of ours.
final class StoreFiles {
    static final String LOCK = "LOCK";
    private static final String MANIFEST = "manifest-";
    private static final String RUN = "run-";

    private StoreFiles() {}

    static Path lock(Path directory) {
        return directory.resolve(LOCK);
    }

    static Path manifest(Path directory, long roll, int copy) {
        return directory.resolve(NumberedName.of(MANIFEST, roll, copy == 0 ? "-a" : "-b"));
    }

    static Path run(Path directory, long fileId) {
        return directory.resolve(NumberedName.of(RUN, fileId, ""));
    }

    /// The id in the name of a file of runs, or -1 when the name is not one.
    static long fileId(String name) {
        return NumberedName.number(name, RUN, "");
    }

    /// The roll in the name of a copy of the manifest, or -1 when the name is not one.
    static long roll(String name) {
        return Math.max(NumberedName.number(name, MANIFEST, "-a"), NumberedName.number(name, MANIFEST, "-b"));
    }
}
