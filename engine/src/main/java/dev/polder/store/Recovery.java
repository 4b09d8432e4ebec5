package dev.polder.store;

import dev.polder.disk.Disk;
import dev.polder.errors.BudgetExceededException;
import dev.polder.errors.NotAStoreException;
import dev.polder.errors.OutOfSpaceException;
import dev.polder.events.Events;
import dev.polder.io.IoEngine.AutoCloseableLock;
import dev.polder.io.Notices;
import dev.polder.log.EpochRange;
import dev.polder.log.LogBounds;
import dev.polder.log.LogReader;
import dev.polder.log.LogWriter;
import dev.polder.log.Recovered;
import dev.polder.log.StoreId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How a store comes to life, and how it ends well.
///
///     lock ─▶ manifest ─▶ replay the log after F ─▶ sync what was replayed ─▶ one edit: the old epoch ended here,
///                                                       a new one begins ─▶ delete what no edit names ─▶ serve
///
/// **Why in this order.** What was replayed may be in the operating system's cache only (after a kill); it is synced
/// before the edit names it as the end of the epoch, because before that end everything must be valid from then on.
/// The edit is a new roll of the manifest: durable before the first group of the new epoch. A crash anywhere in
/// between finds the old roll and does it again; merges that recovery had to do to make room move `F` and are
/// harmless.
///
/// **Short sessions.** A session that writes little leaves what it wrote in the log, and so one epoch and its segment.
/// The open that finds more than [StoreLimits#logEpochs] of them merges all that it replayed; then none is needed.
final class Recovery {
    private Recovery() {}

    static StoreCore open(EngineCore engine, Path directory, StoreSettings settings) {
        Disk disk = engine.disk();
        engine.retain();
        dev.polder.events.Recovery event = Events.recovery();
        long replayed = 0;
        boolean failed = true;
        AutoCloseableLock lock = null;
        StoreCore store = null;
        try {
            prepareDirectory(disk, directory, settings);
            lock = lock(disk, directory, settings);
            store = new StoreCore(engine, directory, settings, lock, manifest(engine, directory, settings));
            long flushed = store.catalog.flushedSequence();
            replay(store);
            replayed = store.visible() - flushed;
            failed = false;
            return store;
        } catch (Throwable t) {
            if (store != null) store.abandon();
            if (lock != null) lock.close();
            engine.release();
            throw t;
        } finally {
            if (event != null) event.end(directory.toString(), replayed, failed);
        }
    }

    /// Takes the store for us, with nothing in it that is in our way.
    static AutoCloseableLock lock(Disk disk, Path directory, StoreSettings settings) {
        Path file = StoreFiles.lock(directory);
        disk.refuseUnlessFile(file);
        AutoCloseableLock lock = settings.readOnly() ? disk.lockShared(file) : disk.lock(file);
        try {
            for (String name : disk.list(directory)) {
                boolean ours = StoreFiles.fileId(name) >= 0 || StoreFiles.roll(name) >= 0;
                if (ours) disk.refuseUnlessFile(directory.resolve(name));
            }
            return lock;
        } catch (Throwable t) {
            lock.close();
            throw t;
        }
    }

    static void prepareDirectory(Disk disk, Path directory, StoreSettings settings) {
        refuseIfFile(disk, directory);
        if (Manifest.exists(disk, directory)) return;
        if (settings.readOnly() || !settings.create()) {
            throw new NotAStoreException(
                    "not a store: " + directory + (disk.exists(directory) ? " holds no manifest" : " does not exist")
                            + ". Give the directory of a Polder store, or create one by opening it for writing.");
        }
        List<String> foreign = disk.list(directory).stream()
                .filter(name -> !name.equals(StoreFiles.LOCK) && !Notices.isOne(name))
                .toList();
        if (!foreign.isEmpty()) {
            throw new NotAStoreException("not a store: " + directory + " holds no manifest but other files, such as "
                    + foreign.getFirst() + ". Give an empty or a new directory; nothing was changed.");
        }
        createDurably(disk, directory);
    }

    private static void refuseIfFile(Disk disk, Path directory) {
        for (Path at = directory; at != null; at = at.getParent()) {
            if (!disk.exists(at)) continue;
            if (disk.isDirectory(at)) return;
            throw new NotAStoreException("not a store: " + at + " is a file"
                    + (at.equals(directory) ? "" : ", so that " + directory + " cannot be in it")
                    + ". Give the directory of a Polder store, or of one that is to be created; nothing was changed.");
        }
    }

