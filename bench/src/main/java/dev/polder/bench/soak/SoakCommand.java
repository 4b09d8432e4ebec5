package dev.polder.bench.soak;

import dev.polder.Budget;
import dev.polder.Engine;
import dev.polder.Store;
import dev.polder.VerifyReport;
import dev.polder.bench.command.WatchOption;
import dev.polder.bench.command.Watched;
import dev.polder.bench.kv.KvOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Many threads on one store for as long as one likes; every answer is checked, memory is watched once a second, every
/// block is verified every few minutes, and at the end, and after a reopen, everything is compared.
///
/// What the process may need: budget, Java heap, and for the JVM itself 96 MiB and 1 MiB a thread.
@Command(
        name = "soak",
        description = "Work a store hard for a long time, and check every answer and every limit.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  polder bench soak --minutes 60 --threads 100", "  polder bench soak --minutes 1"})
public final class SoakCommand implements Callable<Integer> {
    private static final int REPORT_SECONDS = 60;
    private static final int VERIFY_SECONDS = 300;

    @Option(names = "--minutes", defaultValue = "60", description = "how long (${DEFAULT-VALUE}); may be a fraction")
    private double minutes;

    @Option(names = "--threads", defaultValue = "100", description = "how many work at once (${DEFAULT-VALUE})")
    private int threads;

    @Option(names = "--virtual", description = "virtual threads instead of platform threads")
    private boolean virtual;

    @Option(
            names = "--keys",
            defaultValue = "2000",
            description = "keys of each thread, at least 100 (${DEFAULT-VALUE})")
    private int keys;

    @Option(names = "--memory", defaultValue = "32MiB", paramLabel = "SIZE", description = "budget (${DEFAULT-VALUE})")
    private String memory = "";

    @Option(names = "--seed", description = "of what the threads do; the time if it is not said")
    private long seed = System.nanoTime();

    @Option(
            names = "--folder",
            defaultValue = "polder-soak-data",
            description = "a new folder; removed if all went well")
    private Path folder = Path.of("");

    @Mixin
    private WatchOption watch = new WatchOption();

    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final List<SoakWorker> workers = new ArrayList<>();
    private volatile boolean ended;

    @Override
    public Integer call() throws Exception {
        if (keys < 100 || threads < 1 || minutes <= 0) throw new IllegalArgumentException("use more of everything");
        if (Files.exists(folder))
            throw new IllegalArgumentException("--folder " + folder + " is there: name a new one");
        long budget = KvOptions.bytes(memory);
        long rssLimit = budget + Runtime.getRuntime().maxMemory() + (96L << 20) + ((long) threads << 20);
        System.out.printf("soak: seed %d, %d threads, %d keys each%n", seed, threads, keys);
        try (Engine engine = Engine.open(Budget.bytes(budget))) {
            Watchman watchman;
            try (Store store = engine.store(folder);
                    Watched _ = watch.over(folder)) {
                for (int i = 0; i < threads; i++) workers.add(new SoakWorker(store, workers, i, keys, seed));
                watchman = new Watchman(engine, store, rssLimit);
                work(store, watchman);
                if (failure.get() == null) finish(store);
            }
            if (failure.get() == null) reopen(engine);
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
        }
        Throwable wrong = failure.get();
        if (wrong != null) {
            wrong.printStackTrace();
            System.out.println("soak: FAILED seed=" + seed + " folder=" + folder + " " + wrong.getMessage());
            return 1;
        }
        delete();
        System.out.printf(
                "soak: ok minutes=%.1f threads=%d operations=%d peakRssMiB=%d limitMiB=%d%n",
                minutes, threads, operations(), Watchman.peakRssBytes() >> 20, rssLimit >> 20);
        return 0;
    }

    private void work(Store store, Watchman watchman) throws InterruptedException {
        List<Thread> running = new ArrayList<>();
        for (SoakWorker worker : workers) {
            Runnable body = () -> {
                try {
                    while (!ended && failure.get() == null) worker.step();
                } catch (Throwable t) {
                    failure.compareAndSet(null, t);
                }
            };
            running.add((virtual ? Thread.ofVirtual() : Thread.ofPlatform())
                    .name("soak")
                    .start(body));
        }
        long start = System.nanoTime();
        long seconds = Math.max(1, (long) (minutes * 60));
        try {
            for (long second = 1; second <= seconds && failure.get() == null; second++) {
                Thread.sleep(1000);
                watchman.look(operations());
                if (second % REPORT_SECONDS == 0 || second == seconds) {
                    System.out.println(watchman.report(operations(), (System.nanoTime() - start) / 1e9));
                }
                if (second % VERIFY_SECONDS == 0) verify(store);
            }
        } catch (AssertionError e) {
            failure.compareAndSet(null, e);
        }
        ended = true;
        for (Thread thread : running) thread.join();
    }

    private void finish(Store store) {
        store.settle();
        check(store);
        verify(store);
        if (store.metrics().openSnapshots() != 0) throw new AssertionError("snapshots are left open");
    }

    private void reopen(Engine engine) {
        if (engine.metrics().poolPinned() != 0) throw new AssertionError("pinned frames are left");
        try (Store store = engine.store(folder)) {
            check(store);
        }
    }

    private void check(Store store) {
        for (SoakWorker worker : workers) worker.checkAll(store.keyValues("soak"), store.keyValues("twin"));
    }

    private static void verify(Store store) {
        VerifyReport report = store.verify((done, all) -> {});
        if (!report.problems().isEmpty()) throw new AssertionError("damage: " + report.problems());
    }

    private long operations() {
        return workers.stream().mapToLong(SoakWorker::operations).sum();
    }

    private void delete() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(file);
        }
    }
}
