package dev.polder.planted;

import dev.polder.block.BlockRef;
import dev.polder.kv.KeyValueSpace;
import dev.polder.run.Run;
import dev.polder.store.ReadSlot;
import dev.polder.store.StoreCore;
import dev.polder.testkit.Model;
import dev.polder.testkit.SimulatedIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What readers rely on while they are inside.
final class ReaderChecks {
    private static final long LONG_NANOS = 1_000_000_000;

    /// Memory of a generation that was merged goes back when the last reader has left, and not before.
    void mergedGenerationsWaitForReaders() {
        Scene.play(81, new SimulatedIo(), scene -> {
            StoreCore store = filled(scene);
            long before = scene.engine.chunks().usedBytes();
            ReadSlot slot = scene.engine.slots().enter();
            store.flush();
            scene.tasks.sleep(LONG_NANOS);
            long inside = scene.engine.chunks().usedBytes();
            scene.engine.slots().exit(slot);
            if (inside < before) {
                throw new AssertionError("a reader was inside, and of " + before + " bytes " + inside + " were left");
            }
            scene.await("memory comes back", () -> scene.engine.chunks().usedBytes() < before);
            store.close();
        });
    }

    /// Files whose runs were compacted away, or dropped, stay and can be read until the last reader has left.
    void replacedFilesWaitForReaders() {
        Scene.play(82, new SimulatedIo(), scene -> {
            StoreCore store = filled(scene);
            store.flush();
            scene.tasks.sleep(LONG_NANOS);
            List<Run> runs = new ArrayList<>();
            ReadSlot slot = scene.engine.slots().enter();
            for (var level : store.version().spaces()[0].levels()) runs.addAll(List.of(level));
            store.dropSpace("a");
            work(store, "b"); // files are deleted by the next work in the background
            scene.tasks.sleep(LONG_NANOS);
            for (Run run : runs) {
                Path path = run.file().path();
                if (!scene.io.exists(path)) throw new AssertionError("a reader was inside, and " + path + " is gone");
                run.file().size(); // open still
            }
            scene.engine.slots().exit(slot);
            work(store, "c");
            scene.await(
                    "files are deleted",
                    () -> runs.stream()
                            .noneMatch(run -> scene.io.exists(run.file().path())));
            store.close();
        });
    }

    private static void work(StoreCore store, String space) {
        store.createSpace(space);
        Model.space(store, space).put(Model.bytes("key"), Model.bytes("value"), false);
        store.flush();
    }

    private static StoreCore filled(Scene scene) {
        StoreCore store = scene.open();
        store.createSpace("a");
        KeyValueSpace space = Model.space(store, "a");
        for (int i = 0; i < 30; i++) space.put(Model.bytes("key-" + i), Model.bytes("v".repeat(150)), false);
        return store;
    }

    /// Who reads a block without a lock notices that its frame was taken away.
    void evictionIsNoticed() {
        Scene.play(83, new SimulatedIo(), scene -> {
            StoreCore store = filled(scene);
            store.settle();
            Run run = null;
            for (var level : store.version().spaces()[0].levels()) for (Run one : level) run = one;
            BlockRef ref = new BlockRef();
            scene.engine.loader().locate(ref, run.file(), run.section().root(), 0);
            if (!ref.optimistic() || !ref.valid()) throw new AssertionError("the block is not in the pool");
            while (scene.engine.pool().surrenderUnit() >= 0) {}
            if (ref.valid()) throw new AssertionError("the frame was taken away, and its reader does not notice");
            ref.release();
            Model.read(store);
            store.close();
        });
    }
}
