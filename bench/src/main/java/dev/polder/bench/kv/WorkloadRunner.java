package dev.polder.bench.kv;

import dev.polder.bench.data.Shuffle;
import dev.polder.bench.engine.KvEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Runs one workload on one open engine: sets its threads off together, and adds up what they did.
///
/// The clock runs from the moment all threads are ready until the last one is done. Making keys and values is
/// inside it, at some 40 ns a record of 100 bytes, for all engines alike.
public final class WorkloadRunner {
    private final KvEngine engine;
    private final KvLoad load;

    public WorkloadRunner(KvEngine engine, KvLoad load) {
        this.engine = engine;
        this.load = load;
    }

    /// The whole of a write workload, or `load.seconds()` of a read workload.
    Measured measure(Workload workload) throws Exception {
        return workload.writes() ? write(workload, Double.MAX_VALUE) : read(workload, load.seconds());
    }

    /// Brings the code into its compiled form and, for reads, all data into the engine's cache if it fits.
    /// A write workload ends before its time if all is written.
    void warmUp(Workload workload, double seconds) throws Exception {
        if (seconds <= 0) return;
        if (workload.writes()) {
            write(workload, seconds);
        } else {
            new ReadWorker(engine, load, 0).readAll();
            read(workload, seconds);
        }
    }

    private Measured write(Workload workload, double secondsMax) throws Exception {
        long deadline = secondsMax == Double.MAX_VALUE ? Long.MAX_VALUE : System.nanoTime() + nanos(secondsMax);
        Shuffle shuffle = new Shuffle(load.records(), load.seed());
        List<Callable<Measured>> workers = new ArrayList<>();
        for (int i = 0; i < load.threads(); i++) {
            long from = load.records() * i / load.threads();
            long to = load.records() * (i + 1) / load.threads();
            WriteWorker worker = new WriteWorker(engine, load, i);
            workers.add(() -> worker.write(workload, shuffle, from, to, deadline));
        }
        return runTogether(workers, Double.MAX_VALUE, new AtomicBoolean());
    }

    private Measured read(Workload workload, double seconds) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<Callable<Measured>> workers = new ArrayList<>();
        for (int i = 0; i < load.threads(); i++) {
            ReadWorker worker = new ReadWorker(engine, load, i);
            workers.add(() -> worker.read(workload, stop));
        }
        if (workload == Workload.READWHILEWRITING) {
            WriteWorker writer = new WriteWorker(engine, load, load.threads());
            workers.add(() -> writer.writeBesideReaders(stop));
        }
        return runTogether(workers, seconds, stop);
    }

    /// Stops the workers after `seconds`, or waits for their end if that is for ever. The first failure stops the
    /// others.
    private static Measured runTogether(List<Callable<Measured>> workers, double seconds, AtomicBoolean stop)
            throws Exception {
        CountDownLatch ready = new CountDownLatch(workers.size());
        CountDownLatch go = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newThreadPerTaskExecutor(
                Thread.ofPlatform().name("worker-", 0).factory())) {
            List<Future<Measured>> results = new ArrayList<>();
            for (Callable<Measured> worker : workers) {
                results.add(threads.submit(() -> {
                    ready.countDown();
                    go.await();
                    try {
                        return worker.call();
                    } catch (Throwable e) {
                        stop.set(true);
                        throw e;
                    }
                }));
            }
            ready.await();
            long start = System.nanoTime();
            go.countDown();
            if (seconds < Double.MAX_VALUE) sleepUnlessStopped(seconds, stop);
            Measured sum = Measured.none();
            for (Future<Measured> result : results) sum = sum.beside(result.get());
            return sum.lasting((System.nanoTime() - start) / 1e9);
        }
    }

    private static void sleepUnlessStopped(double seconds, AtomicBoolean stop) throws InterruptedException {
        long end = System.nanoTime() + nanos(seconds);
        while (!stop.get() && System.nanoTime() < end) {
            TimeUnit.NANOSECONDS.sleep(Math.min(20_000_000L, Math.max(1, end - System.nanoTime())));
        }
        stop.set(true);
    }

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }
}
