package dev.polder.cli.demo;

import dev.polder.Engine;
import dev.polder.Store;
import dev.polder.StoreOptions;
import dev.polder.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One round of: start a writer, kill it while it writes, reopen, and look what is there.
final class CrashRound implements AutoCloseable {
    private static final long KILL_AFTER_BATCHES_MIN = 20;
    private static final long START_SECONDS_MAX = 60;

    private final Path directory;
    private final DemoPlan plan;
    private final WriterBatches batches;
    private final AtomicLong acknowledged = new AtomicLong();
    private final Process child;
    private final Thread listener;
    private volatile String complaints = "";
    private long childPeakRssBytes = RssMeter.UNKNOWN;

    /// What a round found.
    record Outcome(BatchAudit audit, long recoveryMillis) {}

    CrashRound(Path directory, DemoPlan plan, int round) throws IOException {
        this.directory = directory;
        this.plan = plan;
        this.batches = new WriterBatches(plan.seed(), round);
        this.child = new ProcessBuilder(childCommand(directory, plan, round)).start();
        this.listener =
                Thread.ofPlatform().daemon().name("polder-demo-acknowledged").start(this::listen);
        Thread.ofPlatform().daemon().name("polder-demo-complaints").start(this::listenToComplaints);
    }

    /// The same Java with the same memory, and the same program.
    private static List<String> childCommand(Path directory, DemoPlan plan, int round) {
        String java = ProcessHandle.current()
                .info()
                .command()
                .orElseGet(() ->
                        Path.of(System.getProperty("java.home"), "bin", "java").toString());
        return List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx" + Runtime.getRuntime().maxMemory(),
                "-Xss512k",
                "-XX:ReservedCodeCacheSize=64m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                WriterCommand.NAME,
                directory.toString(),
                "--budget-bytes=" + plan.budget().bytes(),
                "--seed=" + plan.seed(),
                "--round=" + round);
    }

    /// Reads what the child acknowledges. A last line without its end does not count: the child did not get
    /// to say it.
    private void listen() {
        try (InputStream in = child.getInputStream()) {
            long number = 0;
            for (int b = in.read(); b >= 0; b = in.read()) {
                if (b == '\n') {
                    acknowledged.set(number);
                    number = 0;
                } else {
                    number = number * 10 + (b - '0');
                }
            }
        } catch (IOException _) {
            // the pipe ended with the child
        }
    }

    private void listenToComplaints() {
        try (var reader = new BufferedReader(new InputStreamReader(child.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (complaints.isEmpty()) complaints = line; // the first one says what happened
            }
        } catch (IOException _) {
            // the pipe ended with the child
        }
    }

    /// Batches acknowledged so far.
    long acknowledged() {
        return acknowledged.get();
    }

    long childPeakRssBytes() {
        return childPeakRssBytes;
    }

    /// Lets the child write for a while and kills it. Null, or why there was nothing to kill.
    @Nullable
    String letWriteAndKill(long millis) throws InterruptedException {
        long startBy = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (acknowledged.get() == 0 && child.isAlive() && System.nanoTime() < startBy) Thread.sleep(1);
        long killAt = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (child.isAlive() && mayWriteOn(killAt, startBy)) {
            childPeakRssBytes =
                    Math.max(childPeakRssBytes, RssMeter.of(child.pid()).peakBytes());
            Thread.sleep(1);
        }
        boolean wasAlive = child.isAlive();
        kill();
        if (wasAlive && acknowledged.get() > 0) return null;
        return "the writing child ended by itself or never wrote (exit " + child.exitValue() + "): " + complaints;
    }

    private boolean mayWriteOn(long killAt, long startBy) {
        long now = System.nanoTime();
        return now < killAt || (acknowledged.get() < KILL_AFTER_BATCHES_MIN && now < startBy);
    }

    /// SIGKILL, and the last words: what was printed before the kill is still in the pipe. Not by the process itself,
    /// which would close the pipe and throw them away.
    private void kill() throws InterruptedException {
        child.toHandle().destroyForcibly();
        child.waitFor();
        listener.join();
    }

    /// Reopens the store and compares it with what the child said.
    Outcome recover() {
        long start = System.nanoTime();
        try (Engine engine = Engine.open(plan.budget());
                Store store = engine.store(directory, StoreOptions.EXISTING)) {
            long millis = (System.nanoTime() - start) / 1_000_000;
            return new Outcome(BatchAudit.of(store, batches, acknowledged.get()), millis);
        }
    }

    /// Ends the child if it still runs, whatever happened.
    @Override
    public void close() {
        child.destroyForcibly();
    }
}