    /// Creates the directory and its missing parents, each durable in its own parent.
    private static void createDurably(Disk disk, Path directory) {
        List<Path> missing = new ArrayList<>();
        for (Path at = directory; at != null && !disk.exists(at); at = at.getParent()) missing.add(at);
        disk.createDirectories(directory);
        for (Path made : missing.reversed()) {
            Path parent = made.getParent();
            if (parent != null) disk.syncDirectory(parent);
        }
    }

    static Manifest manifest(EngineCore engine, Path directory, StoreSettings settings) {
        Disk disk = engine.disk();
        Manifest.Scratch scratch = engine.manifestScratch();
        long rollBytesMin = engine.settings().manifestRollBytes();
        if (Manifest.exists(disk, directory) && !halfCreated(disk, directory, scratch)) {
            Manifest manifest = Manifest.read(disk, directory, scratch, rollBytesMin);
            Catalog.checkFileIds(disk, directory, manifest.state());
            return manifest;
        }
        if (settings.readOnly() || !settings.create()) {
            throw new NotAStoreException("not a store: the creation of one in " + directory
                    + " was begun and not ended. Nothing was ever in it: create it by opening it for writing.");
        }
        StoreId id = StoreId.random(engine.seams().entropy());
        return Manifest.create(disk, directory, scratch, rollBytesMin, id, settings.logged());
    }

    /// The power went while the very first manifest was written: there is nothing else in the directory, so nothing
    /// is lost.
    private static boolean halfCreated(Disk disk, Path directory, Manifest.Scratch scratch) {
        List<String> names = disk.list(directory);
        boolean onlyFirstRoll = names.stream()
                .allMatch(name -> name.equals(StoreFiles.LOCK) || Notices.isOne(name) || StoreFiles.roll(name) == 1);
        return onlyFirstRoll && !Manifest.anyValid(disk, directory, 1, scratch);
    }

    /// Files that the manifest does not know: outputs of merges whose edit never became durable. Only once the
    /// log has agreed with the manifest: to one from an old backup the newest files are unknown too, and needed.
    private static void deleteOrphans(StoreCore store) {
        for (String name : store.disk().list(store.directory())) {
            long fileId = StoreFiles.fileId(name);
            if (fileId >= 0 && !store.catalog.state().files.containsKey(fileId)) {
                store.disk().delete(store.directory().resolve(name));
            }
        }
    }

    private static void replay(StoreCore store) {
        ManifestState state = store.catalog.state();
        Recovered recovered = state.logged ? readLog(store) : Recovered.nothing();
        long last = Math.max(state.flushedSequence, recovered.lastSequence());
        if (store.readOnly()) {
            store.opened(last, null);
            return;
        }
        if (recovered.epochs().size() > store.engine.limits().logEpochs()) mergeReplayed(store);
        begin(store, recovered, last);
    }

    private static void mergeReplayed(StoreCore store) {
        try {
            store.merger.mergeAll();
        } catch (OutOfSpaceException e) {
            // a store opens on a full device; it holds its epochs until a merge or the next open has space
        }
    }

    private static Recovered readLog(StoreCore store) {
        ManifestState state = store.catalog.state();
        return readLog(store.engine, store.directory(), state, store.catalog.editNumber(), new Replay(store));
    }

    static Recovered readLog(
            EngineCore engine, Path directory, ManifestState state, long editNumber, LogReader.Sink sink) {
        LogBounds bounds = new LogBounds(
                new StoreId(state.storeIdHigh, state.storeIdLow),
                state.epoch,
                List.copyOf(state.epochs.values()),
                state.flushedSequence,
                editNumber);
        LogStaging staging = engine.staging();
        long window = staging.lendLarge();
        try {
            return LogReader.replay(engine.disk(), directory, bounds, window, staging.largeBytes(), sink);
        } finally {
            staging.giveBackLarge(window);
        }
    }

