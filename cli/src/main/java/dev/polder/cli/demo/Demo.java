package dev.polder.cli.demo;

import dev.polder.Batch;
import dev.polder.Cursor;
import dev.polder.Durability;
import dev.polder.Engine;
import dev.polder.KeyValues;
import dev.polder.Store;
import dev.polder.VerifyReport;
import dev.polder.cli.load.BadRecordException;
import dev.polder.cli.load.KeyRecipe;
import dev.polder.cli.load.Loader;
import dev.polder.cli.load.Records;
import dev.polder.cli.text.Units;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// The steps of the demo, in order. Each leaves one line on the [Screen] and what it found in the [DemoResult].
final class Demo {
    private static final String ZIPS = "zips";
    private static final String RECORDS = "records";
    private static final int BATCH_BYTES = 64 << 10;

    private final DemoPlan plan;
    private final Path work;
    private final Path directory;
    private final Screen screen;
    private final DemoResult result;
    private final GeneratedRecords generated;
    private long generatedCount;

    /// @param work a folder for the store and the data set
    Demo(DemoPlan plan, Path work, Screen screen, DemoResult result) {
        this.plan = plan;
        this.work = work;
        this.directory = work.resolve("store");
        this.screen = screen;
        this.result = result;
        this.generated = new GeneratedRecords(plan.seed());
    }

    void run() throws IOException, InterruptedException {
        try (Engine engine = Engine.open(plan.budget());
                Store store = engine.store(directory)) {
            loadRealData(store);
            loadGenerated(store);
            readAtRandom(store);
            readByRange(store);
        }
        for (int round = 1; round <= plan.rounds(); round++) killAndRecover(round);
        verify();
    }

    /// A real file first, by the same way as `polder load`.
    private void loadRealData(Store store) throws IOException {
        Path file = work.resolve("zipcodes.csv");
        try (InputStream in = Demo.class.getResourceAsStream("data/zipcodes.csv")) {
            if (in == null) throw new IOException("the program lacks its own data set, demo/data/zipcodes.csv");
            Files.copy(in, file);
        }
        KeyValues zips = store.keyValues(ZIPS);
        long rows;
        try (Records records = new Records(
                List.of(file.toString()),
                Records.Options.DEFAULT,
                KeyRecipe.fields("zip_code", "/"),
                InputStream.nullInputStream())) {
            screen.bytes("zipcodes", records::bytesRead, records.bytesTotal());
            Loader loader = new Loader(records, false, _ -> {});
            loader.readAhead();
            loader.run(store, zips, () -> {});
            loader.finish(store);
            rows = loader.stored();
        } catch (BadRecordException e) {
            throw new IOException(e.getMessage(), e);
        }
        byte[] holtsville = zips.get("00501".getBytes(StandardCharsets.UTF_8));
        if (holtsville == null || !new String(holtsville, StandardCharsets.UTF_8).contains("Holtsville")) {
            result.failed("zip code 00501 is not Holtsville");
        }
        result.records(rows);
        screen.finish("  zipcodes.csv: " + Units.count(rows, "real record") + " in " + Units.seconds(screen.stepNanos())
                + "; 00501 is Holtsville, its zeros are still there");
    }

    private void loadGenerated(Store store) {
        KeyValues records = store.keyValues(RECORDS);
        AtomicLong loadedBytes = new AtomicLong();
        screen.bytes("load", loadedBytes::get, plan.loadBytes());
        Batch batch = store.batch();
        long number = 0;
        while (loadedBytes.get() < plan.loadBytes()) {
            byte[] key = generated.key(number);
            byte[] value = generated.value(number);
            batch.put(records, key, value);
            loadedBytes.addAndGet(key.length + value.length);
            number++;
            if (batch.bytes() < BATCH_BYTES - 1024) continue;
            store.write(batch, Durability.BUFFERED);
            batch.clear();
        }
        store.write(batch, Durability.SYNCED);
        generatedCount = number;
        result.records(number);
        long nanos = screen.stepNanos();
        screen.finish("  load: " + Units.count(number, "record") + ", " + Units.bytes(loadedBytes.get()) + " in "
                + Units.seconds(nanos) + ", " + rate(loadedBytes.get(), nanos) + "; " + memory());
    }

