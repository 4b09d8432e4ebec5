package dev.polder.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.runtime.Seams;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.SimulatedIo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// One task at a time per store, no request forgotten, and no step on a store that was withdrawn.
class WorkQueueTest {
    private static final int STORES = 6;
    private static final StoreSettings LOGGED = new StoreSettings(true, false, true);

    private final List<StoreCore> stores = new ArrayList<>();
    private EngineCore engine;

    @BeforeEach
    void open() {
        EngineSettings settings = EngineSettings.of(16L << 20, 1, 1_000);
        engine = new EngineCore(settings, new SimulatedIo(), new HeapRegions(), Seams.system());
        for (int i = 0; i < STORES; i++) stores.add(StoreCore.open(engine, Path.of("/store-" + i), LOGGED));
    }

    @AfterEach
    void close() {
        stores.forEach(StoreCore::close);
        engine.close();
    }

    @Test
    void everyRequestIsServedByOneTaskAtATime() throws Exception {
        long seed = System.nanoTime();
        System.out.println("work queue, seed " + seed);
        Map<StoreCore, AtomicInteger> wanted = new ConcurrentHashMap<>();
        Map<StoreCore, AtomicInteger> inside = new ConcurrentHashMap<>();
        for (StoreCore store : stores) {
            wanted.put(store, new AtomicInteger());
            inside.put(store, new AtomicInteger());
        }
        AtomicReference<String> failure = new AtomicReference<>();
        WorkQueue queue = new WorkQueue(
                "test",
                3,
                store -> {
                    if (inside.get(store).incrementAndGet() != 1) failure.set("two tasks on one store");
                    int left = wanted.get(store).getAndUpdate(n -> Math.max(0, n - 1));
                    LockSupport.parkNanos(1);
                    inside.get(store).decrementAndGet();
                    return left > 1;
                },
                Seams.system());
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            SplittableRandom random = new SplittableRandom(seed + t);
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 2_000; i++) {
                    StoreCore store = stores.get(random.nextInt(STORES));
                    wanted.get(store).incrementAndGet();
                    queue.offer(store);
                }
            }));
        }
        for (Thread thread : threads) thread.join();
        for (StoreCore store : stores) while (!queue.idle(store)) Thread.sleep(1);
        assertThat(failure.get()).as("seed %d", seed).isNull();
        wanted.values().forEach(left -> assertThat(left.get()).isZero());
        queue.stop();
    }

    @Test
    void afterWithdrawNobodyWorksOnTheStore() throws Exception {
        AtomicBoolean inside = new AtomicBoolean();
        AtomicInteger steps = new AtomicInteger();
        WorkQueue queue = new WorkQueue(
                "test",
                2,
                store -> {
                    inside.set(true);
                    steps.incrementAndGet();
                    LockSupport.parkNanos(1);
                    inside.set(false);
                    return store == stores.getFirst() && steps.get() % 50 != 0;
                },
                Seams.system());
        for (int i = 0; i < 300; i++) {
            queue.offer(stores.getFirst());
            if (i % 3 == 0) Thread.sleep(0, 10_000);
            queue.withdraw(stores.getFirst());
            assertThat(inside.get()).isFalse();
            assertThat(queue.idle(stores.getFirst())).isTrue();
            int before = steps.get();
            LockSupport.parkNanos(1);
            assertThat(steps.get()).isEqualTo(before);
        }
        queue.stop();
    }

    /// It used to end the worker in silence, and with it the work on all other stores.
    @Test
    void aBrokenStepStopsItsStoreAndNoOther() throws Exception {
        AtomicInteger steps = new AtomicInteger();
        WorkQueue queue = new WorkQueue(
                "test",
                1,
                store -> {
                    if (store == stores.getFirst()) throw new IllegalArgumentException("planted");
                    steps.incrementAndGet();
                    return false;
                },
                Seams.system());
        queue.offer(stores.getFirst());
        queue.offer(stores.getLast());
        while (steps.get() == 0) Thread.sleep(1);
        assertThat(stores.getFirst().failure()).hasMessageContaining("planted");
        assertThat(stores.getLast().failure()).isNull();
        assertThatThrownBy(queue::stop).hasRootCauseMessage("planted");
    }
}
