package dev.polder.store;

import dev.polder.block.BlockKeeper;
import dev.polder.buffer.PinOwner;
import dev.polder.disk.Disk;
import dev.polder.errors.PolderException;
import dev.polder.errors.StoreFailedException;
import dev.polder.events.Events;
import dev.polder.events.WriteStall;
import dev.polder.generation.Generation;
import dev.polder.io.IoEngine.AutoCloseableLock;
import dev.polder.log.LogWriter;
import dev.polder.memory.Memory;
import dev.polder.memory.MemoryBudget;
import dev.polder.metrics.OpenUse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One store: a directory, its spaces, and the versions that readers see.
///
///     Opening ──▶ Open ──close──▶ Closed
///                  └── failed sync, error in a critical section ──▶ Failed
///                                                     (no arrow leaves Failed: close and reopen)
///
/// Failed stores go on reading at the sequence that was visible; writes, merges and syncs are refused.
///
/// **Locks**, always taken in this order: the [Catalog]'s (the manifest, held over its I/O), then the [Committer]'s
/// mutex (log, active generation, the swap of the version), then the leaf locks of memory and log. Reads take none.
///
/// One thing: its life, that is, what readers, writers and the parts ask of it, failing, closing. What the manifest
/// says is in the [Catalog], the protocol of commits in the [Committer], merging in the [Merger], compaction in the
/// [Compactor], recovery in [Recovery].
public final class StoreCore {
    /// How long one waits for readers to leave what they began to read before it was replaced: mostly one look-up.
    private static final int RETIRED_POLLS = 100;

    private static final long RETIRED_POLL_NANOS = 100_000;

    final EngineCore engine;
    private final Path directory;
    private final StoreSettings settings;
    private final AutoCloseableLock lock;
    final Catalog catalog;
    final Committer committer;
    final SnapshotRegistry snapshots;
    final Retirement retirement;
    final Merger merger;
    final Compactor compactor;
    final Spills spills;
    private final AtomicReference<@Nullable StoreFailedException> failure = new AtomicReference<>();
    final SpaceReserve space;
    private volatile Version version;
    private volatile boolean closed;
    private volatile boolean closing;
    private final AtomicInteger holds = new AtomicInteger();
    private long nextGeneration = 1; // guarded by the committer's mutex
    private long replayedThrough;
    private volatile @Nullable PinOwner viewOwner;

    @Nullable
    LogWriter log;

    StoreCore(EngineCore engine, Path directory, StoreSettings settings, AutoCloseableLock lock, Manifest manifest) {
        this.engine = engine;
        this.directory = directory;
        this.settings = settings;
        this.lock = lock;
        catalog = new Catalog(this, manifest);
        snapshots = new SnapshotRegistry(engine.limits().snapshots(), engine.seams());
        retirement = new Retirement(engine.slots(), engine.seams().tasks().mutex("retirement"));
        space = new SpaceReserve(
                engine.disk().space(directory),
                engine.limits().spaceReserveBytes(),
                this::unmergedBytes,
                engine.seams().clock(),
                directory.toString());
        merger = new Merger(this);
        compactor = new Compactor(this);
        spills = new Spills(this);
        version = new Version(0, new Generation[] {newGeneration()}, new Version.SpaceRuns[0], Map.of());
        committer = new Committer(this);
        try {
            version = catalog.rebuilt(version);
        } catch (Throwable t) {
            abandon(); // a file is missing, say: nobody else knows of those that were opened
            throw t;
        }
        compactor.changed(version);
        committer.start(catalog.state().flushedSequence, null);
    }

    /// Opens or creates the store in `directory`.
    public static StoreCore open(EngineCore engine, Path directory, StoreSettings settings) {
        return Recovery.open(engine, directory, settings);
    }

    // ---- what readers need ----

    public EngineCore engine() {
        return engine;
    }

    public Path directory() {
        return directory;
    }

    /// The current version; stable while the caller is inside a [ReadSlot].
    public Version version() {
        return version;
    }

    /// The newest sequence that readers may see. Read it after [#version], and read the version again: see
    /// [#consistent].
    public long visible() {
        return committer.visible();
    }

    /// Whether `seen` is still the current version: then everything up to a sequence read in between is in it.
    public boolean consistent(Version seen) {
        return version.number() == seen.number();
    }

    public long registerSnapshot() {
        checkOpen();
        return snapshots.register(committer::visible);
    }

