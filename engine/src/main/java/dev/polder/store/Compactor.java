package dev.polder.store;

import dev.polder.block.BlockKeeper;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.errors.PolderException;
import dev.polder.events.Compaction;
import dev.polder.events.Events;
import dev.polder.run.EntrySource;
import dev.polder.run.LevelPicker;
import dev.polder.run.LevelPicker.Pick;
import dev.polder.run.LevelShape;
import dev.polder.run.LevelShape.RunInfo;
import dev.polder.run.Merge;
import dev.polder.run.MergeRules;
import dev.polder.run.Run;
import dev.polder.run.RunScanner;
import dev.polder.run.RunWriter;
import dev.polder.run.RunsSource;
import dev.polder.run.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Keeps the runs of a store's spaces in shape, in the background: asks [LevelPicker] what is most urgent, merges,
/// and publishes by one manifest edit. Nobody waits for it, but writers are slowed, smoothly, as level 0 grows.
///
/// **Always true.** (1) Inputs stay readable until the edit is durable and the last reader has left. (2) An output
/// whose edit did not happen is deleted, here or at the next open. (3) A compaction of a store that closes, or of a
/// space that was dropped meanwhile, ends without a trace. A failed read or write costs the outputs only; it is tried
/// again after a pause.
///
/// **Threads.** One task at a time works on one store ([WorkQueue] sees to it).
final class Compactor {
    private static final double NANOS_PER_BYTE = 2;
    /// By how much more writers are slowed for each further run in level 0.
    private static final double GROWTH = 1.6;
    private static final long DELAY_NANOS_MAX = 50_000_000;
    private static final long SPILL_DELAY_NANOS_MAX = 5_000_000_000L;
    private static final long RUNS_POLL_NANOS = 1_000_000;
    private static final long RETRY_NANOS = 100_000_000;

    /// The pause after a failure doubles up to 25 s: a run that cannot be read stays so, and each try reads up to it.
    private static final int RETRY_DOUBLINGS = 8;

    private final StoreCore store;
    private final LevelPicker picker;
    private final int slowedRuns;
    /// By space and level. The lists are replaced, never changed: others than the compacting task look at them.
    private final Map<Integer, List<byte @Nullable []>> cursors = new ConcurrentHashMap<>();
    private volatile int level0Runs;
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private final AtomicLong throttledNanos = new AtomicLong();
    private volatile @Nullable PolderException lastFailure;
    private final AtomicInteger failures = new AtomicInteger();
    private int failuresInARow;
    private long retryAt;

    Compactor(StoreCore store) {
        this.store = store;
        picker = new LevelPicker(store.engine.settings().levels());
        slowedRuns = store.engine.limits().slowedRuns();
    }

    // ---- how writers feel it ----

    /// Called with every new version.
    void changed(Version version) {
        int most = 0;
        for (Version.SpaceRuns space : version.spaces()) {
            if (space.levels().length > 0) most = Math.max(most, space.levels()[0].length);
        }
        level0Runs = most;
    }

    /// How long a write of `bytes` must wait, so that level 0 stops growing before reads suffer.
    long delayNanos(int bytes) {
        int excess = level0Runs - slowedRuns;
        if (excess < 0) return 0;
        double nanos = bytes * NANOS_PER_BYTE * Math.pow(GROWTH, Math.min(excess, 40));
        long delay = (long) Math.min(DELAY_NANOS_MAX, nanos);
        throttledNanos.addAndGet(delay);
        return delay;
    }

    /// Waits while level 0 has so many runs that ordinary writes are slowed: a spilled batch adds one that may be huge.
    /// Not for ever, for compaction may be failing: then it goes on like they do.
    void awaitFewerRuns() {
        long start = store.engine.seams().clock().nanoTime();
        long waited = 0;
        while (level0Runs >= slowedRuns && waited < SPILL_DELAY_NANOS_MAX) {
            store.checkWritable();
            store.engine.requestCompaction(store);
            store.engine.seams().tasks().sleep(RUNS_POLL_NANOS);
            waited = store.engine.seams().clock().nanoTime() - start;
        }
        throttledNanos.addAndGet(waited);
    }

    long throttledNanos() {
        return throttledNanos.get();
    }

    long bytesIn() {
        return bytesIn.get();
    }

    long bytesOut() {
        return bytesOut.get();
    }

    /// How many compactions have failed.
    int failures() {
        return failures.get();
    }

    /// Throws the last failure if a compaction has failed since `failures` were counted.
    void throwIfFailedSince(int counted) {
        PolderException failure = lastFailure;
        if (failure != null && failures.get() != counted) throw failure;
    }

