package dev.polder;

import static dev.polder.Small.bytes;
import static dev.polder.Small.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.errors.BackpressureException;
import dev.polder.io.IoEngines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Batches that are larger than what the log takes at once, through the front door.
class SpilledBatchTest {
    /// Above the largest group of an engine of 16 MiB.
    private static final int LARGE_BYTES = 400_000;

    @TempDir
    Path directory;

    @Test
    void fiftyMegabytesOnAnEngineOfSixteenMebibytes() {
        int records = 50_000;
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            for (int i = 0; i < records; i += 7) space.put(key(i), bytes("old"), Durability.BUFFERED);
            Batch batch = store.batch();
            for (int i = 0; i < records; i++) {
                int scattered = (int) (i * 7919L % records);
                batch.put(space, key(scattered), value(scattered, 1));
            }
            assertThat(batch.bytes()).isGreaterThan(50_000_000);
            store.write(batch, Durability.BUFFERED);
            assertThat(store.metrics().spilledBatches()).isOne();
            assertThat(store.metrics().flushedSequence())
                    .isEqualTo(store.metrics().visibleSequence());
            check(space, records, 1);
            Batch again = store.batch();
            for (int i = 0; i < records; i++) again.put(space, key(i), value(i, 2));
            store.write(again, Durability.SYNCED);
            store.settle();
            check(space, records, 2);
            assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
            assertThat(engine.memory().usedBytes()).isLessThanOrEqualTo(16 << 20);
        }
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(directory)) {
            check(store.keyValues("space"), records, 2);
        }
    }

    private static void check(KeyValues space, int records, int version) {
        for (int i = 0; i < records; i++) assertThat(space.get(key(i))).isEqualTo(value(i, version));
        int i = 0;
        try (Cursor cursor = space.cursor()) {
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                assertThat(cursor.key()).isEqualTo(key(i));
                assertThat(cursor.value()).isEqualTo(value(i++, version));
            }
        }
        assertThat(i).isEqualTo(records);
    }

    private static byte[] key(int i) {
        return bytes("key-%07d".formatted(i));
    }

    /// 1,000 bytes that do not compress.
    private static byte[] value(int i, int version) {
        byte[] value = new byte[1_000];
        SplittableRandom random = new SplittableRandom(31L * i + version);
        for (int at = 0; at < value.length; at += 8) {
            long word = random.nextLong();
            for (int b = 0; b < 8; b++) value[at + b] = (byte) (word >>> (8 * b));
        }
        return value;
    }

    /// Batches around the limit and above, small writes between them; keys written twice in a batch, deletes, values
    /// in several pieces; snapshots and cursors that were opened before; flushes, compactions and reopens.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void againstAMap(boolean logged) {
        long seed = System.nanoTime();
        System.out.println("spilled batches against a map, seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        StoreOptions options = logged ? StoreOptions.DEFAULT : StoreOptions.UNLOGGED;
        Map<String, NavigableMap<String, String>> model =
                new TreeMap<>(Map.of("a", new TreeMap<>(), "b", new TreeMap<>()));
        long spilled = 0;
        for (int round = 0; round < 6; round++) {
            try (Small small = new Small(IoEngines.portable(), Small.settings(16, 30_000));
                    Store store = small.engine.store(directory, options)) {
                List<Frozen> frozen = new ArrayList<>();
                for (int step = 0; step < 40; step++) {
                    step(store, model, random);
                    if (random.nextInt(8) == 0) frozen.add(new Frozen(store, model));
                    if (random.nextInt(10) == 0 && !frozen.isEmpty())
                        frozen.remove(random.nextInt(frozen.size())).checkAndClose(seed);
                }
                frozen.forEach(one -> one.checkAndClose(seed));
                compare(store, model, seed);
                assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
                spilled += store.metrics().spilledBatches();
            }
        }
        assertThat(spilled).isGreaterThan(10);
    }

    private static void step(Store store, Map<String, NavigableMap<String, String>> model, SplittableRandom random) {
        int dice = random.nextInt(20);
        if (dice == 0) store.flush();
        if (dice == 1) store.settle();
        Batch batch = store.batch();
        int target = dice < 12 ? 1 : random.nextInt(LARGE_BYTES / 2, 3 * LARGE_BYTES);
        int keys = random.nextInt(10, 2_000);
        int valueBytes = random.nextInt(10) == 0 ? 200_000 : random.nextInt(1, 3_000);
        while (batch.bytes() < target) {
            String name = random.nextBoolean() ? "a" : "b";
            KeyValues space = store.keyValues(name);
            String key = "key-" + random.nextInt(keys);
            if (random.nextInt(4) == 0) {
                batch.delete(space, bytes(key));
                model.get(name).remove(key);
            } else {
                String value = random.nextLong() + "v".repeat(random.nextInt(valueBytes));
                batch.put(space, bytes(key), bytes(value));
                model.get(name).put(key, value);
            }
        }
        store.write(batch, random.nextBoolean() ? Durability.SYNCED : Durability.BUFFERED);
    }

    private static void compare(Store store, Map<String, NavigableMap<String, String>> model, long seed) {
        model.forEach((name, expected) -> {
            KeyValues space = store.keyValues(name);
            try (Cursor cursor = space.cursor()) {
                assertThat(scan(cursor)).as("seed %d", seed).isEqualTo(expected);
            }
            for (int i = 0; i < 2_000; i += 3) {
                assertThat(text(space.get(bytes("key-" + i))))
                        .as("seed %d", seed)
                        .isEqualTo(expected.get("key-" + i));
            }
        });
    }

    private static Map<String, String> scan(Cursor cursor) {
        TreeMap<String, String> found = new TreeMap<>();
        for (boolean more = cursor.first(); more; more = cursor.next()) {
            found.put(text(cursor.key()), text(cursor.value()));
        }
        return found;
    }

    /// A snapshot, a cursor of its own in mid-flight, and what both must show.
    private static final class Frozen {
        private final KeyValues space;
        private final Snapshot snapshot;
        private final Cursor cursor;
        private final NavigableMap<String, String> expected;
        private final String at;

        Frozen(Store store, Map<String, NavigableMap<String, String>> model) {
            space = store.keyValues("a");
            expected = new TreeMap<>(model.get("a"));
            snapshot = store.snapshot();
            cursor = space.cursor();
            at = cursor.seek(bytes("key-5")) ? text(cursor.key()) : null;
        }

        void checkAndClose(long seed) {
            TreeMap<String, String> rest = new TreeMap<>();
            String from = at;
            if (from != null) {
                do rest.put(text(cursor.key()), text(cursor.value()));
                while (cursor.next());
                assertThat(rest).as("seed %d", seed).isEqualTo(expected.tailMap(from, true));
            }
            try (Cursor whole = space.cursor(snapshot)) {
                assertThat(scan(whole)).as("seed %d", seed).isEqualTo(expected);
            }
            cursor.close();
            snapshot.close();
        }
    }

    /// Writers of small batches, writers of large ones, and readers that know when a batch is torn: each batch writes
    /// one number to all its keys. Two engines' worth of stores on the smallest budget, so that all wait for all.
    @ParameterizedTest
    @ValueSource(longs = {16, 64})
    void besideWritersAndReadersNoBatchIsTorn(long mebibytes) throws Exception {
        long seed = System.nanoTime();
        System.out.println("spilled batches beside others, seed " + seed);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong numbers = new AtomicLong();
        int rows = 2 * LARGE_BYTES / 1_000;
        try (Small small = new Small(IoEngines.probe(), Small.settings(mebibytes, 60_000))) {
            List<Thread> large = new ArrayList<>();
            List<Thread> others = new ArrayList<>();
            List<Store> stores = new ArrayList<>();
            List<Map<String, String>> written = new ArrayList<>();
            for (int s = 0; s < 3; s++) {
                Store store = small.engine.store(directory.resolve("store-" + s));
                stores.add(store);
                KeyValues space = store.keyValues("rows");
                KeyValues other = store.keyValues("other");
                writeRows(store, space, rows * (int) mebibytes / 16, numbers.incrementAndGet());
                for (int t = 0; t < 2; t++) {
                    large.add(start(failure, () -> {
                        for (int i = 0; i < 12 && failure.get() == null; i++) {
                            writeRows(store, space, rows * (int) mebibytes / 16, numbers.incrementAndGet());
                        }
                    }));
                }
                SplittableRandom random = new SplittableRandom(seed + s);
                Map<String, String> last = new TreeMap<>();
                written.add(last);
                others.add(start(failure, () -> {
                    for (int i = 0; !done.get() && failure.get() == null; i++) {
                        String value = i + "o".repeat(random.nextInt(2_000));
                        other.put(bytes("k-" + i % 300), bytes(value), Durability.BUFFERED);
                        last.put("k-" + i % 300, value);
                    }
                }));
                others.add(start(failure, () -> {
                    while (!done.get() && failure.get() == null) checkRows(store, space);
                }));
            }
            for (Thread thread : large) thread.join();
            done.set(true);
            for (Thread thread : others) thread.join();
            if (failure.get() != null) throw new AssertionError("seed " + seed, failure.get());
            small.checkMemory();
            for (int s = 0; s < stores.size(); s++) {
                Store store = stores.get(s);
                assertThat(store.metrics().spilledBatches()).isEqualTo(25);
                checkRows(store, store.keyValues("rows"));
                assertThat(store.verify((bytes, all) -> {}).problems()).isEmpty();
                store.close();
                try (Store reopened = small.engine.store(store.path());
                        Cursor cursor = reopened.keyValues("other").cursor()) {
                    assertThat(scan(cursor)).as("seed %d", seed).isEqualTo(written.get(s));
                    reopened.settle();
                    checkRows(reopened, reopened.keyValues("rows"));
                }
            }
        }
    }

    private static void writeRows(Store store, KeyValues space, int rows, long number) {
        Batch batch = store.batch();
        byte[] value = bytes("%020d".formatted(number) + "r".repeat(1_000));
        for (int row = 0; row < rows; row++) batch.put(space, bytes("row-" + row), value);
        store.write(batch, Durability.BUFFERED);
        if (Long.parseLong(text(space.get(bytes("row-0"))).substring(0, 20)) == 0) throw new AssertionError();
    }

    private static void checkRows(Store store, KeyValues space) {
        try (Snapshot snapshot = store.snapshot();
                Cursor cursor = space.cursor(snapshot)) {
            String first = null;
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                String number = text(cursor.value()).substring(0, 20);
                if (first == null) first = number;
                if (!first.equals(number)) throw new AssertionError("torn: " + first + " and " + number);
            }
            String single = text(space.get(bytes("row-0"), snapshot)).substring(0, 20);
            if (!single.equals(first)) throw new AssertionError("torn: " + first + " and " + single);
        }
    }

    private static Thread start(AtomicReference<Throwable> failure, Runnable body) {
        return Thread.ofPlatform().start(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
            }
        });
    }

    @Test
    void aSpaceThatIsDroppedMeanwhileRefusesIt() throws Exception {
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        try (Small small = new Small(io, Small.settings(16, 30_000));
                Store store = small.engine.store(directory)) {
            KeyValues kept = store.keyValues("kept");
            KeyValues dropped = store.keyValues("dropped");
            AtomicReference<Throwable> failure = new AtomicReference<>();
            io.stick("run-");
            Thread writer = start(failure, () -> store.write(large(store, kept, dropped), Durability.SYNCED));
            try {
                while (io.waiting() == 0) Thread.onSpinWait();
                assertThat(store.drop("dropped")).isTrue();
            } finally {
                io.free();
            }
            writer.join();
            assertThat(failure.get())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("the space was dropped: dropped of");
            assertThat(kept.count()).isZero();
            assertThat(runFiles()).isEmpty();
            store.write(large(store, kept), Durability.SYNCED);
            assertThat(kept.count()).isEqualTo(LARGE_BYTES / 1_000);
        }
    }

    /// Nobody waits for a batch of a store that closes; the file goes.
    @Test
    void aStoreThatClosesRefusesIt() throws Exception {
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        try (Small small = new Small(io, Small.settings(16, 30_000))) {
            Store store = small.engine.store(directory);
            KeyValues space = store.keyValues("space");
            AtomicReference<Throwable> failure = new AtomicReference<>();
            io.stick("run-");
            Thread writer = start(failure, () -> store.write(large(store, space), Durability.SYNCED));
            Thread second = start(failure, () -> store.write(large(store, space), Durability.SYNCED));
            while (io.waiting() == 0) Thread.onSpinWait();
            Thread closer = start(failure, store::close);
            try {
                assertThatThrownBy(() -> putForEver(space)).hasMessageContaining("closed");
            } finally {
                io.free();
            }
            second.join();
            assertThat(failure.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
            writer.join();
            closer.join();
            assertThat(runFiles()).isEmpty();
            try (Store again = small.engine.store(directory)) {
                assertThat(again.keyValues("space").count()).isZero();
            }
        }
    }

    /// An edit that hangs holds writers as long as a full memory would, and no longer; then all goes on.
    @Test
    void writersThatAreHeldByAStuckDeviceAreRefused() throws Exception {
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        try (Small small = new Small(io, Small.settings(16, 300));
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            store.write(large(store, space), Durability.SYNCED); // so that file ids are in stock
            AtomicReference<Throwable> failure = new AtomicReference<>();
            io.stick("manifest-");
            Thread writer = start(failure, () -> store.write(large(store, space), Durability.SYNCED));
            try {
                while (io.waiting() == 0) Thread.onSpinWait();
                assertThatThrownBy(() -> space.put(bytes("k"), bytes("v"), Durability.BUFFERED))
                        .isInstanceOf(BackpressureException.class);
                assertThat(space.get(bytes("k"))).isNull(); // reads go on
            } finally {
                io.free();
            }
            writer.join();
            assertThat(failure.get()).isNull();
            space.put(bytes("k"), bytes("v"), Durability.BUFFERED);
            assertThat(space.count()).isEqualTo(LARGE_BYTES / 1_000 + 1);
        }
    }

    private static void putForEver(KeyValues space) {
        while (true) space.delete(bytes("none"), Durability.BUFFERED);
    }

    private static Batch large(Store store, KeyValues... spaces) {
        Batch batch = store.batch();
        byte[] value = new byte[1_000];
        for (int i = 0; i < LARGE_BYTES / 1_000; i++) {
            for (KeyValues space : spaces) batch.put(space, bytes("row-" + i), value);
        }
        return batch;
    }

    private List<String> runFiles() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("run-"))
                    .toList();
        }
    }

    @Test
    void aBatchHasALimit() {
        assertThat(Batch.capacity(512, 513)).isEqualTo(1024);
        assertThat(Batch.capacity(512, 5_000)).isEqualTo(5_000);
        assertThat(Batch.capacity(1_500_000_000, 1_500_000_001)).isEqualTo(Integer.MAX_VALUE - 8);
        assertThatThrownBy(() -> Batch.capacity(Integer.MAX_VALUE - 8, 1L << 31))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit");
    }
}
