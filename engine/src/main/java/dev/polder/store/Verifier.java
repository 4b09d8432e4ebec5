package dev.polder.store;

import dev.polder.disk.Lane;
import dev.polder.errors.PolderException;
import dev.polder.run.Run;
import dev.polder.run.RunVerifier;
import dev.polder.run.RunVerifier.Counts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads every byte that a store's runs reach, and checks every checksum, the structure, and the order of the keys.
/// (The manifest and the log are checked by every open.)
public final class Verifier {
    /// @param problems one line for each run that is damaged
    public record Result(long files, long blocks, long bytes, long entries, List<String> problems) {}

    /// Told now and then how far it is.
    public interface Progress {
        void at(long bytesDone, long bytesInAll);
    }

    private final StoreCore store;
    private final MergeMemory.Stretch memory;
    private final Progress progress;
    private final List<String> problems = new ArrayList<>();
    private final Set<Long> files = new HashSet<>();
    private long bytesInAll;
    private long bytesDone;
    private long blocks;
    private long entries;

    private Verifier(StoreCore store, MergeMemory.Stretch memory, Progress progress) {
        this.store = store;
        this.memory = memory;
        this.progress = progress;
    }

    /// Checks all runs of the current version. Memory is lent from compaction, so it takes turns with it; what it reads
    /// is kept from deletion until it is done.
    public static Result verify(StoreCore store, Progress progress) {
        store.checkOpen();
        MergeMemory.Stretch memory = store.engine.mergeMemory().lend(() -> {
            if (store.closing()) throw closed(store);
        });
        try (StoreCore.Hold hold = store.holdFilesOrNull()) {
            if (hold == null) throw closed(store);
            return new Verifier(store, memory, progress).verify(hold.version());
        } finally {
            store.engine.mergeMemory().giveBack(memory);
        }
    }

    private static IllegalStateException closed(StoreCore store) {
        return new IllegalStateException("the store is closed: " + store.directory());
    }

    private Result verify(Version version) {
        for (Version.SpaceRuns space : version.spaces()) {
            for (Run[] level : space.levels())
                for (Run run : level) bytesInAll += run.section().bytes();
        }
        for (Version.SpaceRuns space : version.spaces()) {
            for (Run[] level : space.levels()) for (Run run : level) verify(run);
        }
        return new Result(files.size(), blocks, bytesDone, entries, problems);
    }

    /// A file that several spaces share may hold sections that are no longer known, so only those that are can be
    /// checked; where a run is alone, every byte of its file is accounted for.
    private void verify(Run run) {
        files.add(run.fileId());
        long start = bytesDone;
        RunVerifier verifier = new RunVerifier(
                run.file(), memory.address(), memory.bytes(), store.engine.codecs(), Lane.SCRUB, (in, out) -> {
                    if (store.closing()) throw closed(store);
                    bytesDone += in;
                    progress.at(Math.min(bytesDone, bytesInAll), bytesInAll);
                });
        try {
            Counts counts = run.alone() ? verifier.file(List.of(run.section())) : verifier.section(run.section());
            blocks += counts.blocks();
            entries += counts.entries();
        } catch (PolderException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        bytesDone = start + run.section().bytes();
    }
}