    /// Bytes that wait to be merged, in all spaces.
    long debtBytes() {
        Version version = store.version();
        long debt = 0;
        for (Version.SpaceRuns space : version.spaces()) debt += picker.debtBytes(shape(space));
        return debt;
    }

    boolean hasWork() {
        return pick(store.version()) != null;
    }

    // ---- the work ----

    private record Job(Version.SpaceRuns space, Pick pick) {}

    /// One step for the queue: one compaction.
    boolean step() {
        if (store.failure() != null || store.closing()) return false;
        store.reclaimFiles();
        long now = store.engine.seams().clock().nanoTime();
        if (lastFailure != null && now - retryAt < 0) {
            store.engine.seams().tasks().sleep(1_000_000);
            return !store.closing();
        }
        BlockKeeper keeper = store.engine.loader().keeper();
        try {
            if (!step(keeper)) return nothingToDo();
            lastFailure = null;
            failuresInARow = 0;
            store.bringBack(keeper, true, () -> true);
        } catch (Cancelled e) {
            return false;
        } catch (PolderException e) {
            lastFailure = e;
            int inARow = failuresInARow++;
            failures.incrementAndGet();
            retryAt = store.engine.seams().clock().nanoTime() + (RETRY_NANOS << Math.min(inARow, RETRY_DOUBLINGS));
        }
        return true;
    }

    private boolean step(BlockKeeper keeper) {
        try (StoreCore.Hold hold = store.holdFilesOrNull()) { // dropping a space must not take its files from under us
            Job job = hold == null ? null : pick(hold.version());
            if (job == null) return false;
            work(job, keeper);
            return true;
        }
    }

    private void work(Job job, BlockKeeper keeper) {
        Compaction event = Events.compaction();
        long in = bytesIn.get();
        long out = bytesOut.get();
        boolean failed = true;
        try {
            if (job.pick.move()) publish(job, List.of());
            else compact(job, keeper);
            failed = false;
        } finally {
            if (event != null) {
                event.end(
                        store.directory().toString(),
                        job.space.spaceId(),
                        job.pick.level(),
                        job.pick.outputLevel(),
                        job.pick.upper().size() + job.pick.lower().size(),
                        bytesIn.get() - in,
                        bytesOut.get() - out,
                        job.pick.move(),
                        failed);
            }
        }
    }

    /// Files that readers kept when they were retired are left to the merger, which comes back until they are gone.
    private boolean nothingToDo() {
        if (store.hasRetired()) store.engine.requestMerge(store);
        return false;
    }

    /// The most urgent compaction of the space that needs one most.
    private @Nullable Job pick(Version version) {
        Version.SpaceRuns best = null;
        double bestScore = 0;
        for (Version.SpaceRuns space : version.spaces()) {
            double score = picker.score(shape(space));
            if (best == null || score > bestScore) {
                best = space;
                bestScore = score;
            }
        }
        if (best == null) return null;
        long oldest = Math.min(store.snapshots.oldest(), store.visible());
        Pick pick = picker.pick(shape(best), oldest);
        if (pick != null) return new Job(best, pick);
        for (Version.SpaceRuns space : version.spaces()) {
            pick = picker.pick(shape(space), oldest);
            if (pick != null) return new Job(space, pick);
        }
        return null;
    }

    private LevelShape shape(Version.SpaceRuns space) {
        int levels = Math.max(store.engine.settings().levels().levels(), space.levels().length);
        List<List<RunInfo>> infos = new ArrayList<>();
        for (int level = 0; level < levels; level++) {
            List<RunInfo> runs = new ArrayList<>();
            if (level < space.levels().length) {
                for (Run run : space.levels()[level]) {
                    runs.add(RunInfo.of(run.fileId(), run.section(), false, run.alone()));
                }
            }
            infos.add(runs);
        }
        return new LevelShape(infos, cursors.getOrDefault(space.spaceId(), List.of()));
    }

    private void compact(Job job, BlockKeeper keeper) {
        MergeMemory.Stretch memory = store.engine.mergeMemory().lend(this::checkWanted);
        Outputs outputs = new Outputs(job, memory, keeper);
        try {
            Job fitting = fit(job, memory.bytes());
            List<? extends EntrySource> sources = outputs.sources(fitting);
            long[] keep = store.snapshots.sequencesFor(store.committer::visible);
            MergeRules rules = new MergeRules(keep, fitting.pick.bottom());
            Merge merge =
                    new Merge(sources, Merge.sharedBytes(inputs(fitting)), rules, memory.address(), this::advanced);
            merge.intoRuns(outputs, job.space.spaceId(), store.engine.settings().runBytes());
            store.disk().syncDirectory(store.directory());
            publish(fitting, outputs.done);
            outputs.published = true;
        } finally {
            try {
                outputs.endTransfers(); // before the memory is another's
            } finally {
                store.engine.mergeMemory().giveBack(memory);
                if (!outputs.published) outputs.letGo();
            }
        }
    }

