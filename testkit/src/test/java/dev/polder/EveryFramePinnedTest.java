package dev.polder;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.errors.PoolExhaustedException;
import dev.polder.runtime.Task;
import dev.polder.store.EngineCore;
import dev.polder.testkit.HeapRegions;
import dev.polder.testkit.SimulatedIo;
import dev.polder.testkit.SimulatedTasks;
import dev.polder.testkit.World;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Nobody waits for ever, however the threads take turns, when every frame is pinned or being loaded: a pool of sixteen
/// frames of which views hold all, and meanwhile look-ups, multi-gets, cursors that read ahead, writes, merges,
/// compactions, and someone who takes the pool's memory away and gives it back.
///
/// [SimulatedTasks] ends a run in which nobody can go on, or that never ends, and tells where everybody stands. Reads
/// by key must succeed throughout: that is promise 2. A new cursor may be refused, if memory for it is short.
class EveryFramePinnedTest {
    private static final int SEEDS = Integer.getInteger("polder.seeds", 5);
    private static final long FIRST_SEED = Long.getLong("polder.seed", 1);
    private static final int KEYS = 300;
    private static final int ROUNDS = 15;
    private static final long STEPS_MAX = 2_000_000;

    /// What was reached, over all seeds: a run in which no frame was ever short would prove nothing.
    private final AtomicInteger allFramesPinned = new AtomicInteger();
    private final AtomicInteger copies = new AtomicInteger();
    private long bypasses;
    private long compacted;
    private long ahead;

