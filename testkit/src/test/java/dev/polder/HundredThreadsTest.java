package dev.polder;

import static dev.polder.Small.bytes;
import static dev.polder.Small.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.io.IoEngines;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A hundred threads work on one store, while it seals, merges and compacts all the time. Each knows what it wrote, so
/// each can tell what it must read; at the end, and after a reopen, everything is compared.
class HundredThreadsTest {
    private static final int THREADS = 100;
    private static final int OPERATIONS = 1_000;
    private static final int OWN_KEYS = 20;
    private static final int SHARED_KEYS = 8;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyThreadReadsWhatItMust(boolean virtual) throws Exception {
        long seed = System.nanoTime();
        System.out.println("hundred threads, virtual=" + virtual + ", seed " + seed);
        List<Worker> workers = new ArrayList<>();
        try (Small small = new Small(IoEngines.probe(), Small.settings(64, 30_000))) {
            try (Store store = small.engine.store(directory)) {
                Spaces spaces = new Spaces(store);
                for (int i = 0; i < THREADS; i++) workers.add(new Worker(store, spaces, i, seed));
                run(workers, virtual);
                small.checkMemory();
                store.settle();
                check(spaces, workers);
                assertThat(store.verify((done, all) -> {}).problems()).isEmpty();
                assertThat(store.metrics().compactionBytesOut()).isPositive();
                assertThat(store.metrics().openSnapshots()).isZero();
            }
            try (Store store = small.engine.store(directory)) {
                check(new Spaces(store), workers);
            }
        }
    }