    private static void begin(StoreCore store, Recovered recovered, long last) {
        ManifestState state = store.catalog.state();
        recovered.sync(store.disk());
        List<ManifestChange> changes = new ArrayList<>();
        LogWriter writer = null;
        if (state.logged) {
            changes.addAll(epochChanges(
                    state,
                    recovered.epochs().stream()
                            .filter(range -> range.lastSequence() > state.flushedSequence)
                            .toList()));
            changes.add(new ManifestChange.EpochSet(EpochRange.open(state.epoch + 1, recovered.nextSegment())));
        }
        changes.add(new ManifestChange.HighWater(store.catalog.fileIdsToReserve(), state.spaceIdHighWater));
        state.apply(changes);
        store.catalog.roll();
        deleteOrphans(store);
        if (state.logged) {
            writer = LogWriter.create(
                    store.disk(),
                    store.directory(),
                    new StoreId(state.storeIdHigh, state.storeIdLow),
                    state.epoch,
                    recovered,
                    store.engine.logConfig().withSegmentsAtMost(store.space.segmentBytesMax()),
                    store.engine.logScratch(),
                    store.engine.seams());
            boolean oldLogNeeded = last > state.flushedSequence;
            if (!oldLogNeeded) writer.releaseBefore(state.flushedSequence);
        }
        store.opened(last, writer);
        store.engine.requestMerge(store); // of what a full device kept from being merged
        store.engine.requestCompaction(store);
    }

    /// What an edit must say so that the manifest knows exactly these epochs.
    static List<ManifestChange> epochChanges(ManifestState state, List<EpochRange> epochs) {
        List<ManifestChange> changes = new ArrayList<>();
        for (long known : state.epochs.keySet()) {
            if (epochs.stream().noneMatch(range -> range.epoch() == known)) {
                changes.add(new ManifestChange.EpochForget(known));
            }
        }
        epochs.forEach(range -> changes.add(new ManifestChange.EpochSet(range)));
        return changes;
    }

    /// The last act of a store in good health. On a full disk it does less, and nothing is lost: what is not merged
    /// is in the log, and an end that is not named is found again.
    static void closeCleanly(StoreCore store) {
        LogWriter writer = store.log;
        boolean large = store.unmergedBytes() > store.engine.closeMergeBytes();
        if (writer == null) {
            store.merger.mergeAll();
            return;
        }
        try {
            if (large) store.merger.mergeAll();
        } catch (OutOfSpaceException e) {
            // it stays in the log
        }
        store.committer.sync();
        store.catalog.lock();
        try {
            ManifestState state = store.catalog.state();
            store.catalog.edit(epochChanges(state, writer.epochsAtClose(state.flushedSequence)));
        } catch (OutOfSpaceException e) {
            // the next open finds the end of the log by itself
        } finally {
            store.catalog.unlock();
        }
    }

    /// Puts replayed groups into generations and merges each full one on the spot; on a full disk only when memory
    /// runs short, so that a store whose log fits its memory can be opened there.
    private static final class Replay implements LogReader.Sink {
        private final StoreCore store;
        private boolean diskFull;

        Replay(StoreCore store) {
            this.store = store;
        }

        @Override
        public void group(long firstSequence, int count, long payload, int payloadBytes) {
            store.committer.mutex.lock();
            try {
                if (store.version().active().bytes() >= store.engine.sealBytes()) sealActive();
                if (!store.version().active().reserve(payload, payloadBytes)) {
                    mergeActive();
                    awaitMemory(payload, payloadBytes);
                }
                store.version().active().apply(payload, payloadBytes, firstSequence);
            } finally {
                store.committer.mutex.unlock();
            }
        }

        /// What this store could free is free; the rest is held by others, who merge when they are asked.
        private void awaitMemory(long payload, int payloadBytes) {
            long deadline = store.engine.seams().clock().nanoTime() + store.engine.stallNanos();
            while (!store.version().active().reserve(payload, payloadBytes)) {
                store.engine.relieve();
                if (store.engine.seams().clock().nanoTime() - deadline >= 0) {
                    throw new BudgetExceededException(
                            "recovery of " + store.directory() + " needs memory for a group of " + payloadBytes
                                    + " bytes and finds none. Open fewer stores at once, or give the engine more memory.");
                }
                store.engine.seams().tasks().sleep(1_000_000);
            }
        }

        private void sealActive() {
            if (store.readOnly()) return;
            try {
                if (diskFull) store.installSealed();
                else mergeActive();
            } catch (OutOfSpaceException e) {
                diskFull = true; // what was replayed is in memory still, and the merger will try again
            }
        }

        private void mergeActive() {
            if (store.readOnly()) return;
            if (store.version().active().entries() > 0) store.installSealed();
            if (store.version().generations().length == 1) return;
            store.committer.mutex.unlock();
            try {
                store.merger.mergeAll();
            } finally {
                store.committer.mutex.lock();
            }
        }
    }
}
