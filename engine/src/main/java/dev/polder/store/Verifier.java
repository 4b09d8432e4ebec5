package dev.polder.store;

import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.CorruptionException;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.PolderException;
import dev.polder.io.IoEngine.AutoCloseableLock;
import dev.polder.run.Run;
import dev.polder.run.RunVerifier;
import dev.polder.run.RunVerifier.Counts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads every byte that a store's runs reach, and checks every checksum, the structure, and the order of the keys. The
/// manifest and the log are checked by every open; of a store that cannot be opened because of them, as far as they
/// reach.
public final class Verifier {
    /// @param problems one line for each run that is damaged, and for a log or a manifest that is
    public record Result(long files, long blocks, long bytes, long entries, List<String> problems) {}

    /// Told now and then how far it is.
    public interface Progress {
        void at(long bytesDone, long bytesInAll);
    }

    private static final StoreSettings READ_ONLY = new StoreSettings(false, true, true);

    private final EngineCore engine;
    private final MergeMemory.Stretch memory;
    private final Runnable goesOn;
    private final Progress progress;
    private final List<String> problems = new ArrayList<>();
    private final Set<Long> files = new HashSet<>();
    private long bytesInAll;
    private long bytesDone;
    private long blocks;
    private long entries;

    /// @param goesOn throws when there is no use in going on
    private Verifier(EngineCore engine, MergeMemory.Stretch memory, Runnable goesOn, Progress progress) {
        this.engine = engine;
        this.memory = memory;
        this.goesOn = goesOn;
        this.progress = progress;
    }

    /// Checks all runs of the current version. Memory is lent from compaction, so it takes turns with it; what it reads
    /// is kept from deletion until it is done.
    public static Result verify(StoreCore store, Progress progress) {
        store.checkOpen();
        Runnable goesOn = () -> {
            if (store.closing()) throw closed(store);
        };
        MergeMemory.Stretch memory = store.engine.mergeMemory().lend(goesOn);
        try (StoreCore.Hold hold = store.holdFilesOrNull()) {
            if (hold == null) throw closed(store);
            return new Verifier(store.engine, memory, goesOn, progress).verify(hold.version());
        } finally {
            store.engine.mergeMemory().giveBack(memory);
        }
    }

    private static IllegalStateException closed(StoreCore store) {
        return new IllegalStateException("the store is closed: " + store.directory());
    }

    /// Checks a store that nobody has open for writing, and changes nothing: also one that cannot be opened,
    /// because its log, its manifest or a file is damaged.
    public static Result verify(EngineCore engine, Path directory, Progress progress) {
        engine.retain();
        try {
            Recovery.prepareDirectory(engine.disk(), directory, READ_ONLY);
            try (AutoCloseableLock _ = Recovery.lock(engine.disk(), directory, READ_ONLY)) {
                MergeMemory.Stretch memory = engine.mergeMemory().lend(() -> {});
                try {
                    return new Verifier(engine, memory, () -> {}, progress).verify(directory);
                } finally {
                    engine.mergeMemory().giveBack(memory);
                }
            }
        } finally {
            engine.release();
        }
    }

    private Result verify(Path directory) {
        Manifest manifest;
        try {
            manifest = Recovery.manifest(engine, directory, READ_ONLY);
        } catch (CorruptionException e) {
            return result(e); // without it nobody knows what belongs to the store
        }
        ManifestState state = manifest.state();
        try {
            if (state.logged) Recovery.readLog(engine, directory, state, manifest.editNumber(), (_, _, _, _) -> {});
        } catch (CorruptionException | FileAccessException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        state.runs()
                .values()
                .forEach(runs -> runs.forEach(run -> bytesInAll += run.section().bytes()));
        state.runs().values().forEach(runs -> runs.forEach(run -> verify(directory, run, state)));
        return result();
    }

    private void verify(Path directory, ManifestState.RunEntry run, ManifestState state) {
        try (DiskFile file = Catalog.openRun(engine.disk(), directory, run.fileId())) {
            verify(Catalog.run(run, file, state));
        } catch (PolderException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }

    private Result result(PolderException last) {
        problems.add(String.valueOf(last.getMessage()));
        return result();
    }

    private Result result() {
        return new Result(files.size(), blocks, bytesDone, entries, problems);
    }

    private Result verify(Version version) {
        for (Version.SpaceRuns space : version.spaces()) {
            for (Run[] level : space.levels())
                for (Run run : level) bytesInAll += run.section().bytes();
        }
        for (Version.SpaceRuns space : version.spaces()) {
            for (Run[] level : space.levels()) for (Run run : level) verify(run);
        }
        return result();
    }

    /// A file that several spaces share may hold sections that are no longer known, so only those that are can be
    /// checked; where a run is alone, every byte of its file is accounted for.
    private void verify(Run run) {
        files.add(run.fileId());
        long start = bytesDone;
        RunVerifier verifier = new RunVerifier(
                run.file(), memory.address(), memory.bytes(), engine.codecs(), Lane.SCRUB, (in, out) -> {
                    goesOn.run();
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
