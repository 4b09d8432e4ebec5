package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.store.EngineCore;
import dev.polder.store.EngineSettings;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import dev.polder.testkit.World;

/// One engine and one store on a simulated disk whose reads may fail, and a look at what they hold afterwards.
final class FaultyWorld implements AutoCloseable {
    final EngineCore core;
    final Engine engine;
    final Store store;

    /// @param regions lent by the test, so that its runs use one memory
    FaultyWorld(EngineSettings settings, HeapRegions regions, SimulatedTasks tasks, SimulatedIo io) {
        tasks.attach(io);
        core = new EngineCore(settings, io, regions, tasks.seams());
        engine = Engine.over(core);
        store = engine.store(World.DIRECTORY);
    }

    /// No pin, no slot, no frame being loaded, no place of a lane.
    void checkThatNothingIsHeld() {
        core.loader().awaitBackground();
        EngineMetrics metrics = engine.metrics();
        assertThat(metrics.poolPinned()).as("pins").isZero();
        assertThat(core.loader().metrics().slotsBusy()).as("slots").isZero();
        assertThat(core.pool().metrics().classes())
                .allSatisfy(of -> assertThat(of.frames()).as("frames").isEqualTo(of.resident() + of.free()));
        assertThat(metrics.disk().inFlightNow()).as("places").isZero();
        assertThat(metrics.disk().waitingNow()).isZero();
        assertThat(metrics.disk().lanes()).allSatisfy(lane -> {
            assertThat(lane.inFlightNow()).as(lane.lane()).isZero();
            assertThat(lane.waitingNow()).as(lane.lane()).isZero();
        });
    }

    @Override
    public void close() {
        try {
            store.close();
        } finally {
            engine.close();
        }
    }
}
