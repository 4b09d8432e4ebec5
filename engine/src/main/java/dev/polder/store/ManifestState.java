package dev.polder.store;

import dev.polder.log.EpochRange;
import dev.polder.run.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the manifest says: the sum of its edits. Mutable, owned by [Manifest], guarded by the store's catalog mutex.
///
/// **Always true** (checked by [#check] after every edit, in tests and in production): (1) every run names a known
/// file and a known space; (2) runs of a level ≥ 1 of a space are disjoint and sorted by key; (3) ids in use are
/// below the high-water marks; (4) only the newest epoch has no end; (5) a run of a level ≥ 1 is alone in its file.
final class ManifestState {
    /// One run: a section of a file on a level of its space.
    record RunEntry(int level, long fileId, Section section) {}

    /// A file of runs, as it was written.
    record FileEntry(long bytes, int sections) {}

    long storeIdHigh;
    long storeIdLow;
    boolean logged = true;
    long flushedSequence;
    long fileIdHighWater = 1;
    int spaceIdHighWater = 1;

    /// The highest epoch that was ever handed out.
    long epoch;

    final TreeMap<Integer, String> spaces = new TreeMap<>();
    final TreeMap<Long, FileEntry> files = new TreeMap<>();
    final TreeMap<Long, EpochRange> epochs = new TreeMap<>();

    /// Runs by space; within a space by level, then level 0 newest (by sequence) first and the others by first key.
    private final TreeMap<Integer, List<RunEntry>> runs = new TreeMap<>();

    List<RunEntry> runsOf(int spaceId) {
        return runs.getOrDefault(spaceId, List.of());
    }

    SortedMap<Integer, List<RunEntry>> runs() {
        return runs;
    }

    @Nullable
    Integer spaceId(String name) {
        for (var entry : spaces.entrySet()) {
            if (entry.getValue().equals(name)) return entry.getKey();
        }
        return null;
    }

    void apply(List<ManifestChange> edit) {
        for (ManifestChange change : edit) apply(change);
        check();
    }

    private void apply(ManifestChange change) {
        switch (change) {
            case ManifestChange.Identity(long high, long low, boolean isLogged) -> {
                storeIdHigh = high;
                storeIdLow = low;
                logged = isLogged;
            }
            case ManifestChange.Flushed(long sequence) -> flushedSequence = Math.max(flushedSequence, sequence);
            case ManifestChange.HighWater(long fileIds, int spaceIds) -> {
                fileIdHighWater = Math.max(fileIdHighWater, fileIds);
                spaceIdHighWater = Math.max(spaceIdHighWater, spaceIds);
            }
            case ManifestChange.EpochSet(EpochRange range) -> {
                epochs.put(range.epoch(), range);
                epoch = Math.max(epoch, range.epoch());
            }
            case ManifestChange.EpochForget(long forgotten) -> epochs.remove(forgotten);
            case ManifestChange.SpaceCreate(int spaceId, String name) -> spaces.put(spaceId, name);
            case ManifestChange.SpaceDrop(int spaceId) -> {
                spaces.remove(spaceId);
                runs.remove(spaceId);
            }
            case ManifestChange.FileAdd(long fileId, long bytes, int sections) ->
                files.put(fileId, new FileEntry(bytes, sections));
            case ManifestChange.FileDrop(long fileId) -> files.remove(fileId);
            case ManifestChange.RunAdd(int level, long fileId, Section section) -> add(level, fileId, section);
            case ManifestChange.RunRemove(int spaceId, int level, long fileId) -> remove(spaceId, level, fileId);
        }
    }

    private void add(int level, long fileId, Section section) {
        List<RunEntry> list = runs.computeIfAbsent(section.spaceId(), id -> new ArrayList<>());
        list.add(new RunEntry(level, fileId, section));
        list.sort((a, b) -> {
            if (a.level() != b.level()) return Integer.compare(a.level(), b.level());
            if (a.level() == 0) {
                return Long.compare(b.section().lastSequence(), a.section().lastSequence());
            }
            return java.util.Arrays.compareUnsigned(
                    a.section().firstKey(), b.section().firstKey());
        });
    }

    private void remove(int spaceId, int level, long fileId) {
        List<RunEntry> list = runs.get(spaceId);
        boolean removed = list != null && list.removeIf(run -> run.level() == level && run.fileId() == fileId);
        if (!removed) throw broken("an edit removes run " + fileId + " of space " + spaceId + ", which is not there");
    }

    /// The whole state as one edit, to begin a roll with.
    List<ManifestChange> snapshot() {
        List<ManifestChange> edit = new ArrayList<>();
        edit.add(new ManifestChange.Identity(storeIdHigh, storeIdLow, logged));
        edit.add(new ManifestChange.Flushed(flushedSequence));
        edit.add(new ManifestChange.HighWater(fileIdHighWater, spaceIdHighWater));
        epochs.values().forEach(range -> edit.add(new ManifestChange.EpochSet(range)));
        spaces.forEach((id, name) -> edit.add(new ManifestChange.SpaceCreate(id, name)));
        files.forEach((id, file) -> edit.add(new ManifestChange.FileAdd(id, file.bytes(), file.sections())));
        runs.values()
                .forEach(list -> list.forEach(
                        run -> edit.add(new ManifestChange.RunAdd(run.level(), run.fileId(), run.section()))));
        return edit;
    }

    /// Files that hold runs of this space and of no other.
    List<Long> filesOnlyOf(int spaceId) {
        var files = new java.util.TreeSet<Long>();
        runsOf(spaceId).forEach(run -> files.add(run.fileId()));
        runs.forEach((id, list) -> {
            if (id != spaceId) list.forEach(run -> files.remove(run.fileId()));
        });
        return List.copyOf(files);
    }

    private void check() {
        long open = epochs.values().stream().filter(range -> !range.ended()).count();
        if (open > 1 || (open == 1 && epochs.lastEntry().getValue().ended()))
            throw broken("(4) only the newest epoch has no end");
        if (!spaces.isEmpty() && spaces.lastKey() >= spaceIdHighWater) throw broken("(3) space ids below high water");
        if (!files.isEmpty() && files.lastKey() >= fileIdHighWater) throw broken("(3) file ids below high water");
        runs.forEach((spaceId, list) -> {
            if (!spaces.containsKey(spaceId)) throw broken("(1) runs of unknown space " + spaceId);
            RunEntry previous = null;
            for (RunEntry run : list) {
                FileEntry file = files.get(run.fileId());
                if (file == null) throw broken("(1) run in unknown file " + run.fileId());
                if (run.level() > 0 && file.sections() != 1)
                    throw broken("(5) run on level " + run.level() + " shares file " + run.fileId());
                if (previous != null
                        && previous.level() == run.level()
                        && run.level() > 0
                        && java.util.Arrays.compareUnsigned(
                                        previous.section().lastKey(),
                                        run.section().firstKey())
                                >= 0) {
                    throw broken("(2) runs overlap on level " + run.level() + " of space " + spaceId);
                }
                previous = run;
            }
        });
    }

    private static IllegalStateException broken(String invariant) {
        return new IllegalStateException("manifest: broken invariant: " + invariant);
    }
}