    /// Registers the sequence of an open snapshot once more, for a cursor over it.
    public void registerAgain(long sequence) {
        checkOpen();
        snapshots.registerAgain(sequence);
    }

    public void releaseSnapshot(long sequence) {
        snapshots.release(sequence);
    }

    /// Who pins the values that are read in place.
    public PinOwner viewOwner() {
        PinOwner known = viewOwner;
        if (known == null) viewOwner = known = engine.pool().pinOwner("views of " + directory);
        return known;
    }

    public void checkOpen() {
        if (closed) throw closedException();
    }

    IllegalStateException closedException() {
        return new IllegalStateException("the store is closed: " + directory);
    }

    void checkUsable() {
        checkOpen();
        StoreFailedException failed = failure.get();
        if (failed != null) throw failed;
    }

    void checkWritable() {
        if (settings.readOnly()) throw new IllegalStateException("the store was opened read-only: " + directory);
        if (closing) throw closedException();
        checkUsable();
    }

    // ---- writing ----

    /// Commits one group of `count` encoded operations (see `Payload`) lent by [LogStaging].
    public void commit(long payload, int bytes, int count, boolean sync) {
        committer.commit(payload, bytes, count, sync);
    }

    /// Lends a buffer for a payload: see [LogStaging#lend].
    public long lendStaging(int bytes) {
        checkWritable();
        return engine.staging().lend(bytes);
    }

    /// Commits a batch of `count` operations (see `Payload`): as one group, or as a spilled file if it is too large.
    public void commit(byte[] operations, int bytes, int count, boolean sync) {
        if (bytes > engine.staging().payloadBytesMax()) {
            spills.commit(operations, bytes, count);
            return;
        }
        long payload = lendStaging(bytes);
        try {
            Memory.copyIn(operations, 0, payload, bytes);
            commit(payload, bytes, count, sync);
        } finally {
            engine.staging().giveBack(payload);
        }
    }

    public void sync() {
        checkWritable();
        committer.sync();
        if (!catalog.state().logged) flush();
    }

    /// Merges everything committed so far into runs; returns when it is durable there.
    public void flush() {
        checkWritable();
        int failuresBefore = merger.failures();
        long target = committer.lastSequence();
        committer.requestSeal();
        while (catalog.flushedSequence() < target && unmerged(target)) {
            checkUsable();
            merger.throwIfFailedSince(failuresBefore);
            engine.requestMerge(this);
            engine.seams().tasks().sleep(200_000);
            committer.requestSeal();
        }
    }

    private boolean unmerged(long target) {
        for (Generation generation : version.generations()) {
            if (generation.entries() > 0 && generation.firstSequence() <= target) return true;
        }
        return false;
    }

    /// Waits until merging and compaction have nothing left to do.
    public void settle() {
        flush();
        int mergesFailed = merger.failures();
        int compactionsFailed = compactor.failures();
        while (version.generations().length > 1 || compactor.hasWork() || !engine.idle(this)) {
            checkUsable();
            merger.throwIfFailedSince(mergesFailed);
            compactor.throwIfFailedSince(compactionsFailed);
            engine.requestMerge(this);
            engine.requestCompaction(this);
            engine.seams().tasks().sleep(1_000_000);
        }
        reclaim();
    }

    public int openSnapshots() {
        return snapshots.open();
    }

    /// Sequence of the oldest open snapshot or cursor, or -1.
    public long oldestSnapshot() {
        long oldest = snapshots.oldest();
        return oldest == Long.MAX_VALUE ? -1 : oldest;
    }

    public StoreCounters counters() {
        return StoreCounters.of(this);
    }

    void throttle(int bytes) {
        long nanos = compactor.delayNanos(bytes);
        if (nanos <= 0) return;
        WriteStall event = Events.writeStall();
        engine.seams().tasks().sleep(nanos);
        if (event != null) event.end(directory.toString(), "throttled", bytes, false);
    }

    // ---- the catalog ----

    /// The id of the space, created if need be. Durable when it returns; whatever was committed before is durable
    /// too, so that what survives a power cut is a prefix.
    public int createSpace(String name) {
        checkOpen();
        Integer known = version.names().get(name);
        if (known != null) return known;
        checkWritable();
        return catalog.createSpace(name);
    }

