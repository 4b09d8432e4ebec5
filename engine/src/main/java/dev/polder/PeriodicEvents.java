package dev.polder;

import dev.polder.buffer.PoolMetrics;
import dev.polder.events.DiskState;
import dev.polder.events.Events;
import dev.polder.events.PoolState;
import dev.polder.metrics.LaneMetrics;
import dev.polder.store.EngineCore;
import java.util.concurrent.atomic.AtomicInteger;

/// What an engine tells a flight recorder once per period. An engine is told from others of its process by a number.
final class PeriodicEvents {
    private static final AtomicInteger ENGINES = new AtomicInteger();

    private PeriodicEvents() {}

    static Events.Periodic of(EngineCore core) {
        int engine = ENGINES.incrementAndGet();
        return Events.periodic(
                () -> whileOpen(core, () -> pool(engine, core)), () -> whileOpen(core, () -> disk(engine, core)));
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
        for (PoolMetrics.ClassMetrics frames : core.pool().metrics().classes()) {
            event.frames += frames.frames();
            event.resident += frames.resident();
            event.free += frames.free();
        }
        event.pinned = metrics.poolPinned();
        event.hits = metrics.poolHits();
        event.misses = metrics.poolMisses();
        event.evictions = metrics.poolEvictions();
        event.failedEvictions = metrics.poolFailedEvictions();
        event.pressure = metrics.poolPressure();
        event.evictedAge = metrics.poolEvictedAge();
        event.blocksAhead = metrics.blocksAhead();
        event.usedAhead = metrics.usedAhead();
        event.wastedAhead = metrics.wastedAhead();
        event.bypasses = metrics.bypasses();
        event.memoryUsed = memory.usedBytes();
        event.memoryBudget = memory.budgetBytes();
        event.tell();
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
            event.waited = lane.waited();
            event.inFlight = lane.inFlightNow();
            event.readP99 = lane.read().device().p99();
            event.readMax = lane.read().device().max();
            event.writeP99 = lane.write().device().p99();
            event.writeMax = lane.write().device().max();
            event.syncP99 = lane.sync().device().p99();
            event.syncMax = lane.sync().device().max();
            event.stallMax = lane.stallMax();
            event.tell();
        }
    }
}
