package dev.polder;

import dev.polder.events.DiskState;
import dev.polder.events.Events;
import dev.polder.events.FrameState;
import dev.polder.events.MemoryState;
import dev.polder.events.PoolState;
import dev.polder.metrics.FrameMetrics;
import dev.polder.metrics.LaneMetrics;
import dev.polder.store.EngineCore;
import java.util.concurrent.atomic.AtomicInteger;

/// What an engine tells a flight recorder once per period. An engine is told from others of its process by a number.
final class PeriodicEvents {
    private static final AtomicInteger ENGINES = new AtomicInteger();

    private PeriodicEvents() {}

    static Events.Periodic of(EngineCore core) {
        int engine = ENGINES.incrementAndGet();
        return Events.periodic(new Events.States(
                () -> whileOpen(core, () -> pool(engine, core)),
                () -> whileOpen(core, () -> frames(engine, core)),
                () -> whileOpen(core, () -> memory(engine, core)),
                () -> whileOpen(core, () -> disk(engine, core))));
    }

    /// The recorder asks at any time, also while the engine closes: its memory stays until it has its answer.
    private static void whileOpen(EngineCore core, Runnable tell) {
        try {
            core.retain();
        } catch (IllegalStateException closed) {
            return;
        }
        try {
            tell.run();
        } finally {
            core.release();
        }
    }

    private static void pool(int engine, EngineCore core) {
        EngineMetrics metrics = EngineMetrics.of(core);
        MemoryReport memory = MemoryReport.of(core);
        PoolState event = new PoolState();
        event.engine = engine;
        for (FrameMetrics frames : metrics.poolClasses()) {
            event.frames += frames.frames();
            event.resident += frames.used();
            event.free += frames.free();
        }
        event.pinned = metrics.poolPinned();
        event.hits = metrics.poolHits();
        event.misses = metrics.poolMisses();
        event.evictions = metrics.poolEvictions();
        event.failedEvictions = metrics.poolFailedEvictions();
        event.evictionP99 = metrics.poolEvictionTimes().p99();
        event.evictionMax = metrics.poolEvictionTimes().max();
        event.pressure = metrics.poolPressure();
        event.evictedAge = metrics.poolEvictedAge();
        event.blocksAhead = metrics.blocksAhead();
        event.usedAhead = metrics.usedAhead();
        event.wastedAhead = metrics.wastedAhead();
        event.warmHits = metrics.warmHits();
        event.bypasses = metrics.bypasses();
        event.memoryUsed = memory.usedBytes();
        event.memoryBudget = memory.budgetBytes();
        event.tell();
    }

    private static void frames(int engine, EngineCore core) {
        for (FrameMetrics frames : EngineMetrics.of(core).poolClasses()) {
            FrameState event = new FrameState();
            event.engine = engine;
            event.frameBytes = frames.frameBytes();
            event.frames = frames.frames();
            event.resident = frames.used();
            event.free = frames.free();
            event.pinned = frames.pinned();
            event.hits = frames.hits();
            event.misses = frames.misses();
            event.evictions = frames.evictions();
            event.pressure = frames.pressure();
            event.tell();
        }
    }

    private static void memory(int engine, EngineCore core) {
        for (MemoryReport.OwnerLine owner : MemoryReport.of(core).owners()) {
            MemoryState event = new MemoryState();
            event.engine = engine;
            event.owner = owner.owner();
            event.leased = owner.leasedBytes();
            event.peak = owner.peakBytes();
            event.floor = owner.floorBytes();
            event.ceiling = owner.ceilingBytes();
            event.tell();
        }
    }

    private static void disk(int engine, EngineCore core) {
        for (LaneMetrics lane : core.disk().metrics().lanes()) {
            DiskState event = new DiskState();
            event.engine = engine;
            event.lane = lane.lane();
            event.reads = lane.reads();
            event.writes = lane.writes();
            event.syncs = lane.syncs();
            event.bytesRead = lane.bytesRead();
            event.bytesWritten = lane.bytesWritten();
            event.merged = lane.merged();
            event.coalesced = lane.coalesced();
            event.waited = lane.waited();
            event.refused = lane.refused();
            event.inFlight = lane.inFlightNow();
            event.inFlightMost = lane.inFlightMost();
            event.readP50 = lane.read().device().p50();
            event.readP99 = lane.read().device().p99();
            event.readP999 = lane.read().device().p999();
            event.readMax = lane.read().device().max();
            event.writeP50 = lane.write().device().p50();
            event.writeP99 = lane.write().device().p99();
            event.writeP999 = lane.write().device().p999();
            event.writeMax = lane.write().device().max();
            event.syncP50 = lane.sync().device().p50();
            event.syncP99 = lane.sync().device().p99();
            event.syncP999 = lane.sync().device().p999();
            event.syncMax = lane.sync().device().max();
            event.stallMax = lane.stallMax();
            event.tell();
        }
    }
}
