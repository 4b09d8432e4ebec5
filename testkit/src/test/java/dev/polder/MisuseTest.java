package dev.polder;

import static dev.polder.Small.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.BudgetExceededException;
import dev.polder.errors.NotAStoreException;
import dev.polder.io.IoEngines;
import dev.polder.metrics.OpenUse;
import dev.polder.testkit.HeapRegions;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Wrong use of the API gets the error that is documented, at once, and costs nothing that was written.
class MisuseTest {
    @TempDir
    Path directory;

    @Test
    void limitsOfKeysAndValues() {
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            byte[] longest = new byte[2048];
            byte[] largest = new byte[256 << 10];
            space.put(longest, largest);
            space.put(new byte[0], new byte[0]);
            byte[] tooLong = new byte[2049];
            byte[] tooLarge = new byte[(256 << 10) + 1];
            MemorySegment segment = MemorySegment.ofArray(tooLong);
            byte[] value = {1};
            List<Runnable> misuses = List.of(
                    () -> space.put(tooLong, value),
                    () -> space.put(value, tooLarge),
                    () -> space.put(segment, MemorySegment.ofArray(value), Durability.SYNCED),
                    () -> space.delete(tooLong),
                    () -> space.get(tooLong),
                    () -> space.get(tooLong, new byte[1]),
                    () -> space.get(segment, MemorySegment.ofArray(new byte[1])),
                    () -> space.contains(tooLong),
                    () -> space.view(tooLong),
                    () -> space.multiGet(List.of(value, tooLong)),
                    () -> store.batch().put(space, tooLong, value),
                    () -> store.batch().put(space, value, tooLarge),
                    () -> store.batch().delete(space, tooLong));
            for (Runnable misuse : misuses) {
                assertThatThrownBy(misuse::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("limit");
            }
            try (Cursor cursor = space.cursor()) {
                assertThatThrownBy(() -> cursor.seek(tooLong)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> cursor.seekForPrevious(tooLong)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(() -> cursor.bounds(tooLong, null)).isInstanceOf(IllegalArgumentException.class);
                assertThatThrownBy(cursor::next).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(cursor::key).isInstanceOf(IllegalStateException.class);
            }
            assertThat(space.count()).isEqualTo(2);
            assertThat(space.get(longest)).isEqualTo(largest);
            assertThat(space.get(new byte[0])).isEmpty();
        }
    }

    @Test
    void nulls() {
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            byte[] some = {1};
            List<Runnable> misuses = List.of(
                    () -> space.put(null, some),
                    () -> space.put(some, null),
                    () -> space.get((byte[]) null),
                    () -> space.delete(null),
                    () -> space.view(null),
                    () -> space.contains(null),
                    () -> store.batch().put(space, null, some),
                    () -> store.batch().put(null, some, some),
                    () -> store.keyValues(null));
            for (Runnable misuse : misuses) assertThatThrownBy(misuse::run).isInstanceOf(NullPointerException.class);
            space.put(some, some); // no buffer, no slot and no lock was left behind
            for (int i = 0; i < 200; i++) {
                assertThatThrownBy(() -> space.put(some, null)).isInstanceOf(NullPointerException.class);
                assertThatThrownBy(() -> space.get(some, (byte[]) null)).isInstanceOf(NullPointerException.class);
            }
            assertThat(space.get(some)).isEqualTo(some);
            assertThat(space.count()).isOne();
        }
    }

