package dev.polder.store;

import dev.polder.block.BlockKeeper;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.events.Events;
import dev.polder.generation.EntryIndex;
import dev.polder.generation.Generation;
import dev.polder.log.LogWriter;
import dev.polder.run.EntrySource;
import dev.polder.run.FormerBlocks;
import dev.polder.run.GenerationSource;
import dev.polder.run.Merge;
import dev.polder.run.MergeRules;
import dev.polder.run.RunWriter;
import dev.polder.run.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Moves sealed generations into runs: one file of level 0 with a section for each space, one manifest edit, then the
/// memory and the log behind it are free.
///
///     sealed generations ─▶ run file ─▶ sync file, sync directory ─▶ one edit {file, runs, F, epochs} ─▶ new version
///                                                                                                  ─▶ release, recycle
///
/// A spilled batch ([Spills]) joins the last of these edits that comes before it, while writers are held.
///
/// **Always true.** (1) Generations are merged oldest first, and `F` is the last sequence of the newest that is in
/// the edit: so what runs hold is a prefix. (2) No edit publishes a part of a merge. (3) A file whose edit did not
/// happen is deleted, here or at the next open; its id is never used again. A failed write or sync of a run file only
/// costs that file: it is written anew under another id, after a pause. A failed edit fails the store.
///
/// **Threads.** One task at a time works on one store ([WorkQueue] sees to it).
final class Merger {
    private static final long RETRY_NANOS = 100_000_000;

    /// The merge's copy of the current key, at the start of the merger's memory; the rest is the writer's.
    private static final int KEY_BYTES = 4096;

    /// What a spilled batch may leave for the time when writers are held, if it is not more after so many merges.
    private static final long REST_BYTES = 256 << 10;

    private static final int CATCH_UPS_MAX = 4;

    private final StoreCore store;
    private volatile @Nullable PolderException lastFailure;
    private final AtomicInteger failures = new AtomicInteger();
    private volatile boolean sealFirst;
    private volatile boolean prepareLog;
    private final AtomicLong mergedBytes = new AtomicLong();
    private long retryAt;

    Merger(StoreCore store) {
        this.store = store;
    }

    /// Why the last merge failed, or `null` if it succeeded.
    @Nullable
    PolderException lastFailure() {
        return lastFailure;
    }

    /// How many merges have failed.
    int failures() {
        return failures.get();
    }

    /// Throws the last failure if a merge has failed since `failures` were counted.
    void throwIfFailedSince(int counted) {
        PolderException failure = lastFailure;
        if (failure != null && failures.get() != counted) throw failure;
    }

    long mergedBytes() {
        return mergedBytes.get();
    }

    /// Asks that the active generation be sealed before the next merge.
    void sealBeforeNextStep() {
        sealFirst = true;
    }

    /// Asks for the log's next segment to be made ahead of need.
    void prepareLogBeforeNextStep() {
        if (prepareLog) return;
        prepareLog = true;
        store.engine.requestMerge(store);
    }

    /// One step for the queue: merges whatever is sealed.
    boolean step() {
        if (store.failure() != null || store.closing()) return false;
        if (sealFirst) {
            sealFirst = false;
            store.committer.requestSeal();
        }
        store.reclaimFiles();
        prepareLog();
        if (sealed().isEmpty() && !store.spills.anyWaiting()) return pause(store.hasRetired());
        long now = store.engine.seams().clock().nanoTime();
        if (lastFailure != null && now - retryAt < 0) return pause(true);
        try {
            SpilledBatch batch = store.spills.takeOrNull();
            if (batch != null) publishSpilled(batch);
            else if (!sealed().isEmpty()) merge(sealed());
            lastFailure = null;
        } catch (PolderException e) {
            lastFailure = e;
            failures.incrementAndGet();
            retryAt = store.engine.seams().clock().nanoTime() + RETRY_NANOS;
        }
        store.committer.wakeAll();
        store.engine.requestCompaction(store);
        return !sealed().isEmpty() || store.spills.anyWaiting();
    }