    /// Drops a space and everything in it, in one edit; its files go when no reader is inside any more.
    ///
    /// @return whether there was such a space
    public boolean dropSpace(String name) {
        checkWritable();
        if (version.names().get(name) == null) return false;
        return catalog.dropSpace(name);
    }

    /// Names of all spaces, sorted.
    public List<String> spaces() {
        return version.names().keySet().stream().sorted().toList();
    }

    /// For [Catalog#install].
    void replaceVersion(List<Generation> merged) {
        committer.mutex.lock();
        try {
            Version old = version;
            List<Generation> kept = new ArrayList<>(List.of(old.generations()));
            kept.removeAll(merged);
            version = catalog.rebuilt(
                    new Version(old.number(), kept.toArray(Generation[]::new), old.spaces(), old.names()));
        } catch (Throwable t) {
            throw fail("open what an edit of the manifest names", t);
        } finally {
            committer.mutex.unlock();
        }
        compactor.changed(version);
        for (Generation generation : merged) retirement.add(false, generation::release);
    }

    /// Keeps every file of the current version from being deleted until it is closed, and the store from closing; for
    /// compactions and checks, which take long. `null` when the store is closing.
    @Nullable
    Hold holdFilesOrNull() {
        catalog.lock();
        try {
            if (closing || closed) return null;
            holds.incrementAndGet();
            return new Hold(version);
        } finally {
            catalog.unlock();
        }
    }

    /// See [#holdFilesOrNull].
    final class Hold implements AutoCloseable {
        private final Version held;

        private Hold(Version held) {
            this.held = held;
        }

        Version version() {
            return held;
        }

        @Override
        public void close() {
            catalog.lock();
            try {
                holds.decrementAndGet();
            } finally {
                catalog.unlock();
            }
        }
    }

    /// Seals the active generation if it holds anything, however many are waiting.
    void sealForMerge() {
        committer.mutex.lock();
        try {
            if (version.active().entries() > 0) installSealed();
        } finally {
            committer.mutex.unlock();
        }
    }

    /// A new active generation in front of the others. Called with the committer's mutex held.
    void installSealed() {
        Version old = version;
        old.active().seal();
        Generation[] generations = new Generation[old.generations().length + 1];
        generations[0] = newGeneration();
        System.arraycopy(old.generations(), 0, generations, 1, old.generations().length);
        version = new Version(old.number() + 1, generations, old.spaces(), old.names());
    }

    private Generation newGeneration() {
        return engine.newGeneration(nextGeneration++);
    }

    // ---- failing and closing ----

    /// Stops the store: memory and disk may disagree. Returns the exception to throw.
    StoreFailedException fail(String operation, Throwable cause) {
        if (cause instanceof StoreFailedException already && failure.get() == already) return already;
        StoreFailedException failed = new StoreFailedException(
                "the store stopped: store=" + directory + " operation=" + operation + " cause=" + cause.getMessage()
                        + "; reads go on at what was visible. Close the store and reopen it: recovery decides what is true.",
                cause);
        StoreFailedException first = failure.compareAndExchange(null, failed);
        if (cause instanceof Error error
                && !(cause instanceof OutOfMemoryError)
                && !(cause instanceof StackOverflowError)) {
            throw error; // a simulated power cut, or our mistake: let it be seen
        }
        return first == null ? failed : first;
    }

    /// As [#fail], but returns whatever the cause, and wakes whoever waits.
    void stop(String operation, Throwable cause) {
        try {
            var _ = fail(operation, cause);
        } catch (Error e) {
            // noted already; who stopped the store passes it on
        }
        committer.wakeAll();
    }

    public @Nullable StoreFailedException failure() {
        return failure.get();
    }

    @Nullable
    PolderException mergeFailure() {
        return merger.lastFailure();
    }

    public long flushedSequence() {
        return catalog.flushedSequence();
    }

    /// Gives back what no reader can see any more.
    void reclaim() {
        if (retirement.release(false)) engine.roomFreed();
    }

    /// The same, with files; from background tasks only.
    void reclaimFiles() {
        if (retirement.release(holds.get() == 0)) engine.roomFreed();
    }