    /// The same job, with no more runs of level 0 than there is memory to read side by side: the oldest ones if they
    /// go down, the newest ones if they are merged with each other.
    private Job fit(Job job, int memoryBytes) {
        Pick pick = job.pick;
        int fixed = KEY_BYTES + RunWriter.memoryBytes(0, store.engine.runConfig());
        int sources = (memoryBytes - fixed) / SOURCE_BYTES_MIN - (pick.lower().isEmpty() ? 0 : 1);
        if (pick.level() > 0 || pick.upper().size() <= sources) return job;
        int runs = pick.upper().size();
        boolean within = pick.outputLevel() == 0;
        List<RunInfo> upper =
                within ? pick.upper().subList(0, sources) : pick.upper().subList(runs - sources, runs);
        boolean bottom = pick.bottom() && !within;
        return new Job(job.space, new Pick(0, pick.outputLevel(), upper, pick.lower(), false, bottom, pick.cursor()));
    }

    private static final int SOURCE_BYTES_MIN = (RunScanner.memoryBytes(0) + 4095) & -4096;
    /// With room for two stretches of some 100 KiB: one is merged while the next one is read.
    private static final int SOURCE_BYTES = (RunScanner.memoryBytes(216 << 10) + 4095) & -4096;

    private static final int KEY_BYTES = 4096;
    private static final int WRITER_BYTES_MAX = 2 << 20;

    private void advanced(long in, long out) {
        bytesIn.addAndGet(in);
        bytesOut.addAndGet(out);
        checkWanted();
    }

    private void checkWanted() {
        if (store.closing() || store.failure() != null) throw new Cancelled();
    }

    private static List<Run> inputs(Job job) {
        List<Run> inputs = new ArrayList<>();
        job.pick.upper().forEach(info -> inputs.add(run(job, job.pick.level(), info)));
        job.pick.lower().forEach(info -> inputs.add(run(job, job.pick.outputLevel(), info)));
        return inputs;
    }

    private static Run run(Job job, int level, RunInfo info) {
        for (Run run : job.space.levels()[level]) if (run.fileId() == info.id()) return run;
        throw new IllegalStateException("the picker chose run " + info.id() + ", which is not on level " + level);
    }

    /// One edit: outputs in, inputs out, and the files go that hold no run any more.
    private void publish(Job job, List<Output> outputs) {
        Pick pick = job.pick;
        int spaceId = job.space.spaceId();
        store.catalog.lock();
        try {
            ManifestState state = store.catalog.state();
            if (!state.spaces.containsKey(spaceId)) throw new Cancelled();
            List<ManifestChange> changes = new ArrayList<>();
            Set<Long> removed = new HashSet<>();
            pick.upper().forEach(run -> {
                changes.add(new ManifestChange.RunRemove(spaceId, pick.level(), run.id()));
                removed.add(run.id());
            });
            pick.lower().forEach(run -> {
                changes.add(new ManifestChange.RunRemove(spaceId, pick.outputLevel(), run.id()));
                removed.add(run.id());
            });
            for (Output output : outputs) {
                changes.add(new ManifestChange.FileAdd(output.fileId, output.fileBytes, 1));
                changes.add(new ManifestChange.RunAdd(pick.outputLevel(), output.fileId, output.section));
            }
            if (pick.move()) {
                RunInfo moved = pick.upper().getFirst();
                Section section = run(job, pick.level(), moved).section();
                changes.add(new ManifestChange.RunAdd(pick.outputLevel(), moved.id(), section));
                removed.clear();
            }
            List<Long> dead = removed.stream()
                    .filter(id -> !namedElsewhere(state, spaceId, id))
                    .sorted()
                    .toList();
            dead.forEach(id -> changes.add(new ManifestChange.FileDrop(id)));
            store.catalog.edit(changes);
            outputs.forEach(output -> store.catalog.adopt(output.fileId, output.file));
            store.catalog.retireFiles(dead);
            store.catalog.install(List.of());
            remember(spaceId, pick);
        } finally {
            store.catalog.unlock();
        }
    }

    private static boolean namedElsewhere(ManifestState state, int spaceId, long fileId) {
        for (var space : state.runs().entrySet()) {
            if (space.getKey() == spaceId) continue;
            for (ManifestState.RunEntry run : space.getValue()) if (run.fileId() == fileId) return true;
        }
        return false;
    }

