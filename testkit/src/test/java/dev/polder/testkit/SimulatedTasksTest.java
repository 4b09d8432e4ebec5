package dev.polder.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.polder.io.IoEngine.OpenMode;
import dev.polder.io.IoFile;
import dev.polder.io.Space;
import dev.polder.runtime.Gate;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Task;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SimulatedTasksTest {
    @Test
    void theSameSeedGivesTheSameRun() {
        Set<Long> hashes = new HashSet<>();
        Set<String> orders = new HashSet<>();
        for (long seed = 0; seed < 20; seed++) {
            List<String> once = new ArrayList<>();
            List<String> again = new ArrayList<>();
            var first = SimulatedTasks.run(seed, tasks -> writers(tasks, once));
            var second = SimulatedTasks.run(seed, tasks -> writers(tasks, again));
            assertThat(second).as("seed %d", seed).isEqualTo(first);
            assertThat(again).isEqualTo(once);
            hashes.add(first.traceHash());
            orders.add(once.toString());
        }
        assertThat(hashes).hasSize(20);
        assertThat(orders).hasSizeGreaterThan(10);
    }

    private static void writers(SimulatedTasks tasks, List<String> log) {
        Mutex mutex = tasks.mutex("log");
        List<Task> all = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            int number = t;
            all.add(tasks.spawn("writer", () -> {
                for (int i = 0; i < 5; i++) {
                    mutex.lock();
                    try {
                        log.add(number + "." + i + ":"
                                + (tasks.seams().entropy().nextLong() & 15));
                    } finally {
                        mutex.unlock();
                    }
                    if (i == 2) tasks.sleep(1_000_000);
                }
            }));
        }
        for (Task task : all) task.join();
    }

    /// A lost update needs two tasks between a read and a write: some seed must find it.
    @Test
    void schedulesFindARace() {
        int lost = 0;
        for (long seed = 0; seed < 50; seed++) {
            int[] counter = new int[1];
            SimulatedTasks.run(seed, tasks -> {
                Task other = tasks.spawn("other", () -> increment(tasks, counter));
                increment(tasks, counter);
                other.join();
            });
            if (counter[0] < 2) lost++;
        }
        assertThat(lost).isBetween(1, 49);
    }

    private static void increment(SimulatedTasks tasks, int[] counter) {
        int read = counter[0];
        tasks.spin();
        counter[0] = read + 1;
    }

    @Test
    void aMutexExcludes() {
        for (long seed = 0; seed < 50; seed++) {
            int[] counter = new int[1];
            SimulatedTasks.run(seed, tasks -> {
                Mutex mutex = tasks.mutex("counter");
                List<Task> all = new ArrayList<>();
                for (int t = 0; t < 4; t++) {
                    all.add(tasks.spawn("adder " + t, () -> {
                        mutex.lock();
                        try {
                            increment(tasks, counter);
                            assertThat(mutex.heldByCurrentTask()).isTrue();
                        } finally {
                            mutex.unlock();
                        }
                    }));
                }
                for (Task task : all) task.join();
            });
            assertThat(counter[0]).as("seed %d", seed).isEqualTo(4);
        }
    }

    @Test
    void aDeadlockIsToldWithPlacesAndSeed() {
        AssertionError found = null;
        for (long seed = 0; seed < 50 && found == null; seed++) {
            try {
                SimulatedTasks.run(seed, tasks -> {
                    Mutex left = tasks.mutex("left");
                    Mutex right = tasks.mutex("right");
                    Task other = tasks.spawn("other", () -> inOrder(right, left));
                    inOrder(left, right);
                    other.join();
                });
            } catch (AssertionError e) {
                found = e;
            }
        }
        assertThat(found)
                .isNotNull()
                .hasMessageContaining("seed ")
                .hasMessageContaining("deadlock")
                .hasMessageContaining("'main' waits for lock 'right' held by task 1 'other'")
                .hasMessageContaining("'other' waits for lock 'left' held by task 0 'main'")
                .hasMessageContaining("SimulatedTasksTest.inOrder");
    }

    private static void inOrder(Mutex first, Mutex second) {
        first.lock();
        try {
            second.lock();
            second.unlock();
        } finally {
            first.unlock();
        }
    }

    @Test
    void aSignalThatComesTooEarlyIsADeadlock() {
        int deadlocks = 0;
        for (long seed = 0; seed < 30; seed++) {
            try {
                SimulatedTasks.run(seed, tasks -> {
                    Mutex mutex = tasks.mutex("m");
                    Gate gate = mutex.gate();
                    boolean[] done = new boolean[1];
                    Task signaller = tasks.spawn("signaller", () -> {
                        done[0] = true; // and not under the lock: the mistake
                        mutex.lock();
                        gate.signalAll();
                        mutex.unlock();
                    });
                    boolean seen = done[0];
                    tasks.spin();
                    mutex.lock();
                    if (!seen) gate.await();
                    mutex.unlock();
                    signaller.join();
                });
            } catch (AssertionError e) {
                assertThat(e).hasMessageContaining("a signal of 'm'");
                deadlocks++;
            }
        }
        assertThat(deadlocks).isPositive();
    }

    @Test
    void timePassesWhenNobodyCanRun() {
        SimulatedTasks.run(1, tasks -> {
            long start = tasks.seams().clock().nanoTime();
            tasks.sleep(3_600_000_000_000L);
            assertThat(tasks.seams().clock().nanoTime() - start).isBetween(3_600_000_000_000L, 3_601_000_000_000L);
            Mutex mutex = tasks.mutex("m");
            mutex.lock();
            Gate gate = mutex.gate();
            boolean signalled = true;
            while (signalled) signalled = gate.await(1_000_000_000L); // it may end early for no reason
            mutex.unlock();
        });
    }

    @Test
    void tasksLeftOverAreFound() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> SimulatedTasks.run(
                        7,
                        tasks -> tasks.spawn("immortal", () -> {
                            while (true) tasks.sleep(1000);
                        })))
                .withMessageContaining("seed 7")
                .withMessageContaining("left over")
                .withMessageContaining("immortal");
    }

    @Test
    void aFailureThatNobodyAskedForIsFound() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> SimulatedTasks.run(
                        7,
                        tasks -> tasks.spawn("careless", () -> {
                            throw new IllegalStateException("oops");
                        })))
                .withMessageContaining("careless")
                .withStackTraceContaining("oops");
    }

    @Test
    void theBodysFailureIsThrownAndOthersEnd() {
        Thread[] thread = new Thread[1];
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> SimulatedTasks.run(7, tasks -> {
                    tasks.spawn("other", () -> {
                        thread[0] = Thread.currentThread();
                        while (true) tasks.sleep(1000);
                    });
                    tasks.sleep(1_000_000);
                    throw new IllegalStateException("body");
                }))
                .withMessage("body");
        assertThat(thread[0]).satisfies(t -> t.join(10_000)).matches(t -> !t.isAlive());
    }

    @Test
    void lockingTwiceIsRefused() {
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> SimulatedTasks.run(1, tasks -> {
                    Mutex mutex = tasks.mutex("m");
                    mutex.lock();
                    mutex.lock();
                }))
                .withMessageContaining("locks 'm' twice");
    }

    /// The power goes while some write, some wait: all unwind, and the disk shows what was there.
    @Test
    void aPowerCutReachesEveryTask() {
        for (long seed = 0; seed < 20; seed++) {
            SimulatedIo io = new SimulatedIo();
            try (Space space = new Space(4096)) {
                var outcome = SimulatedTasks.run(seed, tasks -> {
                    tasks.attach(io);
                    io.stopAfter(10);
                    Mutex mutex = tasks.mutex("m");
                    Gate never = mutex.gate();
                    tasks.spawn("waiter", () -> {
                        mutex.lock();
                        try {
                            while (true) never.await();
                        } finally {
                            mutex.unlock();
                        }
                    });
                    IoFile file = io.open(Path.of("/a"), OpenMode.CREATE);
                    Task writer = tasks.spawn("writer", () -> {
                        for (int i = 0; ; i++) file.write(100L * i, space.address(), 100);
                    });
                    writer.join();
                });
                assertThat(outcome.powerCut()).isTrue();
                assertThat(io.crashImage(CrashProfile.KEEP_ALL, seed).size(Path.of("/a")))
                        .isEqualTo(1000);
            }
        }
    }

    /// A sync covers what was written before it began, and not what another task writes before it ends.
    @Test
    void aSyncCoversWhatWasThereWhenItBegan() {
        Set<Long> durable = new HashSet<>();
        for (long seed = 0; seed < 60; seed++) {
            SimulatedIo io = new SimulatedIo();
            try (Space space = new Space(4096)) {
                SimulatedTasks.run(seed, tasks -> {
                    IoFile file = io.open(Path.of("/a"), OpenMode.CREATE);
                    io.syncDirectory(Path.of("/"));
                    file.write(0, space.address(), 100);
                    tasks.attach(io);
                    Task writer = tasks.spawn("writer", () -> file.write(100, space.address(), 100));
                    file.sync();
                    long now = io.crashImage(CrashProfile.DROP_ALL_UNSYNCED, 1).size(Path.of("/a"));
                    durable.add(io.size(Path.of("/a")) * 1000 + now);
                    writer.join();
                });
            }
        }
        // before the sync, during it, after it
        assertThat(durable).containsExactlyInAnyOrder(200_200L, 200_100L, 100_100L);
    }
}
