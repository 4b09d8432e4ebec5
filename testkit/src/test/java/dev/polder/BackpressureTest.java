package dev.polder;

import static dev.polder.Small.bytes;
import static dev.polder.Small.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.BackpressureException;
import dev.polder.io.IoEngines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Writers that are faster than the disk wait; when it is stuck they are refused, and what was refused never happened.
class BackpressureTest {
    private static final String VALUE = "v".repeat(900);

    private final GatedIo io = new GatedIo(IoEngines.portable(), false);

    @TempDir
    Path directory;

    @Test
    void aStuckDeviceRefusesWritesAndNothingOfThemIsLogged() {
        int acknowledged = 0;
        int refusedAt;
        try (Small small = new Small(io, Small.settings(16, 300))) {
            try (Store store = small.engine.store(directory)) {
                KeyValues space = store.keyValues("space");
                io.stick("run-");
                try {
                    refusedAt = putUntilRefused(space, small);
                    acknowledged = refusedAt;
                    for (int i = 0; i < refusedAt; i++)
                        assertThat(space.get(key(i))).as("key %d", i).isNotNull();
                    assertThat(space.get(key(refusedAt))).isNull();
                    assertThat(store.metrics().generations()).isLessThanOrEqualTo(6);
                } finally {
                    io.free(); // or the close would wait for ever
                }
            }
            try (Store store = small.engine.store(directory)) { // the log is read again
                KeyValues space = store.keyValues("space");
                for (int i = 0; i < acknowledged; i++)
                    assertThat(text(space.get(key(i)))).isEqualTo(i + VALUE);
                assertThat(space.get(key(refusedAt))).isNull();
                assertThat(space.count()).isEqualTo(acknowledged);
            }
        }
    }

    @Test
    void writesGoOnWhenTheDeviceRecovers() {
        try (Small small = new Small(io, Small.settings(16, 300));
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            int refusedAt;
            io.stick("run-");
            try {
                refusedAt = putUntilRefused(space, small);
            } finally {
                io.free();
            }
            for (int i = refusedAt; i < refusedAt + 500; i++) put(space, i);
            store.settle();
            assertThat(space.count()).isEqualTo(refusedAt + 500L);
        }
    }

    @Test
    void aSlowDeviceSlowsWritersAndMemoryStaysWhereItWas() throws Exception {
        AtomicReference<Throwable> failure = new AtomicReference<>();
        AtomicInteger next = new AtomicInteger();
        int records = 8_000;
        try (Small small = new Small(io, Small.settings(16, 60_000));
                Store store = small.engine.store(directory)) {
            KeyValues space = store.keyValues("space");
            io.slow("run-", 200); // 5 MB/s
            List<Thread> writers = new ArrayList<>();
            for (int w = 0; w < 4; w++) {
                writers.add(Thread.ofPlatform().start(() -> {
                    try {
                        for (int i = next.getAndIncrement(); i < records; i = next.getAndIncrement()) put(space, i);
                    } catch (Throwable t) {
                        failure.compareAndSet(null, t);
                    }
                }));
            }
            int generations = 0;
            for (Thread writer : writers) {
                while (!writer.join(java.time.Duration.ofMillis(1))) {
                    small.checkMemory();
                    generations = Math.max(generations, store.metrics().generations());
                }
            }
            io.slow("-", 0);
            assertThat(failure.get()).isNull();
            assertThat(generations).isBetween(3, 6); // writers did run into the limit, and not past it
            assertThat(space.count()).isEqualTo(records);
        }
    }

    private static int putUntilRefused(KeyValues space, Small small) {
        for (int i = 0; i < 100_000; i++) {
            try {
                put(space, i);
            } catch (BackpressureException e) {
                assertThat(e).hasMessageContaining("nothing of it was logged");
                return i;
            }
            small.checkMemory();
        }
        throw new AssertionError("never refused");
    }

    private static void put(KeyValues space, int i) {
        space.put(key(i), bytes(i + VALUE), Durability.BUFFERED);
    }

    private static byte[] key(int i) {
        return bytes("key-" + i);
    }
}