    private void remember(int spaceId, Pick pick) {
        if (pick.cursor() == null) return;
        List<byte @Nullable []> list = new ArrayList<>(cursors.getOrDefault(spaceId, List.of()));
        while (list.size() <= pick.level()) list.add(null);
        list.set(pick.level(), pick.cursor());
        cursors.put(spaceId, list);
    }

    private record Output(long fileId, DiskFile file, long fileBytes, Section section) {}

    /// The compaction was called off: the store closes, or the space is gone.
    private static final class Cancelled extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Cancelled() {
            super("cancelled", null, false, false);
        }
    }

    /// Where the outputs of one compaction go, and how its memory is divided: the key, the sources, the writer.
    private final class Outputs implements Merge.Output {
        private final Job job;
        private final MergeMemory.Stretch memory;
        private final BlockKeeper keeper;
        private final List<Output> done = new ArrayList<>();
        private final List<RunsSource> sources = new ArrayList<>();
        private MergeMemory.Stretch forWriter;
        private long fileId = -1;
        private @Nullable DiskFile file;
        private @Nullable RunWriter writer;
        private boolean published;

        Outputs(Job job, MergeMemory.Stretch memory, BlockKeeper keeper) {
            this.job = job;
            this.memory = memory;
            this.keeper = keeper;
            forWriter = memory;
        }

        /// Newest first. Each source gets the same share of what the writer leaves.
        List<? extends EntrySource> sources(Job fitting) {
            Pick pick = fitting.pick;
            int count = (pick.level() == 0 ? pick.upper().size() : 1)
                    + (pick.lower().isEmpty() ? 0 : 1);
            int share = ((memory.bytes() - KEY_BYTES - writerBytes(count)) / count) & -4096;
            int at = KEY_BYTES;
            List<List<RunInfo>> groups = new ArrayList<>();
            if (pick.level() == 0) pick.upper().forEach(info -> groups.add(List.of(info)));
            else groups.add(pick.upper());
            for (List<RunInfo> group : groups) {
                sources.add(source(fitting, pick.level(), group, memory.part(at, share)));
                at += share;
            }
            if (!pick.lower().isEmpty()) {
                sources.add(source(fitting, pick.outputLevel(), pick.lower(), memory.part(at, share)));
                at += share;
            }
            forWriter = memory.part(at, memory.bytes() - at);
            return sources;
        }

        /// What the sources can do without, for that is where a merge waits longest; at least a quarter.
        private int writerBytes(int count) {
            int least = RunWriter.memoryBytes(0, store.engine.runConfig());
            int spare = memory.bytes() - KEY_BYTES - count * SOURCE_BYTES;
            return Math.clamp(Math.max(spare, memory.bytes() / 4), least, Math.max(least, WRITER_BYTES_MAX));
        }

        private RunsSource source(Job fitting, int level, List<RunInfo> group, MergeMemory.Stretch part) {
            List<Run> runs =
                    group.stream().map(info -> run(fitting, level, info)).toList();
            return new RunsSource(runs, part.address(), part.bytes(), store.engine.codecs(), Lane.COMPACTION)
                    .keeping(keeper);
        }

        @Override
        public RunWriter begin() {
            fileId = store.catalog.reserveFileId();
            DiskFile created = store.catalog.createRun(fileId);
            file = created;
            RunWriter begun = new RunWriter(
                    created,
                    forWriter.address(),
                    forWriter.bytes(),
                    job.pick.outputLevel() > 0,
                    store.engine.codecs(),
                    store.engine.runConfig(),
                    Lane.COMPACTION);
            writer = begun;
            return begun.keeping(keeper);
        }

        @Override
        public void end(RunWriter finished, Section section, long fileBytes) {
            writer = null;
            DiskFile written = java.util.Objects.requireNonNull(file);
            written.sync(Lane.COMPACTION);
            done.add(new Output(fileId, written, fileBytes, section));
            file = null;
        }

        /// Nothing is under way afterwards.
        void endTransfers() {
            try {
                if (writer != null) writer.close();
            } finally {
                sources.forEach(RunsSource::close);
            }
        }

        /// Deletes what no edit names; what an edit in doubt names is closed, and the next open decides.
        void letGo() {
            if (store.failure() == null) {
                discard();
                return;
            }
            for (Output output : done) output.file.close();
            if (file != null) file.close();
        }

        private void discard() {
            for (Output output : done) Discarded.delete(store, output.fileId, output.file);
            if (file != null) Discarded.delete(store, fileId, file);
        }
    }
}
