package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.runtime.Seams;
import dev.polder.runtime.Task;
import dev.polder.runtime.Tasks;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The pool is made smaller and larger while readers and a writer are at work.
class PoolLimitTest {
    private static final int KEYS = 25_000, READS = 5_000, READERS = 4;

    @TempDir
    Path folder;

    private static byte[] key(int i) {
        return "%08d".formatted(i).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }

    private static byte[] value(int i) {
        byte[] value = new byte[300];
        new Random(i).nextBytes(value);
        return value;
    }

    private static void fill(Store store, KeyValues space) {
        for (int i = 0; i < KEYS; ) {
            Batch batch = store.batch();
            for (int end = Math.min(KEYS, i + 500); i < end; i++) batch.put(space, key(i), value(i));
            store.write(batch, Durability.BUFFERED);
        }
        store.flush();
    }

    private static long poolBytes(Engine engine) {
        return engine.memory().owners().stream()
                .filter(line -> line.owner().equals("pool"))
                .findFirst()
                .orElseThrow()
                .leasedBytes();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20})
    void readsAreRightWhileThePoolIsResized(int warmPercent) {
        long seed = 20L + warmPercent;
        Tasks tasks = Seams.system().tasks();
        EngineOptions options = EngineOptions.of(Budget.mebibytes(16)).withWarmPercent(warmPercent);
        try (Engine engine = Engine.open(options);
                Store store = engine.store(folder.resolve("data"))) {
            KeyValues space = store.keyValues("test");
            fill(store, space);
            AtomicBoolean done = new AtomicBoolean();
            List<Task> readers = new ArrayList<>();
            for (int t = 0; t < READERS; t++) {
                Random random = new Random(seed * 100 + t);
                readers.add(tasks.spawn("reader " + t, () -> {
                    for (int read = 0; read < READS; read++) {
                        int i = random.nextInt(KEYS);
                        if (!Arrays.equals(space.get(key(i)), value(i)))
                            throw new AssertionError("seed " + seed + ": a wrong value of key " + i);
                    }
                }));
            }
            Task writer = tasks.spawn("writer", () -> {
                Random random = new Random(seed);
                while (!done.get()) {
                    int i = random.nextInt(KEYS);
                    space.put(key(i), value(i), Durability.BUFFERED);
                }
            });
            Task resizer = tasks.spawn("resizer", () -> {
                Random random = new Random(seed + 1);
                while (!done.get()) engine.limitPool(random.nextInt(12 << 20));
            });
            try {
                readers.forEach(Task::join);
            } finally {
                done.set(true);
                writer.join();
                resizer.join();
            }
            assertThat(engine.limitPool(1 << 20)).isTrue();
            assertThat(poolBytes(engine)).isLessThanOrEqualTo(1 << 20);
            assertThat(engine.metrics().poolPinned()).isZero();
        }
    }

    @Test
    void aLimitHoldsUntilItIsRaised() {
        try (Engine engine = Engine.open(Budget.mebibytes(16));
                Store store = engine.store(folder.resolve("data"))) {
            KeyValues space = store.keyValues("test");
            fill(store, space);
            for (int i = 0; i < KEYS; i++) space.get(key(i));
            long before = poolBytes(engine);
            assertThat(before).isGreaterThan(3 << 20);
            assertThat(engine.limitPool(2 << 20)).isTrue();
            for (int i = 0; i < KEYS; i++) space.get(key(i));
            assertThat(poolBytes(engine)).isLessThanOrEqualTo(2 << 20);
            assertThat(engine.limitPool(0)).isTrue();
            assertThat(space.get(key(7))).as("served without a frame").isEqualTo(value(7));
            assertThat(poolBytes(engine)).isZero();
            assertThat(engine.limitPool(Long.MAX_VALUE)).isTrue();
            for (int i = 0; i < KEYS; i++) space.get(key(i));
            assertThat(poolBytes(engine)).isGreaterThan(3 << 20);
            assertThatThrownBy(() -> engine.limitPool(-1)).hasMessageContaining("bytesMax=-1");
        }
    }
}
