package dev.polder.planted;

import dev.polder.memory.RegionSource;
import dev.polder.runtime.Seams;
import dev.polder.store.EngineCore;
import dev.polder.store.StoreCore;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import dev.polder.testkit.World;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;

/// An engine on a simulated disk, whose threads take turns as a seed says: every check goes the same way every time.
/// Sizes are those of [World#TINY].
final class Scene {
    final SimulatedIo io;
    final SimulatedTasks tasks;
    final EngineCore engine;

    interface Body {
        void run(Scene scene) throws Exception;
    }

    private Scene(SimulatedIo io, SimulatedTasks tasks, RegionSource regions) {
        this.io = io;
        this.tasks = tasks;
        Seams seams = tasks.seams();
        engine = new EngineCore(World.TINY, io, regions, seams);
    }

    /// Plays a scene. The engine is closed at the end; whatever happens, its memory is there for the next.
    static void play(long seed, SimulatedIo io, Body body) {
        Regions regions = new Regions();
        try {
            SimulatedTasks.run(seed, tasks -> {
                tasks.attach(io);
                Scene scene = new Scene(io, tasks, regions);
                body.run(scene);
                scene.engine.close();
            });
        } finally {
            io.detach();
            regions.releaseAll();
        }
    }

    StoreCore open() {
        return StoreCore.open(engine, World.DIRECTORY, World.LOGGED);
    }

    /// Lets the others work until something is so.
    void await(String what, BooleanSupplier isSo) {
        for (int i = 0; i < 500; i++) {
            if (isSo.getAsBoolean()) return;
            tasks.sleep(10_000_000);
        }
        throw new AssertionError("never: " + what);
    }

    /// All tasks of a simulation end with it, so nobody uses what an engine that failed has not given back.
    private static final class Regions implements RegionSource {
        private final Map<Long, Long> held = new HashMap<>();

        @Override
        public long acquire(long bytes) {
            long address = SharedRegions.lend(bytes);
            held.put(address, bytes);
            return address;
        }

        @Override
        public void release(long address, long bytes) {
            if (!held.remove(address, bytes)) throw new IllegalStateException("region " + address + " is not held");
            SharedRegions.giveBack(address, bytes);
        }

        private void releaseAll() {
            held.forEach(SharedRegions::giveBack);
            held.clear();
        }
    }
}