    /// Nine reads of ten hit, and every byte is compared; the tenth must find nothing.
    private void readAtRandom(Store store) {
        KeyValues records = store.keyValues(RECORDS);
        AtomicLong reads = new AtomicLong();
        screen.things("get", reads::get, plan.readsMax());
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(plan.readMillisMax());
        long wrong = 0;
        long random = plan.seed();
        while (reads.get() < plan.readsMax() && System.nanoTime() < endNanos) {
            random = GeneratedRecords.mix(random + 1);
            boolean hit = reads.get() % 10 != 0;
            long number = Long.remainderUnsigned(random, generatedCount) + (hit ? 0 : generatedCount);
            byte[] value = records.get(generated.key(number));
            boolean right = hit ? Arrays.equals(value, generated.value(number)) : value == null;
            if (!right) wrong++;
            reads.incrementAndGet();
        }
        if (wrong > 0) result.failed(wrong + " random reads wrong");
        long nanos = screen.stepNanos();
        screen.finish("  get: " + Units.count(reads.get()) + " random reads in " + Units.seconds(nanos) + ", "
                + Units.count((long) (reads.get() / (nanos / 1e9))) + "/s, " + wrong + " wrong; " + memory());
    }

    /// From the first key to the last: in order, nothing missing, nothing twice, every byte right.
    private void readByRange(Store store) {
        AtomicLong seen = new AtomicLong();
        screen.things("scan", seen::get, generatedCount);
        long wrong = 0;
        long bytes = 0;
        byte[] before = {};
        try (Cursor cursor = store.keyValues(RECORDS).cursor()) {
            for (cursor.first(); cursor.valid(); cursor.next()) {
                byte[] key = cursor.key();
                byte[] value = cursor.value();
                Long number = generated.numberOrNull(key);
                boolean right = number != null
                        && number >= 0
                        && number < generatedCount
                        && Arrays.compareUnsigned(before, key) < 0
                        && Arrays.equals(value, generated.value(number));
                if (!right) wrong++;
                bytes += key.length + value.length;
                before = key;
                seen.incrementAndGet();
            }
        }
        if (wrong > 0) result.failed(wrong + " records of the scan wrong or out of order");
        if (seen.get() != generatedCount) result.failed("scan saw " + seen + " of " + generatedCount + " records");
        long nanos = screen.stepNanos();
        screen.finish("  scan: all " + Units.count(seen.get(), "record") + " in order in " + Units.seconds(nanos) + ", "
                + rate(bytes, nanos) + ", " + wrong + " wrong; " + memory());
    }

    private void killAndRecover(int round) throws IOException, InterruptedException {
        try (CrashRound crash = new CrashRound(directory, plan, round)) {
            Thread guard = new Thread(crash::close);
            Runtime.getRuntime().addShutdownHook(guard); // Ctrl-C must not leave a writer behind
            long millis = 300 + Long.remainderUnsigned(GeneratedRecords.mix(plan.seed() + round), 900);
            screen.things("kill -9", crash::acknowledged, 0);
            String problem = crash.letWriteAndKill(millis);
            Runtime.getRuntime().removeShutdownHook(guard);
            result.rss(crash.childPeakRssBytes());
            if (problem != null) {
                result.failed(problem);
                screen.finish("  kill -9: " + problem);
                return;
            }
            CrashRound.Outcome found = crash.recover();
            result.round(found);
            BatchAudit audit = found.audit();
            screen.finish("  kill -9, round " + round + ": " + Units.count(audit.acknowledged(), "batch", "batches")
                    + " acknowledged, " + Units.count(audit.recovered()) + " there, " + audit.lost() + " lost, "
                    + audit.torn() + " torn; reopened in " + found.recoveryMillis() + " ms");
        }
    }

    private void verify() {
        try (Engine engine = Engine.open(plan.budget());
                Store store = engine.store(directory)) {
            AtomicLong done = new AtomicLong();
            screen.bytes("verify", done::get, plan.loadBytes());
            VerifyReport report = store.verify((bytesDone, _) -> done.set(bytesDone));
            if (!report.intact()) result.failed("verify: " + String.join("; ", report.problems()));
            screen.finish("  verify: " + Units.bytes(report.bytes()) + " on disk, "
                    + (report.intact() ? "every checksum is right" : "DAMAGED") + " ("
                    + Units.seconds(screen.stepNanos())
                    + ")");
        }
    }

    private static String rate(long bytes, long nanos) {
        return Units.bytes((long) (bytes / Math.max(1e-3, nanos / 1e9))) + "/s";
    }

    private static String memory() {
        long now = RssMeter.self().nowBytes();
        return now == RssMeter.UNKNOWN ? "RSS not known here" : "RSS " + Units.bytes(now);
    }
}
