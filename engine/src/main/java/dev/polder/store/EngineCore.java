package dev.polder.store;

import dev.polder.block.BlockLoader;
import dev.polder.block.Codecs;
import dev.polder.buffer.BufferPool;
import dev.polder.buffer.PinOwner;
import dev.polder.disk.Disk;
import dev.polder.generation.ChunkAllocator;
import dev.polder.generation.Generation;
import dev.polder.io.IoEngine;
import dev.polder.log.LogConfig;
import dev.polder.log.LogScratch;
import dev.polder.memory.BudgetPlan;
import dev.polder.memory.MemoryBudget;
import dev.polder.memory.Owner;
import dev.polder.memory.RegionSource;
import dev.polder.metrics.OpenUse;
import dev.polder.run.RunConfig;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// What all stores of an engine share: the budget, the pool, the disk, the readers' slots, and two queues of
/// background work.
///
/// **Threads.** One task merges, `compactionTasks` compact; stores take turns. The list of open stores has its own
/// mutex, which is a leaf: nothing else is locked under it.
public final class EngineCore implements AutoCloseable {
    private final Seams seams;
    private final EngineSettings settings;
    private final MemoryBudget budget;
    private final Disk disk;
    private final BufferPool pool;
    private final BlockLoader loader;
    private final Codecs codecs;
    private final ChunkAllocator chunks;
    private final ReadSlots slots;
    private final LogStaging staging;
    private final LogScratch logScratch;
    private final MergeMemory mergeMemory;
    private final CursorMemory cursorMemory;
    private final WorkQueue merging;
    private final WorkQueue compacting;
    private final Mutex mutex;
    private final List<StoreCore> stores = new ArrayList<>();
    private boolean closed;

    /// The engine itself, stores that are open or opening, cursors, pinned views: as long as one is left, the
    /// region stays.
    private final AtomicInteger tenants = new AtomicInteger(1);

    public EngineCore(EngineSettings settings, IoEngine io, RegionSource regions, Seams seams) {
        this.seams = seams;
        this.settings = settings;
        BudgetPlan plan = BudgetPlan.of(
                settings.budgetBytes(),
                settings.pool().eviction().area(),
                settings.pool().warmPercent());
        budget = MemoryBudget.open(regions, plan, seams);
        disk = new Disk(io, seams, settings.disk());
        codecs = Codecs.probe();
        pool = BufferPool.open(
                budget, settings.pool().eviction(), settings.pool().pinnedPercent(), seams, true);
        budget.lender(pool);
        loader = new BlockLoader(budget, pool, seams, codecs, settings.pool().ahead());
        chunks = new ChunkAllocator(budget, seams);
        slots = new ReadSlots(readSlots(settings.budgetBytes()), budget, seams);
        staging = new LogStaging(budget, plan.floorUnits(Owner.LOG) - 1, seams);
        logScratch = new LogScratch(budget.tryLeaseRun(Owner.LOG, 1), seams);
        mergeMemory = new MergeMemory(budget, settings.compactionTasks(), seams);
        cursorMemory = new CursorMemory(budget, seams);
        mutex = seams.tasks().mutex("engine");
        merging = new WorkQueue("merge", 1, store -> store.merger.step(), seams);
        compacting = new WorkQueue("compact", settings.compactionTasks(), store -> store.compactor.step(), seams);
    }

    private static int readSlots(long budgetBytes) {
        return (int) Math.min(256, Math.max(32, Long.highestOneBit(budgetBytes >>> 20)));
    }

    public Seams seams() {
        return seams;
    }

    public MemoryBudget budget() {
        return budget;
    }

    public Disk disk() {
        return disk;
    }

    public BufferPool pool() {
        return pool;
    }

    public BlockLoader loader() {
        return loader;
    }

    public Codecs codecs() {
        return codecs;
    }

    public ReadSlots slots() {
        return slots;
    }

    public LogStaging staging() {
        return staging;
    }

    public CursorMemory cursorMemory() {
        return cursorMemory;
    }

    MergeMemory mergeMemory() {
        return mergeMemory;
    }

    public EngineSettings settings() {
        return settings;
    }

    Manifest.Scratch manifestScratch() {
        return new Manifest.Scratch() {
            @Override
            public long lend() {
                return staging.lendManifest();
            }

            @Override
            public int bytes() {
                return LogStaging.SMALL_BYTES;
            }

            @Override
            public void giveBack(long address) {
                staging.giveBackManifest();
            }
        };
    }

    RunConfig runConfig() {
        return settings.runs();
    }

    LogScratch logScratch() {
        return logScratch;
    }

    LogConfig logConfig() {
        return settings.log();
    }

    Generation newGeneration(long number) {
        return new Generation(number, chunks, seams.entropy().nextLong());
    }