    private void prepareLog() {
        LogWriter log = store.log;
        if (log == null || !prepareLog) return;
        prepareLog = false;
        try {
            log.prepareNext();
        } catch (StoreFailedException e) {
            store.stop("make the next segment of the log", e);
        } catch (PolderException e) {
            // The writer that needs the segment tries for itself, and is told.
        }
    }

    /// Waits a little when there is something to wait for.
    private boolean pause(boolean again) {
        if (again) store.engine.seams().tasks().sleep(1_000_000);
        return again && !store.closing();
    }

    /// Merges everything, sealed or not, in the calling thread: while opening and closing, when no task works on the
    /// store.
    void mergeAll() {
        store.sealForMerge();
        List<Generation> generations = sealed();
        if (!generations.isEmpty()) merge(generations);
        store.reclaim();
    }

    /// Oldest first.
    private List<Generation> sealed() {
        Generation[] all = store.version().generations();
        List<Generation> sealed = new ArrayList<>();
        for (int i = all.length - 1; i > 0; i--) sealed.add(all[i]);
        return sealed;
    }

    private void merge(List<Generation> generations) {
        BlockKeeper keeper = merge(generations, null);
        releaseLog(generations.getLast().lastSequence());
        store.bringBack(keeper, false, () -> sealed().isEmpty());
    }

    /// Merges until little is left, while writers go on; then holds them, and publishes the rest and the batch.
    private void publishSpilled(SpilledBatch batch) {
        Throwable failure = null;
        long heldNanos = 0;
        try {
            for (int i = 0; i < CATCH_UPS_MAX && store.unmergedBytes() > REST_BYTES; i++) {
                store.sealForMerge();
                if (!sealed().isEmpty()) merge(sealed());
            }
            long start = store.engine.seams().clock().nanoTime();
            store.committer.hold();
            try {
                store.sealForMerge();
                var _ = merge(sealed(), batch);
            } finally {
                store.committer.letGo();
                heldNanos = store.engine.seams().clock().nanoTime() - start;
            }
        } catch (Throwable t) {
            failure = t;
            throw t;
        } finally {
            store.spills.settle(batch, failure, heldNanos);
        }
        if (batch.sequence() != 0) releaseLog(batch.sequence());
    }

    private void releaseLog(long sequence) {
        LogWriter log = store.log;
        if (log != null) log.releaseBefore(sequence);
    }

    /// Returns what is to be brought back.
    private BlockKeeper merge(List<Generation> generations, @Nullable SpilledBatch batch) {
        dev.polder.events.Merge event = Events.merge();
        long before = mergedBytes.get();
        boolean failed = true;
        try {
            BlockKeeper keeper = writeAndPublish(generations, batch);
            failed = false;
            return keeper;
        } finally {
            if (event != null) {
                event.end(
                        store.directory().toString(),
                        generations.size(),
                        mergedBytes.get() - before,
                        batch != null,
                        failed);
            }
        }
    }

    private BlockKeeper writeAndPublish(List<Generation> generations, @Nullable SpilledBatch batch) {
        BlockKeeper keeper = store.engine.loader().keeper();
        Output output = generations.isEmpty() ? Output.NONE : write(generations, keeper);
        try {
            publish(generations, output, batch);
        } catch (PolderException e) {
            if (store.failure() == null) discard(output.fileId, output.file);
            else if (output.file != null) output.file.close(); // the edit is in doubt: the next open deletes it or not
            throw e;
        }
        return keeper;
    }

    /// @param file `null` if nothing was to be written
    private record Output(long fileId, @Nullable DiskFile file, long bytes, List<Section> sections) {
        static final Output NONE = new Output(0, null, 0, List.of());
    }

    private Output write(List<Generation> generations, BlockKeeper keeper) {
        MergeMemory.Stretch memory = store.engine.mergeMemory().lendForMerger();
        try {
            return write(generations, memory, keeper);
        } finally {
            store.engine.mergeMemory().giveBack(memory);
        }
    }

