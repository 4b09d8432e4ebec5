package dev.polder.store;

import dev.polder.disk.Disk;
import dev.polder.disk.DiskFile;
import dev.polder.errors.CorruptionException;
import dev.polder.errors.FileAccessException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.generation.Generation;
import dev.polder.io.Errno;
import dev.polder.run.Run;
import dev.polder.runtime.Mutex;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What the manifest says of a store, and the open files it names: spaces, runs, numbers of files. Every change is an
/// edit of the manifest, durable before anybody sees it.
///
///     lock ─▶ edit (durable, or nothing has changed, or the store fails) ─▶ adopt, retireFiles ─▶ install ─▶ unlock
///                                                                                                   │
///                              a new [Version] from the manifest's state, which readers find  ◀─────┘
///
/// **Always true.** (1) A file that an edit names is complete and synced before the edit, with its directory.
/// (2) A number of a file that was handed out is never used again, not even after a crash: numbers are handed out
/// below a mark that is durable. (3) A file is deleted only when no version names it and no reader is inside that
/// began before that. (4) After an edit nobody takes it for undone: what fails then fails the store.
///
/// **Threads.** Everything but [#state] under [#lock], which is held over the manifest's I/O and comes before the
/// committer's mutex. Readers never come here.
final class Catalog {
    /// File ids reserved at a time.
    private static final int FILE_IDS_AHEAD = 64;

    private final StoreCore store;
    private final Mutex mutex;
    private final Manifest manifest;
    private final Map<Long, DiskFile> files = new HashMap<>();
    private final List<Long> retired = new ArrayList<>(); // until the next version is installed
    private volatile long editNumber;
    private long nextFileId;

    Catalog(StoreCore store, Manifest manifest) {
        this.store = store;
        this.manifest = manifest;
        this.mutex = store.engine.seams().tasks().mutex("catalog");
        this.editNumber = manifest.editNumber();
        this.nextFileId = manifest.state().fileIdHighWater;
    }

    void lock() {
        mutex.lock();
    }

    void unlock() {
        mutex.unlock();
    }

    /// What the manifest says now.
    ManifestState state() {
        return manifest.state();
    }

    long flushedSequence() {
        lock();
        try {
            return manifest.state().flushedSequence;
        } finally {
            unlock();
        }
    }

    // ---- edits ----

    /// Appends one edit to the manifest. A failure fails the store, except for want of space before anything was
    /// written.
    void edit(List<ManifestChange> changes) {
        store.checkUsable();
        try {
            manifest.append(changes);
            editNumber = manifest.editNumber();
        } catch (OutOfSpaceException e) {
            throw e; // nothing of the edit was written
        } catch (Throwable t) {
            throw store.fail("append to the manifest", t);
        }
    }

    /// The number of the last edit; without the lock.
    long editNumber() {
        return editNumber;
    }

    /// The manifest goes on in a new pair of files.
    void roll() {
        manifest.rollOver();
        editNumber = manifest.editNumber();
    }

    // ---- spaces ----