    public ChunkAllocator chunks() {
        return chunks;
    }

    /// Bytes at which a generation is sealed: a quarter of what generations may hold, so that one fills while
    /// others are merged.
    long sealBytes() {
        return Math.min(settings.generationBytesMax(), chunks.ceilingBytes() / 4);
    }

    StoreLimits limits() {
        return settings.limits();
    }

    /// Snapshots, cursors and views that have been open for longer than they should be ([StoreLimits]).
    public List<OpenUse> outlived() {
        long nanos = settings.limits().outlivedSeconds() * 1_000_000_000L;
        List<OpenUse> outlived = new ArrayList<>();
        for (StoreCore store : stores()) {
            OpenUse old = store.openSnapshots(nanos);
            if (old.count() > 0) outlived.add(old);
        }
        for (OpenUse pins : pinned()) if (pins.nanos() >= nanos) outlived.add(pins);
        return outlived;
    }

    /// Who holds pins now.
    private List<OpenUse> pinned() {
        return pool.pinHolders().stream().map(EngineCore::pinned).toList();
    }

    static OpenUse pinned(PinOwner holder) {
        return OpenUse.of(holder.name(), holder.pins(), holder.heldNanos(), holder.heldFrom());
    }

    /// What closing leaves to the next open's replay instead of merging it.
    long closeMergeBytes() {
        return 4 << 20;
    }

    long stallNanos() {
        return settings.stallMillis() * 1_000_000;
    }

    void requestMerge(StoreCore store) {
        merging.offer(store);
    }

    void requestCompaction(StoreCore store) {
        compacting.offer(store);
    }

    boolean idle(StoreCore store) {
        return merging.idle(store) && compacting.idle(store);
    }

    void withdraw(StoreCore store) {
        merging.withdraw(store);
        compacting.withdraw(store);
    }

    void register(StoreCore store) {
        mutex.lock();
        try {
            if (closed) throw new IllegalStateException("the engine is closed");
            stores.add(store);
        } finally {
            mutex.unlock();
        }
    }

    void unregister(StoreCore store) {
        mutex.lock();
        try {
            stores.remove(store);
        } finally {
            mutex.unlock();
        }
    }

    /// The open stores, in the order in which they were opened.
    public List<StoreCore> stores() {
        mutex.lock();
        try {
            return List.copyOf(stores);
        } finally {
            mutex.unlock();
        }
    }

    /// A store finds no memory for its generation: have the store that frees most sealed and merged, of those that
    /// can merge. Called with the needy store's commit mutex held, so the work is left to the merger.
    void relieve() {
        StoreCore largest = null;
        long most = 0;
        for (StoreCore store : stores()) {
            if (!store.canMerge()) continue;
            long bytes = store.unmergedBytes();
            if (bytes > most) {
                most = bytes;
                largest = store;
            }
        }
        if (largest == null) return;
        largest.merger.sealBeforeNextStep();
        merging.offer(largest);
    }

    /// Memory of generations came back. The pool is told; waiting writers look again every few milliseconds by
    /// themselves, and waking the stores one by one from here would take their mutexes in an order of our own.
    void roomFreed() {
        pool.memoryFreed();
    }

    /// Keeps the engine's memory where it is until [#release], even beyond [#close].
    ///
    /// @throws IllegalStateException if the engine is closed
    public void retain() {
        int count = tenants.getAndUpdate(n -> n == 0 ? 0 : n + 1);
        if (count == 0) throw new IllegalStateException("the engine is closed");
    }

    public void release() {
        if (tenants.decrementAndGet() == 0) budget.close();
    }

    /// Closes the engine. Its memory goes when the last cursor and the last pinned value are closed, too: a late
    /// `close` of one of them, or a read of its bytes, finds what it expects.
    ///
    /// @return who still holds pins
    /// @throws IllegalStateException naming the stores that are still open
    public List<OpenUse> closeNamingLeaks() {
        mutex.lock();
        try {
            if (closed) return List.of();
            if (!stores.isEmpty()) {
                throw new IllegalStateException("the engine has " + stores.size() + " open stores, such as "
                        + stores.getFirst().directory() + ": close them first");
            }
            closed = true;
        } finally {
            mutex.unlock();
        }
        try {
            merging.stop();
            compacting.stop();
        } finally {
            loader.close();
            staging.close();
            disk.close();
            release();
        }
        List<OpenUse> left = pinned();
        left.forEach(StoreCore::tellLeftOpen);
        return left;
    }

    @Override
    public void close() {
        closeNamingLeaks();
    }

    public void checkOpen() {
        mutex.lock();
        try {
            if (closed) throw new IllegalStateException("the engine is closed");
        } finally {
            mutex.unlock();
        }
    }
}