    /// Lets readers find in the pool what they found there before a merge or a compaction wrote it anew, which has just
    /// been published. From background tasks only.
    ///
    /// @param files whether the blocks of before are of files that went with it, else of memory
    /// @param goOn  asked now and then whether there is nothing more urgent
    void bringBack(BlockKeeper keeper, boolean files, BooleanSupplier goOn) {
        if (!keeper.hasNotes()) return;
        for (int i = 0; retirement.isWaiting(files) && i < RETIRED_POLLS; i++) {
            engine.seams().tasks().sleep(RETIRED_POLL_NANOS);
            reclaimFiles();
        }
        try (Hold hold = holdFilesOrNull()) {
            if (hold == null) return;
            boolean left = !retirement.isWaiting(files);
            keeper.bringBack(left, hold.version()::hasFile, () -> !closing && failure() == null && goOn.getAsBoolean());
        }
    }

    boolean hasRetired() {
        return !retirement.isEmpty();
    }

    boolean closing() {
        return closing;
    }

    /// Whether asking this store to merge may free memory.
    boolean canMerge() {
        return !settings.readOnly() && !closing && failure.get() == null && merger.lastFailure() == null;
    }

    public boolean readOnly() {
        return settings.readOnly();
    }

    Disk disk() {
        return engine.disk();
    }

    MemoryBudget budget() {
        return engine.budget();
    }

    /// Bytes of everything that is not merged yet.
    public long unmergedBytes() {
        long bytes = 0;
        for (Generation generation : version.generations()) bytes += generation.bytes();
        return bytes;
    }

    /// Opening failed: gives back what was taken.
    void abandon() {
        closing = true;
        closed = true;
        catalog.closeManifest();
        awaitReaders(); // of other stores; what recovery merged may wait for them
        retirement.release(true);
        for (Generation generation : version.generations()) generation.release();
        catalog.closeFiles();
    }

    /// Called once by [Recovery] when the store is ready.
    void opened(long lastSequence, @Nullable LogWriter writer) {
        log = writer;
        replayedThrough = lastSequence;
        committer.start(lastSequence, writer);
        engine.register(this);
    }

    /// Sequence of the newest commit that lives in logs of earlier epochs only.
    long replayedThrough() {
        return replayedThrough;
    }

    /// Closes: syncs the log, notes its end in the manifest, so that later damage to any byte of it is found. What is
    /// in memory and more than a few MiB is merged first, so that the next open is fast. Never throws away a
    /// commit; a failed store just lets go of its files.
    ///
    /// @return what users have left open: they may close it later, but it should not be
    public List<OpenUse> close() {
        catalog.lock();
        try {
            if (closed || closing) return List.of();
            closing = true;
        } finally {
            catalog.unlock();
        }
        List<OpenUse> left = leftOpen();
        try {
            engine.withdraw(this);
            while (holds.get() > 0) engine.seams().tasks().sleep(50_000); // a check is under way, and soon notices
            if (failure.get() == null && !settings.readOnly()) Recovery.closeCleanly(this);
        } finally {
            catalog.lock(); // whoever was about to edit the manifest has, or finds the store closed
            closed = true;
            catalog.unlock();
            committer.wakeAll(); // and whoever was inside a commit has left it
            try {
                releaseAll();
            } finally {
                engine.unregister(this);
                engine.release();
            }
        }
        left.forEach(StoreCore::tellLeftOpen);
        return left;
    }

    private List<OpenUse> leftOpen() {
        List<OpenUse> left = new ArrayList<>();
        OpenUse open = openSnapshots(0);
        if (open.count() > 0) left.add(open);
        PinOwner views = viewOwner;
        if (views != null && views.pins() > 0) left.add(EngineCore.pinned(views));
        return left;
    }

    /// Snapshots and cursors that have been open for so long.
    OpenUse openSnapshots(long nanos) {
        return snapshots.openSince("snapshots and cursors of " + directory, nanos);
    }

    static void tellLeftOpen(OpenUse use) {
        Events.leftOpen(use.what(), use.count(), use.nanos(), use.where());
    }

    private void releaseAll() {
        LogWriter writer = log;
        if (writer != null) writer.close();
        catalog.closeManifest();
        awaitReaders();
        PinOwner views = viewOwner;
        if (views != null) engine.pool().drop(views); // no reader is inside, and none will be
        retirement.release(true);
        for (Generation generation : version.generations()) generation.release();
        catalog.closeFiles();
        engine.loader().awaitBackground(); // it may be reading ahead in one of them
        lock.close();
    }

    private void awaitReaders() {
        long epoch = engine.slots().advance();
        while (!engine.slots().passed(epoch)) engine.seams().tasks().sleep(50_000);
    }
}
