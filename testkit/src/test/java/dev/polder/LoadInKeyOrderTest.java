package dev.polder;

import static dev.polder.Small.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngines;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Records that come in the order of their keys are written once: their runs move down by edits of the manifest. A run
/// that shares its file with another space's stays until it is merged.
class LoadInKeyOrderTest {
    private static final int RECORDS = 12_000;

    @TempDir
    Path directory;

    @Test
    void aSpaceAloneIsWrittenOnce() {
        try (Small small = new Small(IoEngines.portable(), Small.settings(16, 30_000));
                Store store = small.engine.store(directory)) {
            load(store.keyValues("a"));
            store.settle();
            StoreMetrics metrics = store.metrics();
            assertThat(metrics.compactionBytesOut()).isZero();
            var levels = metrics.spaces().getFirst().levels();
            assertThat(levels.getFirst()).as("runs by level %s", levels).isLessThan(3);
            assertThat(levels.stream().mapToInt(Integer::intValue).sum()).isGreaterThan(10);
            check(store, "a");
        }
        try (Small small = new Small(IoEngines.portable(), Small.settings(16, 30_000));
                Store store = small.engine.store(directory)) {
            check(store, "a");
            for (int i = 0; i < RECORDS; i += 2) store.keyValues("a").delete(key(i), Durability.BUFFERED);
            store.settle(); // what was moved is merged like any other run
            assertThat(store.metrics().compactionBytesOut()).isPositive();
            assertThat(store.keyValues("a").count()).isEqualTo(RECORDS / 2);
            assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
        }
    }

    @Test
    void spacesThatShareFilesAreMerged() {
        try (Small small = new Small(IoEngines.portable(), Small.settings(16, 30_000));
                Store store = small.engine.store(directory)) {
            KeyValues a = store.keyValues("a");
            KeyValues b = store.keyValues("b");
            for (int i = 0; i < RECORDS; i++) {
                a.put(key(i), value(i), Durability.BUFFERED);
                b.put(key(i), value(i), Durability.BUFFERED);
            }
            store.settle();
            assertThat(store.metrics().compactionBytesOut()).isPositive();
            check(store, "a");
            check(store, "b");
            store.drop("a");
            store.settle();
            check(store, "b");
        }
    }

    private static void load(KeyValues space) {
        for (int i = 0; i < RECORDS; i++) space.put(key(i), value(i), Durability.BUFFERED);
    }

    private static void check(Store store, String name) {
        KeyValues space = store.keyValues(name);
        for (int i = 0; i < RECORDS; i++)
            assertThat(space.get(key(i))).as("record %d", i).isEqualTo(value(i));
        assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
    }

    private static byte[] key(int i) {
        return bytes(String.format("%08d", i));
    }

    private static byte[] value(int i) {
        return bytes("value " + i + " of a hundred bytes or so ".repeat(3) + Integer.toHexString(i * 0x9e3779b9));
    }
}