    private static void run(List<Worker> workers, boolean virtual) throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        List<Thread> threads = new ArrayList<>();
        for (Worker worker : workers) {
            Runnable body = () -> {
                try {
                    start.await();
                    for (int i = 0; i < OPERATIONS && failure.get() == null; i++) worker.step();
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                }
            };
            threads.add((virtual ? Thread.ofVirtual() : Thread.ofPlatform()).start(body));
        }
        start.countDown();
        for (Thread thread : threads) thread.join();
        if (failure.get() != null) throw new AssertionError(failure.get());
    }

    private static void check(Spaces spaces, List<Worker> workers) {
        Set<String> appended = new HashSet<>();
        for (Worker worker : workers) {
            worker.checkOwn(spaces.own);
            appended.addAll(worker.appended);
        }
        Set<String> found = new HashSet<>();
        try (Cursor cursor = spaces.appends.cursor()) {
            for (boolean more = cursor.first(); more; more = cursor.next()) found.add(text(cursor.key()));
        }
        assertThat(found).isEqualTo(appended);
        for (int shared = 0; shared < SHARED_KEYS; shared++) {
            String key = "shared-" + shared;
            Set<String> candidates = new HashSet<>();
            for (Worker worker : workers) candidates.add(worker.lastShared.get(key));
            assertThat(candidates).as("last writes to " + key).contains(text(spaces.own.get(bytes(key))));
        }
        for (Worker worker : workers) {
            byte[] pair = bytes("pair-" + worker.number);
            assertThat(text(spaces.left.get(pair))).isEqualTo(text(spaces.right.get(pair)));
            assertThat(spaces.left.get(pair)).isEqualTo(worker.pairs == 0 ? null : worker.pairValue(worker.pairs));
        }
    }

    private static final class Spaces {
        final KeyValues own;
        final KeyValues appends;
        final KeyValues left;
        final KeyValues right;

        Spaces(Store store) {
            own = store.keyValues("own");
            appends = store.keyValues("appends");
            left = store.keyValues("left");
            right = store.keyValues("right");
        }
    }

    private static final class Worker {
        private final Store store;
        private final Spaces spaces;
        private final int number;
        private final SplittableRandom random;
        private final Map<String, String> mine = new HashMap<>();
        private final Map<String, String> lastShared = new HashMap<>();
        private final Set<String> appended = new HashSet<>();
        private int writes;
        private int pairs;

        Worker(Store store, Spaces spaces, int number, long seed) {
            this.store = store;
            this.spaces = spaces;
            this.number = number;
            random = new SplittableRandom(seed + number);
        }

        void step() {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3, 4 -> putOwn();
                case 5, 6 -> deleteOwn();
                case 7, 8, 9 -> checkOneOwn();
                case 10, 11, 12 -> append();
                case 13 -> putShared();
                case 14, 15 -> putPair();
                case 16, 17 -> readPair("pair-" + random.nextInt(THREADS));
                case 18 -> readPairsInSnapshot();
                default -> scanAppends();
            }
        }

        private Durability durability() {
            return random.nextInt(200) == 0 ? Durability.SYNCED : Durability.BUFFERED;
        }

        private String ownKey() {
            return "own-" + number + "-" + random.nextInt(OWN_KEYS);
        }

        private String value() {
            return number + "/" + ++writes + "/" + "x".repeat(random.nextInt(200));
        }

        private void putOwn() {
            String key = ownKey();
            String value = value();
            spaces.own.put(bytes(key), bytes(value), durability());
            mine.put(key, value);
        }

        private void deleteOwn() {
            String key = ownKey();
            spaces.own.delete(bytes(key), durability());
            mine.remove(key);
        }

        private void checkOneOwn() {
            String key = ownKey();
            assertThat(text(spaces.own.get(bytes(key)))).as(key).isEqualTo(mine.get(key));
        }

        void checkOwn(KeyValues own) {
            for (int i = 0; i < OWN_KEYS; i++) {
                String key = "own-" + number + "-" + i;
                assertThat(text(own.get(bytes(key)))).as(key).isEqualTo(mine.get(key));
            }
        }

        private void append() {
            String key = "append-" + number + "-" + appended.size();
            spaces.appends.put(bytes(key), bytes(key), durability());
            appended.add(key);
        }

        private void putShared() {
            String key = "shared-" + random.nextInt(SHARED_KEYS);
            String value = value();
            spaces.own.put(bytes(key), bytes(value), durability());
            lastShared.put(key, value);
        }

        byte[] pairValue(int count) {
            return bytes(Integer.toString(count));
        }

        /// The same number, one more each time, in four places: two spaces, and two keys of one.
        private void putPair() {
            byte[] key = bytes("pair-" + number);
            byte[] twin = bytes("twin-" + number);
            byte[] value = pairValue(pairs + 1);
            Batch batch = store.batch();
            batch.put(spaces.left, key, value).put(spaces.right, key, value).put(spaces.left, twin, value);
            store.write(batch, durability());
            pairs++;
        }

        /// Of two reads the later one must not see less.
        private void readPair(String pair) {
            byte[] key = bytes(pair);
            boolean leftFirst = random.nextBoolean();
            int before = number(leftFirst ? spaces.left.get(key) : spaces.right.get(key));
            int after = number(leftFirst ? spaces.right.get(key) : spaces.left.get(key));
            assertThat(after).as(pair + ", left first " + leftFirst).isGreaterThanOrEqualTo(before);
            List<byte[]> together = spaces.left.multiGet(List.of(key, bytes(pair.replace("pair", "twin"))));
            assertThat(number(together.get(1))).as("multiGet " + pair).isEqualTo(number(together.get(0)));
        }

        private void readPairsInSnapshot() {
            try (Snapshot snapshot = store.snapshot()) {
                for (int i = 0; i < 10; i++) {
                    byte[] key = bytes("pair-" + random.nextInt(THREADS));
                    int left = number(spaces.left.get(key, snapshot));
                    int right = number(spaces.right.get(key, snapshot));
                    assertThat(left).as("snapshot " + snapshot.sequence()).isEqualTo(right);
                }
            }
        }

        private static int number(byte[] value) {
            return value == null ? 0 : Integer.parseInt(text(value));
        }

        private void scanAppends() {
            byte[] from = bytes("append-" + number + "-");
            byte[] to = bytes("append-" + number + ".");
            int count = 0;
            try (Cursor cursor = spaces.appends.cursor().bounds(from, to)) {
                boolean forward = random.nextBoolean();
                boolean more = forward ? cursor.first() : cursor.last();
                for (; more; more = forward ? cursor.next() : cursor.previous()) {
                    assertThat(cursor.value()).isEqualTo(cursor.key());
                    count++;
                }
            }
            assertThat(count).as("appends of " + number).isEqualTo(appended.size());
        }
    }
}
