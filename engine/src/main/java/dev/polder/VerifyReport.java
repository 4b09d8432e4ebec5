package dev.polder;

import dev.polder.store.StoreCore;
import dev.polder.store.Verifier;
import java.util.List;

/// What a check of every byte found.
///
/// @param files    run files read
/// @param blocks   blocks whose checksum was checked
/// @param bytes    bytes read
/// @param entries  entries seen in runs
/// @param problems one line for each damaged place; empty if the store is intact. (The manifest and the log were
///                 checked when the store was opened, or by [Engine#verify].)
public record VerifyReport(long files, long blocks, long bytes, long entries, List<String> problems) {
    /// Called now and then.
    public interface Progress {
        void at(long bytesDone, long bytesInAll);
    }

    public boolean intact() {
        return problems.isEmpty();
    }

    static VerifyReport of(StoreCore core, Progress progress) {
        return of(Verifier.verify(core, progress::at));
    }

    static VerifyReport of(Verifier.Result result) {
        return new VerifyReport(result.files(), result.blocks(), result.bytes(), result.entries(), result.problems());
    }
}
