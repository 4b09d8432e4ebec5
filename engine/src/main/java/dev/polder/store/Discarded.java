package dev.polder.store;

import dev.polder.disk.DiskFile;
import dev.polder.errors.PolderException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Files that no edit names, or none any more.
final class Discarded {
    private Discarded() {}

    /// Closes and deletes a run file. If that fails too, the next open deletes it.
    static void delete(StoreCore store, long fileId, @Nullable DiskFile file) {
        Path path = StoreFiles.run(store.directory(), fileId);
        try {
            if (file != null) file.close();
            if (store.disk().exists(path)) store.disk().delete(path);
        } catch (PolderException e) {
            // An orphan costs space until the next open, and its id is never used again; the failure that led here
            // matters more.
        }
    }
}