    @Test
    void names() {
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            for (String name : List.of("", "n".repeat(256), "ü".repeat(128), "a\0b")) {
                assertThatThrownBy(() -> store.keyValues(name)).isInstanceOf(IllegalArgumentException.class);
            }
            store.keyValues("n".repeat(255)).put(bytes("k"), bytes("v"));
            assertThat(store.spaces()).containsExactly("n".repeat(255));
            assertThat(store.keyValuesOrNull("none")).isNull();
        }
    }

    @Test
    void batches() {
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory.resolve("one"));
                Store other = engine.store(directory.resolve("two"))) {
            KeyValues space = store.keyValues("space");
            KeyValues foreign = other.keyValues("space");
            assertThatThrownBy(() -> store.batch().put(foreign, bytes("k"), bytes("v")))
                    .isInstanceOf(IllegalArgumentException.class);
            Batch batch = store.batch().put(space, bytes("k"), bytes("v"));
            assertThatThrownBy(() -> other.write(batch, Durability.SYNCED))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(foreign.count()).isZero();
            Batch large = store.batch();
            for (int i = 0; i < 20; i++) large.put(space, bytes("large-" + i), new byte[100_000]);
            store.write(large, Durability.SYNCED);
            store.write(large, Durability.SYNCED); // may be used again
            store.write(batch, Durability.SYNCED);
            store.write(batch, Durability.SYNCED);
            store.write(store.batch(), Durability.SYNCED); // nothing
            assertThat(space.count()).isEqualTo(21);
            batch.clear();
            assertThat(batch.count()).isZero();
        }
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory.resolve("one"))) {
            assertThat(store.keyValues("space").count()).isEqualTo(21);
        }
    }

    @Test
    void aSpaceThatWasDropped() {
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            KeyValues kept = store.keyValues("kept");
            space.put(bytes("k"), bytes("v"));
            kept.put(bytes("k"), bytes("v"));
            Cursor cursor = space.cursor();
            cursor.first();
            Batch batch = store.batch().put(space, bytes("k"), bytes("v"));
            assertThat(store.drop("space")).isTrue();
            assertThat(store.drop("space")).isFalse();
            List<Runnable> misuses = List.of(
                    () -> space.put(bytes("k"), bytes("w")),
                    () -> space.delete(bytes("k")),
                    () -> space.get(bytes("k")),
                    () -> space.get(bytes("none")),
                    () -> space.view(bytes("k")),
                    () -> space.contains(bytes("k")),
                    cursor::next,
                    cursor::first);
            for (Runnable misuse : misuses) {
                assertThatThrownBy(misuse::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("dropped");
            }
            cursor.close();
            assertThatThrownBy(() -> store.write(batch, Durability.SYNCED))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("dropped");
            KeyValues again = store.keyValues("space");
            assertThat(again.get(bytes("k"))).isNull();
            assertThat(kept.get(bytes("k"))).isEqualTo(bytes("v"));
        }
    }

    @Test
    void anEngineWithOpenStoresStaysOpen() {
        Engine engine = Engine.open(Budget.mebibytes(16));
        Store store = engine.store(directory);
        store.keyValues("space").put(bytes("k"), bytes("v"));
        assertThatThrownBy(engine::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(directory.getFileName().toString());
        assertThat(store.keyValues("space").get(bytes("k"))).isEqualTo(bytes("v"));
        store.close();
        store.close();
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.store(directory)).isInstanceOf(IllegalStateException.class);
    }

    /// Also when the engine is closed and its memory may be another engine's.
    @Test
    void everythingIsRefusedAfterTheStoreIsClosed() {
        HeapRegions regions = new HeapRegions();
        Small small = new Small(IoEngines.portable(), Small.settings(16, 1_000), regions);
        Store store = small.engine.store(directory);
        KeyValues space = store.keyValues("space");
        space.put(bytes("k"), bytes("v"));
        store.settle();
        Snapshot snapshot = store.snapshot();
        Snapshot closed = store.snapshot();
        closed.close();
        closed.close();
        assertThatThrownBy(() -> space.get(bytes("k"), closed)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> space.cursor(closed)).isInstanceOf(IllegalStateException.class);
        Cursor cursor = space.cursor();
        cursor.first();
        Cursor closedCursor = space.cursor();
        closedCursor.close();
        closedCursor.close();
        assertThatThrownBy(closedCursor::first).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(closedCursor::valueBytes).isInstanceOf(IllegalStateException.class);
        Batch batch = store.batch().put(space, bytes("k"), bytes("w"));
        assertThat(store.closeNamingLeaks()).extracting(OpenUse::count).containsExactly(2L);
        List<Runnable> misuses = List.of(
                () -> space.put(bytes("k"), bytes("w")),
                () -> space.delete(bytes("k")),
                () -> space.get(bytes("k")),
                () -> space.get(bytes("k"), new byte[1]),
                () -> space.get(bytes("k"), snapshot),
                () -> space.contains(bytes("k")),
                () -> space.view(bytes("k")),
                () -> space.multiGet(List.of(bytes("k"))),
                () -> space.count(),
                () -> space.cursor(),
                () -> space.cursor(snapshot),
                cursor::next,
                cursor::value,
                () -> store.write(batch, Durability.SYNCED),
                () -> store.keyValues("space"),
                () -> store.keyValues("other"),
                () -> store.keyValuesOrNull("space"),
                () -> store.drop("space"),
                store::snapshot,
                store::spaces,
                store::sync,
                store::flush,
                store::settle,
                store::metrics,
                () -> store.verify((done, all) -> {}));
        for (int i = 0; i < misuses.size(); i++) refused(misuses.get(i), i);
        small.close();
        assertThat(regions.heldRegions()).as("a cursor is open").isEqualTo(1);
        long free = regions.acquire(16 << 20);
        MemorySegment theirs = MemorySegment.ofAddress(free).reinterpret(16 << 20);
        theirs.fill((byte) 7);
        for (int i = 0; i < misuses.size(); i++) refused(misuses.get(i), i);
        assertThat(theirs.mismatch(MemorySegment.ofArray(filled(16 << 20)))).isEqualTo(-1);
        regions.release(free, 16 << 20);
        cursor.close();
        snapshot.close();
        assertThat(regions.heldRegions()).isZero();

        // Now the memory is free, and somebody else's.
        free = regions.acquire(16 << 20);
        theirs = MemorySegment.ofAddress(free).reinterpret(16 << 20);
        theirs.fill((byte) 7);
        for (int i = 0; i < misuses.size(); i++) refused(misuses.get(i), i);
        cursor.close();
        assertThat(theirs.mismatch(MemorySegment.ofArray(filled(16 << 20)))).isEqualTo(-1);
        regions.release(free, 16 << 20);

        try (Small again = new Small(IoEngines.portable(), Small.settings(16, 1_000), regions);
                Store reopened = again.engine.store(directory)) {
            assertThat(reopened.keyValues("space").get(bytes("k"))).isEqualTo(bytes("v"));
            assertThat(reopened.spaces()).containsExactly("space");
        }
    }

    private static void refused(Runnable misuse, int number) {
        assertThatThrownBy(misuse::run).as("misuse %d", number).isInstanceOf(IllegalStateException.class);
    }

    private static byte[] filled(int bytes) {
        byte[] filled = new byte[bytes];
        java.util.Arrays.fill(filled, (byte) 7);
        return filled;
    }

    /// Threads inside reads, writes, cursors, checks and catalog changes while the store closes: each ends with what it
    /// did or the documented error, and what was acknowledged is there.
    @Test
    void closingUnderBusyThreads() throws Exception {
        for (int round = 0; round < 5; round++) {
            Path at = directory.resolve("busy-" + round);
            AtomicReference<Throwable> failure = new AtomicReference<>();
            int[] acknowledged = new int[4];
            try (Small small = new Small(IoEngines.portable(), Small.settings(16, 5_000))) {
                Store store = small.engine.store(at);
                KeyValues space = store.keyValues("space");
                List<Thread> threads = new ArrayList<>();
                for (int w = 0; w < acknowledged.length; w++) {
                    int writer = w;
                    threads.add(busy(failure, () -> {
                        byte[] key = bytes("key-" + writer + "-" + acknowledged[writer]);
                        space.put(key, new byte[500], writer == 0 ? Durability.SYNCED : Durability.BUFFERED);
                        acknowledged[writer]++;
                    }));
                }
                threads.add(busy(failure, () -> space.get(bytes("key-1-5"))));
                threads.add(busy(failure, space::count));
                threads.add(busy(failure, () -> store.verify((done, all) -> {})));
                threads.add(busy(failure, () -> {
                    store.keyValues("more").put(bytes("k"), bytes("v"), Durability.BUFFERED);
                    store.drop("more");
                }));
                threads.add(busy(failure, store::flush));
                Thread.sleep(150);
                var _ = store.closeNamingLeaks(); // cursors of those who count
                for (Thread thread : threads) thread.join();
            }
            if (failure.get() != null) throw new AssertionError(failure.get());
            try (Small small = new Small(IoEngines.portable(), Small.settings(16, 5_000));
                    Store store = small.engine.store(at)) {
                KeyValues space = store.keyValues("space");
                for (int w = 0; w < acknowledged.length; w++) {
                    for (int i = 0; i < acknowledged[w]; i++) {
                        assertThat(space.contains(bytes("key-" + w + "-" + i))).isTrue();
                    }
                    assertThat(space.contains(bytes("key-" + w + "-" + (acknowledged[w] + 1))))
                            .isFalse();
                }
                assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
            }
        }
    }

    private static Thread busy(AtomicReference<Throwable> failure, Runnable body) {
        return Thread.ofPlatform().start(() -> {
            try {
                while (true) body.run();
            } catch (IllegalStateException e) {
                boolean expected =
                        e.getMessage().contains("closed") || e.getMessage().contains("dropped");
                if (!expected) failure.compareAndSet(null, e);
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
            }
        });
    }

    @Test
    void directoriesThatAreNoStores() {
        try (Engine engine = Engine.open(Budget.mebibytes(16))) {
            Path none = directory.resolve("none");
            assertThatThrownBy(() -> engine.store(none, StoreOptions.EXISTING)).isInstanceOf(NotAStoreException.class);
            assertThatThrownBy(() -> engine.store(none, StoreOptions.READ_ONLY)).isInstanceOf(NotAStoreException.class);
            Path made = directory.resolve("made");
            try (Store store = engine.store(made)) {
                store.keyValues("space").put(bytes("k"), bytes("v"));
            }
            try (Store store = engine.store(made, StoreOptions.READ_ONLY)) {
                KeyValues space = store.keyValues("space");
                assertThat(space.get(bytes("k"))).isEqualTo(bytes("v"));
                assertThatThrownBy(() -> space.put(bytes("k"), bytes("w"))).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> store.drop("space")).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> store.keyValues("new")).isInstanceOf(IllegalStateException.class);
            }
            assertThatThrownBy(() -> engine.store(directory)).isInstanceOf(NotAStoreException.class);
        }
        assertThatThrownBy(() -> Budget.mebibytes(15)).isInstanceOf(BudgetExceededException.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"POSIX", "PORTABLE"})
    void interruptedThreadsReadAndWriteAllTheSame(EngineOptions.IoChoice io) throws Exception {
        EngineOptions options = EngineOptions.of(Budget.mebibytes(16)).withIo(io);
        try (Engine engine = Engine.open(options)) {
            try (Store store = engine.store(directory)) {
                AtomicReference<Throwable> failure = new AtomicReference<>();
                Thread thread = Thread.ofPlatform().start(() -> {
                    try {
                        workInterrupted(store);
                    } catch (Throwable t) {
                        failure.set(t);
                    }
                });
                thread.join();
                if (failure.get() != null) throw new AssertionError(failure.get());
            }
            try (Store store = engine.store(directory)) {
                assertThat(store.keyValues("space").count()).isEqualTo(300);
            }
        }
    }

    private static void workInterrupted(Store store) {
        Thread self = Thread.currentThread();
        self.interrupt();
        KeyValues space = store.keyValues("space");
        for (int i = 0; i < 300; i++) {
            space.put(bytes("key-" + i), new byte[3_000], i % 50 == 0 ? Durability.SYNCED : Durability.BUFFERED);
            assertThat(self.isInterrupted()).isTrue();
        }
        store.settle();
        assertThat(self.isInterrupted()).isTrue();
        for (int i = 0; i < 300; i++) assertThat(space.get(bytes("key-" + i))).hasSize(3_000);
        assertThat(space.count()).isEqualTo(300);
        try (Value view = space.view(bytes("key-7"))) {
            assertThat(view.length()).isEqualTo(3_000);
        }
        store.sync();
        assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
        assertThat(self.isInterrupted()).isTrue();
    }
}