    /// See [StoreCore#createSpace].
    int createSpace(String name) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        if (utf8.length == 0 || utf8.length > ManifestFormat.NAME_BYTES_MAX || name.indexOf(0) >= 0) {
            throw new IllegalArgumentException("space name of " + utf8.length + " bytes: use 1 to "
                    + ManifestFormat.NAME_BYTES_MAX + " bytes of UTF-8 without NUL");
        }
        makePrefixDurable();
        lock();
        try {
            store.checkWritable();
            ManifestState state = manifest.state();
            Integer raced = state.spaceId(name);
            if (raced != null) return raced;
            int id = state.spaceIdHighWater;
            if (state.spaces.size() >= store.engine.limits().spaces()) {
                throw new IllegalStateException(
                        "the store has " + state.spaces.size() + " spaces, which is the limit: " + store.directory());
            }
            edit(List.of(
                    new ManifestChange.HighWater(state.fileIdHighWater, id + 1),
                    new ManifestChange.SpaceCreate(id, name)));
            install(List.of());
            return id;
        } finally {
            unlock();
        }
    }

    /// See [StoreCore#dropSpace].
    boolean dropSpace(String name) {
        makePrefixDurable();
        lock();
        try {
            store.checkWritable();
            Integer id = manifest.state().spaceId(name);
            if (id == null) return false;
            List<Long> dead = manifest.state().filesOnlyOf(id);
            List<ManifestChange> changes = new ArrayList<>();
            changes.add(new ManifestChange.SpaceDrop(id));
            dead.forEach(fileId -> changes.add(new ManifestChange.FileDrop(fileId)));
            edit(changes); // one: after a part of it nobody would know whether the space is there
            retireFiles(dead);
            install(List.of());
            if (!dead.isEmpty()) store.engine.requestMerge(store); // the merger deletes what readers have left
            return true;
        } finally {
            unlock();
        }
    }

    private void makePrefixDurable() {
        if (manifest.state().logged) store.committer.sync();
        else if (store.committer.lastSequence() > flushedSequence()) store.flush();
    }

    // ---- files ----

    /// The same as [#newFileId], taking the lock.
    long reserveFileId() {
        lock();
        try {
            return newFileId();
        } finally {
            unlock();
        }
    }

    /// An id for a new file, below the durable mark.
    private long newFileId() {
        if (nextFileId >= manifest.state().fileIdHighWater) {
            edit(List.of(new ManifestChange.HighWater(nextFileId + FILE_IDS_AHEAD, manifest.state().spaceIdHighWater)));
        }
        return nextFileId++;
    }

    /// A mark for file ids that leaves some to hand out without another edit.
    long fileIdsToReserve() {
        return nextFileId + FILE_IDS_AHEAD;
    }

    /// A file for a new run; without the lock. Its number is new, so a file that bears it was written under another
    /// manifest, and may be the only copy of what is in it.
    DiskFile createRun(long fileId) {
        Path path = StoreFiles.run(store.directory(), fileId);
        store.disk().refuseUnlessFile(path);
        if (store.disk().exists(path)) throw neverGivenAway(path);
        return store.disk().create(path, true);
    }

    /// Looks for files whose numbers no edit has given away (2): the manifest is too old for them.
    static void checkFileIds(Disk disk, Path directory, ManifestState state) {
        for (String name : disk.list(directory)) {
            if (StoreFiles.fileId(name) >= state.fileIdHighWater) throw neverGivenAway(directory.resolve(name));
        }
    }

    private static CorruptionException neverGivenAway(Path path) {
        return new CorruptionException(
                path.toString(),
                0,
                "the file is there, and the manifest never gave its number away; the manifest was replaced by an old"
                        + " copy or lost its last edits, or somebody put the file there");
    }

    /// A run that was just written stays open, under the name the pool knows its blocks by; its edit is durable.
    void adopt(long fileId, DiskFile file) {
        files.put(fileId, file);
    }

    /// Deletes files once the last reader has left; before [#install].
    void retireFiles(Collection<Long> dead) {
        retired.addAll(dead);
    }

    private DiskFile file(long fileId) {
        return files.computeIfAbsent(fileId, id -> openRun(store.disk(), store.directory(), id));
    }

    /// The file of a run, to be read.
    static DiskFile openRun(Disk disk, Path directory, long fileId) {
        Path path = StoreFiles.run(directory, fileId);
        try {
            return disk.open(path, false, true);
        } catch (FileAccessException e) {
            if (e.errno() != Errno.ENOENT) throw e;
            throw new CorruptionException(path.toString(), 0, "the file is missing, though the manifest names it");
        }
    }

    // ---- versions ----

    /// Makes a new version of the manifest's state current, without the generations that were merged. The edit behind
    /// it is durable, so a failure (a new run cannot be opened) fails the store: nobody may take the edit for
    /// undone and delete its files.
    void install(List<Generation> merged) {
        store.replaceVersion(merged);
        List<DiskFile> unread = new ArrayList<>();
        for (Long dead : retired) {
            DiskFile file = files.remove(dead);
            if (file != null) unread.add(file);
            store.retirement.add(true, () -> Discarded.delete(store, dead, file));
        }
        retired.clear();
        if (!unread.isEmpty()) store.retirement.add(true, () -> forget(unread));
        store.reclaim();
    }

    /// The version of the manifest's state, with the generations of another; opens the runs that are new in it.
    Version rebuilt(Version old) {
        ManifestState state = manifest.state();
        Map<String, Integer> names = new HashMap<>();
        state.spaces.forEach((id, name) -> names.put(name, id));
        List<Version.SpaceRuns> spaces = new ArrayList<>();
        for (int id : state.spaces.keySet()) spaces.add(runsOf(id, state, old));
        return new Version(
                old.number() + 1, old.generations(), spaces.toArray(Version.SpaceRuns[]::new), Map.copyOf(names));
    }

    private Version.SpaceRuns runsOf(int spaceId, ManifestState state, Version old) {
        Map<Long, Run> known = new HashMap<>();
        Version.SpaceRuns before = old.spaceOrNull(spaceId);
        if (before != null) {
            for (Run[] level : before.levels()) for (Run run : level) known.put(run.fileId(), run);
        }
        List<List<Run>> levels = new ArrayList<>();
        for (ManifestState.RunEntry entry : state.runsOf(spaceId)) {
            while (levels.size() <= entry.level()) levels.add(new ArrayList<>());
            Run same = known.get(entry.fileId()); // a file is never changed, and holds one section of a space
            levels.get(entry.level()).add(same != null ? same : opened(entry, state));
        }
        return new Version.SpaceRuns(
                spaceId, levels.stream().map(level -> level.toArray(Run[]::new)).toArray(Run[][]::new));
    }

    private Run opened(ManifestState.RunEntry entry, ManifestState state) {
        return run(entry, file(entry.fileId()), state);
    }

    static Run run(ManifestState.RunEntry entry, DiskFile file, ManifestState state) {
        boolean alone = Objects.requireNonNull(state.files.get(entry.fileId())).sections() == 1;
        return new Run(entry.fileId(), file, entry.section(), alone);
    }

    // ---- the end ----

    void closeManifest() {
        manifest.close();
    }

    /// Nobody reads or writes any more.
    void closeFiles() {
        forget(files.values());
        files.values().forEach(DiskFile::close);
    }

    private void forget(Collection<DiskFile> unread) {
        store.engine
                .loader()
                .forget(unread.stream().mapToLong(DiskFile::openNumber).sorted().toArray());
    }
}