    @Test
    void nobodyWaitsForEver() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
            long chosen = seed;
            SimulatedTasks.Outcome outcome = SimulatedTasks.run(seed, tasks -> new Play(tasks, chosen).run());
            System.out.println("every frame pinned: seed " + seed + ", " + outcome.steps() + " steps");
        }
        System.out.println("every frame pinned: all frames " + allFramesPinned + " times, " + copies
                + " views were copies, bypasses " + bypasses + ", blocks ahead " + ahead + ", compacted " + compacted);
        assertThat(allFramesPinned.get()).isPositive();
        assertThat(copies.get()).isPositive();
        assertThat(bypasses).isPositive();
        assertThat(compacted).isPositive();
        assertThat(ahead).isPositive();
    }

    private final class Play {
        private final SimulatedTasks tasks;
        private final long seed;
        private final EngineCore core;
        private final Engine engine;
        private Store store;
        private KeyValues space;
        /// Highest version of each key that was begun to be written, and that was acknowledged.
        private final int[] begun = new int[KEYS];
        private final int[] written = new int[KEYS];
        private boolean done;

        Play(SimulatedTasks tasks, long seed) {
            this.tasks = tasks;
            this.seed = seed;
            SimulatedIo io = new SimulatedIo();
            tasks.attach(io);
            io.batchOrder(seed);
            core = new EngineCore(World.TINY, io, new HeapRegions(), tasks.seams());
            engine = Engine.over(core);
        }

        void run() {
            store = engine.store(World.DIRECTORY);
            space = store.keyValues("space");
            for (int i = 0; i < KEYS; i++) put(i);
            store.settle();
            core.pool().resize(1);
            tasks.limit(STEPS_MAX);
            List<Task> clients = new ArrayList<>();
            clients.add(client(1, this::get));
            clients.add(client(2, this::multiGet));
            clients.add(client(3, random -> scan(random, true)));
            clients.add(client(4, random -> scan(random, false)));
            clients.add(client(5, this::holdViews));
            clients.add(client(6, this::holdViews));
            clients.add(client(7, this::write));
            Task taker = tasks.spawn("taker", this::takeAndGive);
            clients.forEach(Task::join);
            done = true;
            taker.join();
            assertThat(engine.metrics().poolPinned()).as("pins are left").isZero();
            for (int i = 0; i < KEYS; i++) check(i, space.get(key(i)), written[i]);
            store.settle();
            bypasses += engine.metrics().bypasses();
            ahead += engine.metrics().blocksAhead();
            compacted += store.metrics().compactionBytesOut();
            store.close();
            engine.close();
        }

        private interface Deed {
            void once(SplittableRandom random);
        }

        private Task client(int number, Deed deed) {
            return tasks.spawn("client-" + number, () -> {
                SplittableRandom random = new SplittableRandom(seed * 100 + number);
                for (int i = 0; i < ROUNDS; i++) deed.once(random);
            });
        }

        private void put(int i) {
            int version = ++begun[i];
            space.put(key(i), value(i, version), Durability.BUFFERED);
            written[i] = version;
        }

        private void write(SplittableRandom random) {
            for (int i = 0; i < 12; i++) put(random.nextInt(KEYS));
            if (random.nextInt(6) == 0) store.flush();
        }

        private void get(SplittableRandom random) {
            int i = random.nextInt(KEYS);
            int before = written[i];
            check(i, space.get(key(i)), before);
        }

        private void multiGet(SplittableRandom random) {
            List<byte[]> keys = new ArrayList<>();
            int first = random.nextInt(KEYS - 40);
            int[] before = written.clone();
            for (int i = first; i < first + 40; i++) keys.add(key(i));
            List<byte[]> found = space.multiGet(keys);
            for (int i = 0; i < 40; i++) check(first + i, found.get(i), before[first + i]);
        }

        private void scan(SplittableRandom random, boolean forward) {
            int[] before = written.clone();
            try (Cursor cursor = space.cursor()) {
                int first = random.nextInt(KEYS);
                boolean more = forward ? cursor.seek(key(first)) : cursor.seekForPrevious(key(first));
                int expected = first;
                for (int n = 0; more && n < 60; n++) {
                    assertThat(cursor.key()).isEqualTo(key(expected));
                    check(expected, cursor.value(), before[expected]);
                    expected += forward ? 1 : -1;
                    more = forward ? cursor.next() : cursor.previous();
                }
            } catch (PoolExhaustedException e) {
                // memory for a new cursor: promised to reads by key only
            }
        }

        /// Holds as many views as there are frames, twice over, and does everything else meanwhile.
        private void holdViews(SplittableRandom random) {
            List<Value> views = new ArrayList<>();
            List<Integer> of = new ArrayList<>();
            int first = random.nextInt(KEYS);
            for (int n = 0; n < 40; n++) {
                int i = (first + n * 7) % KEYS;
                Value view = space.view(key(i));
                if (!view.pinned()) copies.incrementAndGet();
                views.add(view);
                of.add(i);
            }
            EngineMetrics metrics = engine.metrics();
            if (metrics.poolPinned() == metrics.poolFrames()) allFramesPinned.incrementAndGet();
            get(random);
            if (random.nextInt(4) == 0) multiGet(random);
            if (random.nextInt(4) == 0) scan(random, random.nextBoolean());
            if (random.nextInt(4) == 0) write(random);
            for (int n = 0; n < views.size(); n++) {
                check(of.get(n), views.get(n).toArray(), 1);
                views.get(n).close();
            }
        }

        /// The pool shrinks and grows while all the others use it.
        private void takeAndGive() {
            while (!done) {
                core.pool().resize(2);
                tasks.sleep(200_000);
                boolean _ = core.pool().resize(1);
                tasks.sleep(200_000);
            }
        }

        private void check(int i, byte[] found, int least) {
            assertThat(found).as("key %d", i).isNotNull();
            String text = Small.text(found);
            int version = Integer.parseInt(text.substring(text.indexOf('/') + 1, text.lastIndexOf('/')));
            assertThat(text).isEqualTo(Small.text(value(i, version)));
            assertThat(version).as("version of key %d", i).isBetween(least, begun[i]);
        }
    }

    private static byte[] key(int i) {
        return Small.bytes("key-%04d".formatted(i));
    }

    private static byte[] value(int i, int version) {
        return Small.bytes(i + "/" + version + "/" + "v".repeat(150 + i % 50));
    }
}
