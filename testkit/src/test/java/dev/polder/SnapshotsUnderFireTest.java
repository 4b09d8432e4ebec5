package dev.polder;

import static dev.polder.Small.bytes;
import static dev.polder.Small.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Snapshots, and cursors over them, show exactly the model that was frozen with them, however much is written, merged
/// and compacted meanwhile.
class SnapshotsUnderFireTest {
    private static final int WRITERS = 4;
    private static final int READERS = 4;
    private static final int COMMITS = 6_000;
    private static final int KEYS = 400;

    private final TreeMap<String, String> model = new TreeMap<>();
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    @TempDir
    Path directory;

    @Test
    void aSnapshotStaysAsItWas() throws Exception {
        long seed = System.nanoTime();
        System.out.println("snapshots under fire, seed " + seed);
        try (Small small = new Small(IoEngines.probe(), Small.settings(64, 30_000));
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                SplittableRandom random = new SplittableRandom(seed + i);
                threads.add(start(() -> write(store, space, random)));
            }
            for (int i = 0; i < READERS; i++) {
                SplittableRandom random = new SplittableRandom(seed - 1 - i);
                threads.add(start(() -> read(store, space, random)));
            }
            threads.add(start(() -> {
                while (commits.get() < COMMITS) store.flush();
            }));
            for (Thread thread : threads) thread.join();
            if (failure.get() != null) throw new AssertionError("seed " + seed, failure.get());
            store.settle();
            assertThat(store.metrics().compactionBytesOut()).isPositive();
            small.checkMemory();
        }
    }

    private Thread start(Runnable body) {
        return Thread.ofPlatform().start(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                failure.compareAndSet(null, t);
                commits.set(COMMITS);
            }
        });
    }

    private void write(Store store, KeyValues space, SplittableRandom random) {
        while (commits.get() < COMMITS) {
            Batch batch = store.batch();
            TreeMap<String, String> changes = new TreeMap<>();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                String key = "key-" + random.nextInt(KEYS);
                String value = random.nextInt(4) == 0 ? "" : random.nextLong() + "v".repeat(random.nextInt(300));
                changes.put(key, value);
            }
            changes.forEach((key, value) -> {
                if (value.isEmpty()) batch.delete(space, bytes(key));
                else batch.put(space, bytes(key), bytes(value));
            });
            synchronized (model) {
                store.write(batch, random.nextInt(300) == 0 ? Durability.SYNCED : Durability.BUFFERED);
                changes.forEach((key, value) -> {
                    if (value.isEmpty()) model.remove(key);
                    else model.put(key, value);
                });
            }
            commits.incrementAndGet();
        }
    }

    private void read(Store store, KeyValues space, SplittableRandom random) {
        while (commits.get() < COMMITS) {
            Snapshot snapshot;
            Cursor cursor;
            Map<String, String> frozen;
            synchronized (model) {
                snapshot = store.snapshot();
                cursor = space.cursor(snapshot);
                frozen = new TreeMap<>(model);
            }
            int until = commits.get() + random.nextInt(1_500);
            boolean early = random.nextInt(3) == 0;
            do {
                compare(space, snapshot, cursor, frozen, random);
            } while (commits.get() < Math.min(until, COMMITS));
            if (early) snapshot.close();
            scan(cursor, frozen, true); // the cursor holds the snapshot's sequence for itself
            cursor.close();
            snapshot.close();
        }
    }

    private static void compare(
            KeyValues space, Snapshot snapshot, Cursor cursor, Map<String, String> frozen, SplittableRandom random) {
        for (int i = 0; i < 50; i++) {
            String key = "key-" + random.nextInt(KEYS);
            assertThat(text(space.get(bytes(key), snapshot)))
                    .as(key + " at " + snapshot.sequence())
                    .isEqualTo(frozen.get(key));
        }
        scan(cursor, frozen, random.nextBoolean());
    }

    private static void scan(Cursor cursor, Map<String, String> frozen, boolean forward) {
        TreeMap<String, String> found = new TreeMap<>();
        for (boolean more = forward ? cursor.first() : cursor.last();
                more;
                more = forward ? cursor.next() : cursor.previous()) {
            found.put(text(cursor.key()), text(cursor.value()));
        }
        assertThat(found).isEqualTo(frozen);
    }
}