    private Output write(List<Generation> generations, MergeMemory.Stretch all, BlockKeeper keeper) {
        long fileId = store.catalog.reserveFileId();
        DiskFile file = store.catalog.createRun(fileId);
        try {
            MergeMemory.Stretch memory = all.part(KEY_BYTES, all.bytes() - KEY_BYTES);
            List<Section> sections = new ArrayList<>();
            long bytes;
            try (RunWriter writer = new RunWriter(
                            file,
                            memory.address(),
                            memory.bytes(),
                            true,
                            store.engine.codecs(),
                            store.engine.runConfig(),
                            Lane.MERGE)
                    .keeping(keeper)) {
                long[] keep = store.snapshots.sequencesFor(store.committer::visible);
                for (int spaceId : spacesOf(generations)) {
                    FormerBlocks formers = formers(spaceId, keeper);
                    Section section = section(writer, generations, spaceId, keep, all.address(), formers);
                    if (section != null) sections.add(section);
                }
                bytes = writer.finish();
            }
            file.sync(Lane.MERGE);
            store.disk().syncDirectory(store.directory());
            return new Output(fileId, file, bytes, sections);
        } catch (Throwable t) {
            discard(fileId, file);
            throw t;
        }
    }

    private SortedSet<Integer> spacesOf(List<Generation> generations) {
        TreeSet<Integer> ids = new TreeSet<>();
        for (Generation generation : generations) {
            for (int id : generation.spaceIds()) if (store.version().spaceOrNull(id) != null) ids.add(id);
        }
        return ids;
    }

    private @Nullable FormerBlocks formers(int spaceId, BlockKeeper keeper) {
        Version.SpaceRuns runs = store.version().spaceOrNull(spaceId);
        return runs == null ? null : new FormerBlocks(runs.levels(), store.engine.loader(), keeper);
    }

    private @Nullable Section section(
            RunWriter writer,
            List<Generation> generations,
            int spaceId,
            long[] keep,
            long key,
            @Nullable FormerBlocks formers) {
        List<EntrySource> newestFirst = new ArrayList<>();
        for (Generation generation : generations.reversed()) {
            EntryIndex index = generation.space(spaceId);
            if (index != null) newestFirst.add(new GenerationSource(index, formers));
        }
        MergeRules rules = new MergeRules(keep, false);
        return new Merge(newestFirst, 0, rules, key, (in, out) -> {}).intoSection(writer, spaceId);
    }

    /// @param batch in the same edit, behind the generations; writers are held
    private void publish(List<Generation> generations, Output output, @Nullable SpilledBatch batch) {
        store.catalog.lock();
        try {
            ManifestState state = store.catalog.state();
            SpilledBatch spilled = batch != null && batch.fits(state) ? batch : null;
            if (spilled == null && generations.isEmpty()) return;
            long flushed = spilled != null
                    ? store.committer.beginSpilled()
                    : generations.getLast().lastSequence();
            List<ManifestChange> changes = new ArrayList<>();
            List<Section> live = output.sections.stream()
                    .filter(section -> state.spaces.containsKey(section.spaceId()))
                    .toList();
            int sections = output.sections.size();
            if (!live.isEmpty()) changes.add(new ManifestChange.FileAdd(output.fileId, output.bytes, sections));
            live.forEach(section -> changes.add(new ManifestChange.RunAdd(0, output.fileId, section)));
            if (spilled != null) spilled.addTo(changes, flushed);
            changes.add(new ManifestChange.Flushed(flushed));
            LogWriter log = store.log;
            if (log != null) changes.addAll(Recovery.epochChanges(state, log.epochsAfter(flushed)));
            if (spilled != null) spilled.beginEdit();
            store.catalog.edit(changes);
            if (live.isEmpty()) discard(output.fileId, output.file);
            else if (output.file != null) store.catalog.adopt(output.fileId, output.file);
            store.catalog.install(generations);
            mergedBytes.addAndGet(output.bytes);
            if (spilled != null) {
                store.committer.endSpilled(spilled.note, flushed);
                mergedBytes.addAndGet(spilled.fileBytes);
                spilled.published(flushed);
            }
        } finally {
            store.catalog.unlock();
        }
    }

    private void discard(long fileId, @Nullable DiskFile file) {
        if (file != null) Discarded.delete(store, fileId, file);
    }
}
