package dev.polder.store;

import dev.polder.block.Codecs;
import dev.polder.disk.Lane;
import dev.polder.errors.PolderException;
import dev.polder.run.Run;
import dev.polder.run.RunScanner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads every byte that a store's runs reach and checks every checksum and the order of the keys.
public final class Verifier {
    /// @param problems one line for each run that is damaged
    public record Result(long files, long blocks, long bytes, long entries, List<String> problems) {}

    /// Told now and then how far it is.
    public interface Progress {
        void at(long bytesDone, long bytesInAll);
    }

    private Verifier() {}

    /// Checks all runs of the current version. Memory is lent from compaction, so it takes turns with it; what it
    /// reads is kept from deletion until it is done.
    public static Result verify(StoreCore store, Progress progress) {
        store.checkOpen();
        MergeMemory.Stretch memory = store.engine.mergeMemory().lend();
        try (StoreCore.Hold hold = store.holdFiles()) {
            return verify(store.engine.codecs(), hold.version(), memory, progress);
        } finally {
            store.engine.mergeMemory().giveBack(memory);
        }
    }

    private static Result verify(Codecs codecs, Version version, MergeMemory.Stretch memory, Progress progress) {
        long total = 0;
        for (Version.SpaceRuns space : version.spaces()) {
            for (Run[] level : space.levels())
                for (Run run : level) total += run.section().bytes();
        }
        long done = 0;
        long blocks = 0;
        long entries = 0;
        Set<Long> files = new HashSet<>();
        List<String> problems = new ArrayList<>();
        for (Version.SpaceRuns space : version.spaces()) {
            for (Run[] level : space.levels()) {
                for (Run run : level) {
                    files.add(run.fileId());
                    RunScanner scanner = new RunScanner(run, memory.address(), memory.bytes(), codecs, Lane.SCRUB);
                    try {
                        entries += scan(scanner, run);
                    } catch (PolderException e) {
                        problems.add(String.valueOf(e.getMessage()));
                    }
                    blocks += scanner.blocksRead();
                    done += run.section().bytes();
                    progress.at(done, total);
                }
            }
        }
        return new Result(files.size(), blocks, done, entries, problems);
    }

    private static long scan(RunScanner scanner, Run run) {
        long entries = 0;
        while (scanner.next()) entries++;
        if (entries != run.section().entries()) {
            throw new dev.polder.errors.CorruptionException(
                    run.file().path().toString(),
                    0,
                    "expected " + run.section().entries() + " entries, found " + entries);
        }
        return entries;
    }
}
