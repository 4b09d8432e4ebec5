package dev.polder.testkit;

import dev.polder.errors.CorruptionException;
import dev.polder.errors.PolderException;
import dev.polder.io.IoEngine.OpenMode;
import dev.polder.io.IoFile;
import dev.polder.memory.Memory;
import dev.polder.store.StoreCore;
import dev.polder.store.StoreSettings;
import dev.polder.store.Verifier;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a damaged store says of itself, and tools to damage it.
enum Damage {
    /// A typed error, or a problem that `verify` reports; what was read was right.
    DETECTED,

    /// Everything was read, and the last group of the log is not there.
    OLDER,

    /// Everything was read, and was right.
    HARMLESS;

    static final StoreSettings READ_ONLY = new StoreSettings(false, true, true);

    /// Opens the store, reads everything in it and verifies it. Data that is none of the states that may be shown
    /// (the right one first), and any error that is not typed, is thrown on.
    static Damage assess(World world, StoreSettings settings, List<Map<String, Map<String, String>>> allowed) {
        StoreCore store;
        try {
            store = world.open(settings);
        } catch (PolderException e) {
            if (e instanceof CorruptionException) checkThatVerifyNamesIt(world, e);
            return DETECTED;
        }
        try {
            Map<String, Map<String, String>> found = null;
            try {
                found = Model.read(store);
            } catch (PolderException e) {
                // Reads are right up to there; see what the verification says.
            }
            List<String> problems = Verifier.verify(store, (done, all) -> {}).problems();
            if (found == null) return DETECTED;
            if (!allowed.contains(found)) throw new AssertionError("wrong data: " + found);
            if (!problems.isEmpty()) return DETECTED;
            return found.equals(allowed.getFirst()) ? HARMLESS : OLDER;
        } finally {
            close(store);
        }
    }

    /// The message says that it does.
    private static void checkThatVerifyNamesIt(World world, PolderException refusal) {
        List<String> problems = Verifier.verify(world.engine, World.DIRECTORY, (done, all) -> {})
                .problems();
        if (problems.isEmpty()) throw new AssertionError("a verification finds nothing", refusal);
    }

    /// A damaged store may find the damage when it merges in the end.
    private static void close(StoreCore store) {
        try {
            store.close();
        } catch (PolderException e) {
            // It is typed, which is all that is asked.
        }
    }

    static void write(SimulatedIo io, Path file, byte[] content) {
        try (Arena arena = Arena.ofConfined();
                IoFile to = io.open(file, new OpenMode(true, true, false))) {
            to.truncate(0);
            if (content.length == 0) return;
            long address = arena.allocate(content.length, 4096).address();
            Memory.copyIn(content, 0, address, content.length);
            for (int done = 0; done < content.length; ) {
                done += to.write(done, address + done, content.length - done);
            }
        }
    }

    static void truncate(SimulatedIo io, Path file, long bytes) {
        try (IoFile to = io.open(file, new OpenMode(false, true, false))) {
            to.truncate(bytes);
        }
    }

    static String name(Path file) {
        return file.toString().substring(file.toString().lastIndexOf('/') + 1);
    }
}
