package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.OutOfSpaceException;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.log.LogConfig;
import dev.polder.run.LevelPicker;
import dev.polder.run.RunConfig;
import dev.polder.store.EngineSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// A file system that is truly full, to the last byte: what was acknowledged stays readable, what was refused never
/// happened, and writes resume as soon as somebody deletes something, without a reopen; closing and reopening while
/// it is full lose nothing either.
@EnabledOnOs(OS.LINUX)
class FullDiskTest {
    private static final int DISK_MEBIBYTES = 28;
    private static final int PUTS_AFTER = 40;
    private static final int BALLAST_BYTES = 10 << 20;

    /// As users have it, but that a few mebibytes make several generations and segments. Values are large: where
    /// compaction cannot go on for want of space it slows writers, and the test with them.
    private static final EngineSettings SETTINGS = new EngineSettings(
            16L << 20,
            1,
            2_000,
            512 << 10,
            new LevelPicker.Config(7, 4, 64 << 20, 64 << 20, 10, 25),
            RunConfig.DEFAULT,
            1 << 20,
            new LogConfig(64 << 10, 512 << 10, 2),
            256 << 10);

    @TempDir
    Path parent;

    private final Map<String, String> model = new TreeMap<>();

    @Test
    void writesEndAndResume() throws IOException {
        long seed = System.nanoTime() >>> 20;
        System.out.println("full disk, seed " + seed);
        Random random = new Random(seed);
        for (IoEngine io : List.of(IoEngines.posix(), IoEngines.portable())) {
            model.clear();
            try (TinyDisk disk = TinyDisk.mount(parent.resolve(io.name()), DISK_MEBIBYTES);
                    Small small = new Small(io, SETTINGS)) {
                Path directory = disk.directory.resolve("store");
                try (Store store = small.engine.store(directory)) {
                    KeyValues space = store.keyValues("space");
                    ballast(disk);
                    fill(space, random);
                    fillTheRest(disk); // whatever came free meanwhile
                    check(space);
                    empty(disk, "rest");
                    empty(disk, "ballast");
                    putMany(space, random); // no reopen in between
                    check(space);
                    fill(space, random);
                    fillTheRest(disk);
                    check(space);
                }
                reopenWhileFull(small, directory);
                empty(disk, "rest");
                disk.resize(DISK_MEBIBYTES + 12);
                try (Store store = small.engine.store(directory)) {
                    check(store.keyValues("space"));
                    putMany(store.keyValues("space"), random);
                    check(store.keyValues("space"));
                    assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
                }
            }
        }
    }

    /// Opening for writing needs a few blocks, which closing may have given back, and says so where there is none.
    /// Reading needs none.
    private void reopenWhileFull(Small small, Path directory) {
        for (int attempt = 0; attempt < 3; attempt++) {
            try (Store store = small.engine.store(directory, StoreOptions.READ_ONLY)) {
                check(store.keyValues("space"));
            }
            try (Store store = small.engine.store(directory)) {
                check(store.keyValues("space"));
            } catch (OutOfSpaceException e) {
                assertThat(e).hasMessageContaining("Free some space");
            }
        }
    }

    private static void ballast(TinyDisk disk) throws IOException {
        Files.write(disk.directory.resolve("ballast"), new byte[BALLAST_BYTES]);
    }

    private static void fillTheRest(TinyDisk disk) throws IOException {
        disk.fill(disk.directory.resolve("rest"));
    }

    private static void empty(TinyDisk disk, String file) throws IOException {
        Files.delete(disk.directory.resolve(file));
    }

    /// Puts until there is no space, some of them synced.
    private void fill(KeyValues space, Random random) {
        for (int i = 0; ; i++) {
            if (i > 100_000) throw new AssertionError("never full");
            if (!put(space, random)) return;
        }
    }

    /// The merger looks for space again every now and then, so a write may be refused for a while yet.
    private void putMany(KeyValues space, Random random) {
        long deadline = System.nanoTime() + 30_000_000_000L;
        for (int done = 0; done < PUTS_AFTER; ) {
            if (put(space, random)) done++;
            else if (System.nanoTime() - deadline < 0) LockSupport.parkNanos(10_000_000);
            else throw new AssertionError("writes do not resume: " + done);
        }
    }

    private boolean put(KeyValues space, Random random) {
        String key = "key-" + random.nextInt(2_000);
        byte[] noise = new byte[random.nextInt(50_000)];
        random.nextBytes(noise);
        String value = java.util.HexFormat.of().formatHex(noise);
        try {
            space.put(
                    Small.bytes(key),
                    Small.bytes(value),
                    random.nextInt(10) == 0 ? Durability.SYNCED : Durability.BUFFERED);
        } catch (OutOfSpaceException e) {
            assertThat(Small.text(space.get(Small.bytes(key)))).isEqualTo(model.get(key));
            return false;
        }
        model.put(key, value);
        return true;
    }

    private void check(KeyValues space) {
        Map<String, String> found = new TreeMap<>();
        try (Cursor cursor = space.cursor()) {
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                found.put(Small.text(cursor.key()), Small.text(cursor.value()));
            }
        }
        assertThat(found.equals(model))
                .as("all that was acknowledged, and no more")
                .isTrue();
        for (String key : model.keySet())
            assertThat(Small.text(space.get(Small.bytes(key)))).isEqualTo(model.get(key));
    }
}
