package dev.polder;

import static dev.polder.Small.bytes;
import static dev.polder.Small.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngines;
import dev.polder.store.EngineSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Stores without a log merge what they hold when they close, each on the thread that closes it, while the merging task
/// and the compactions work for others, all on one engine of the smallest size: none may spoil another's runs.
class StoresMergeAtOnceTest {
    private static final int THREADS = 6;
    private static final int ROUNDS = 6;
    private static final int KEYS = 400;

    @TempDir
    Path directory;

    @Test
    void everyStoreFindsWhatItMerged() throws InterruptedException {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        GatedIo io = new GatedIo(IoEngines.portable(), false);
        try (Small small = new Small(io, EngineSettings.of(16L << 20, 2, 30_000))) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < THREADS; t++) {
                int number = t;
                threads.add(Thread.ofPlatform().start(() -> {
                    try {
                        for (int round = 0; round < ROUNDS; round++) round(small, number, round);
                    } catch (Throwable e) {
                        failure.compareAndSet(null, e);
                    }
                }));
            }
            for (Thread thread : threads) thread.join();
            small.checkMemory();
        }
        if (failure.get() != null) throw new AssertionError(failure.get());
    }

    private void round(Small small, int number, int round) {
        try (Store store = small.engine.store(directory.resolve("store-" + number), StoreOptions.UNLOGGED)) {
            KeyValues space = store.keyValues("space");
            if (round > 0) {
                assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
                for (int k = 0; k < KEYS; k++) {
                    assertThat(text(space.get(key(k)))).isEqualTo(value(number, k, round - 1));
                }
            }
            for (int k = 0; k < KEYS; k++) space.put(key(k), bytes(value(number, k, round)), Durability.BUFFERED);
            if (number % 3 == 0) store.flush();
        }
    }

    private static byte[] key(int number) {
        return bytes("key-" + number);
    }

    private static String value(int store, int key, int round) {
        return (store + "/" + key + "/" + round + ";").repeat(200);
    }
}
