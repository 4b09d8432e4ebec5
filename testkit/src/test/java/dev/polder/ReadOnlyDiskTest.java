package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.errors.FileAccessException;
import dev.polder.errors.NotAStoreException;
import dev.polder.io.Errno;
import dev.polder.io.IoEngine;
import dev.polder.io.IoEngines;
import dev.polder.testkit.SimulatedIo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// On a read-only file system a store is read, with its lock file or without; and whoever would write is told what to
/// do.
class ReadOnlyDiskTest {
    private static final int RECORDS = 500;

    @Test
    @EnabledOnOs(OS.LINUX)
    void aRealFileSystem(@TempDir Path parent) throws Exception {
        for (IoEngine io : List.of(IoEngines.posix(), IoEngines.portable())) {
            try (TinyDisk disk = TinyDisk.mount(parent.resolve(io.name()), 32);
                    Small small = new Small(io, Small.settings(16, 5_000))) {
                Path store = disk.directory.resolve("store");
                Path copy = disk.directory.resolve("copy");
                create(small, store);
                create(small, copy);
                Files.delete(copy.resolve("LOCK"));
                disk.remount(true);
                assertReadOnly(small, store);
                assertReadOnly(small, copy);
                assertRefused(small, disk.directory.resolve("new"), StoreOptions.DEFAULT);
                assertThat(Files.exists(disk.directory.resolve("new"))).isFalse();
                disk.remount(false);
                write(small, store);
                write(small, copy);
            }
        }
    }

    @Test
    void aSimulatedOne() {
        SimulatedIo io = new SimulatedIo();
        try (Small small = new Small(io, Small.settings(16, 5_000))) {
            Path store = Path.of("/store");
            create(small, store);
            SimulatedIo copy = io.copy(); // where nobody ever took a lock
            copy.delete(Path.of("/store/LOCK"));
            for (SimulatedIo disk : List.of(io, copy)) {
                try (Small other = new Small(disk, Small.settings(16, 5_000))) {
                    disk.readOnly(true);
                    assertReadOnly(other, store);
                    assertRefused(other, Path.of("/new"), StoreOptions.DEFAULT);
                    disk.readOnly(false);
                    write(other, store);
                }
            }
        }
    }

    private static void create(Small small, Path directory) {
        try (Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            for (int i = 0; i < RECORDS; i++) StoreHolder.put(space, i, i);
            store.flush();
            for (int i = 0; i < RECORDS; i += 2) StoreHolder.put(space, i, i);
        }
    }

    private static void assertReadOnly(Small small, Path directory) {
        assertRefused(small, directory, StoreOptions.DEFAULT);
        assertRefused(small, directory, StoreOptions.EXISTING);
        try (Store store = small.engine.store(directory, StoreOptions.READ_ONLY);
                Store again = small.engine.store(directory, StoreOptions.READ_ONLY)) {
            assertThat(store.keyValues("space").count()).isEqualTo(RECORDS);
            assertThat(again.keyValues("space").count()).isEqualTo(RECORDS);
            assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
        }
        assertThatExceptionOfType(NotAStoreException.class)
                .isThrownBy(() -> small.engine.store(directory.resolve("none"), StoreOptions.READ_ONLY));
    }

    private static void assertRefused(Small small, Path directory, StoreOptions options) {
        assertThatExceptionOfType(FileAccessException.class)
                .isThrownBy(() -> small.engine.store(directory, options))
                .withMessageContaining(directory.toString())
                .withMessageContaining("open the store read-only")
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EROFS));
    }

    private static void write(Small small, Path directory) {
        try (Store store = small.engine.store(directory)) {
            StoreHolder.put(store.keyValues("space"), RECORDS, RECORDS);
            store.settle();
            assertThat(store.keyValues("space").count()).isEqualTo(RECORDS + 1L);
        }
    }
}
