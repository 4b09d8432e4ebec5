package dev.polder.bench.kv;

import dev.polder.bench.data.KeyShape;
import dev.polder.bench.data.Random64;
import dev.polder.bench.data.Values;
import dev.polder.bench.data.Zipf;
import dev.polder.bench.engine.KvEngine;
import dev.polder.bench.engine.ScanSink;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicBoolean;
import org.HdrHistogram.Histogram;

/// One thread that reads, and does not believe what it reads: every result is counted, one value in 16 is compared
/// byte by byte, and a wrong one ends the run.
final class ReadWorker {
    private static final int CHECK_EVERY = 16;
    private static final int SAMPLE_MASK = Workload.READ_SAMPLE - 1;

    private final KvEngine engine;
    private final KvLoad load;
    private final Values values;
    private final Random64 random;
    private final Zipf records;
    private final byte[] key = new byte[KeyShape.KEY_BYTES];
    private final byte[] value;
    private final byte[] scratch;
    private final Histogram latencies = Measured.emptyHistogram();

    ReadWorker(KvEngine engine, KvLoad load, int thread) {
        this.engine = engine;
        this.load = load;
        values = new Values(load.valueBytes(), load.seed());
        value = new byte[load.valueBytes()];
        scratch = new byte[load.valueBytes()];
        random = new Random64(load.seed() + 2000 + thread);
        records = new Zipf(load.records(), load.skew(), random);
    }

    Measured read(Workload workload, AtomicBoolean stop) {
        try (KvEngine.Reader reader = engine.reader()) {
            return switch (workload) {
                case SCAN100 -> scan(reader, stop);
                case READMISSING -> lookUp(reader, stop, false);
                case READMOSTLY -> readMostly(reader, stop);
                default -> lookUp(reader, stop, true);
            };
        }
    }

    /// One pass over everything, which also proves that everything is there.
    void readAll() {
        load.keys().present(0, key);
        ScanSink sink = new ScanSink(KeyShape.KEY_BYTES, load.valueBytes());
        try (KvEngine.Reader reader = engine.reader()) {
            int entries = reader.scanInto(key, Integer.MAX_VALUE, sink);
            if (entries != load.records()) {
                throw wrong("a pass over all data found %d entries of %d".formatted(entries, load.records()));
            }
        }
    }

    private Measured lookUp(KvEngine.Reader reader, AtomicBoolean stop, boolean present) {
        boolean copies = load.reads() == KvLoad.ReadApi.COPY;
        long operations = 0;
        long found = 0;
        long checked = 0;
        while (!stop.getPlain() && !stop.get()) {
            long record = records.next();
            if (present) load.keys().present(record, key);
            else load.keys().missing(record, key);
            boolean timed = (operations & SAMPLE_MASK) == 0;
            long start = timed ? System.nanoTime() : 0;
            byte[] result = copies ? reader.get(key) : reader.get(key, value) == value.length ? value : null;
            if (timed) latencies.recordValue(System.nanoTime() - start);
            operations++;
            if ((result != null) != present) throw wrong(present ? "a record is missing" : "a record nobody wrote");
            if (result == null) continue;
            found++;
            if (operations % CHECK_EVERY == 0) {
                if (!values.belongsTo(record, result, scratch)) throw wrong("a wrong value");
                checked++;
            }
        }
        return new Measured(operations, found, checked, 0, 0, latencies);
    }

    /// Like [#lookUp], with an overwrite in between; only reads are timed.
    private Measured readMostly(KvEngine.Reader reader, AtomicBoolean stop) {
        boolean copies = load.reads() == KvLoad.ReadApi.COPY;
        byte[] written = new byte[load.valueBytes()];
        long operations = 0;
        long found = 0;
        long checked = 0;
        long writes = 0;
        try (KvEngine.Writer writer = engine.writer()) {
            while (!stop.getPlain() && !stop.get()) {
                long record = records.next();
                load.keys().present(record, key);
                operations++;
                if (operations % Workload.WRITE_EVERY == 0) {
                    values.write(record, 1, written);
                    writer.put(key, written);
                    writer.commit();
                    writes++;
                    continue;
                }
                boolean timed = (operations & SAMPLE_MASK) == 1;
                long start = timed ? System.nanoTime() : 0;
                byte[] result = copies ? reader.get(key) : reader.get(key, value) == value.length ? value : null;
                if (timed) latencies.recordValue(System.nanoTime() - start);
                if (result == null) throw wrong("a record is missing");
                found++;
                if (operations % CHECK_EVERY == 1) {
                    if (!values.belongsTo(record, result, scratch)) throw wrong("a wrong value");
                    checked++;
                }
            }
        }
        return new Measured(operations, found, checked, writes, 0, latencies);
    }

    private Measured scan(KvEngine.Reader reader, AtomicBoolean stop) {
        boolean copies = load.reads() == KvLoad.ReadApi.COPY;
        ScanSink sink = new ScanSink(KeyShape.KEY_BYTES, load.valueBytes());
        long scans = 0;
        while (!stop.getPlain() && !stop.get()) {
            load.keys().present(random.below(load.records() - Workload.SCAN_ENTRIES + 1), key);
            long start = System.nanoTime();
            int entries = copies
                    ? reader.scan(key, Workload.SCAN_ENTRIES, sink)
                    : reader.scanInto(key, Workload.SCAN_ENTRIES, sink);
            latencies.recordValue(System.nanoTime() - start);
            if (entries != Workload.SCAN_ENTRIES) throw wrong("a scan saw " + entries + " entries");
            scans++;
        }
        if (sink.touched() == 42) System.out.print(""); // keeps what was touched alive
        return new Measured(scans, sink.entries(), 0, 0, 0, latencies);
    }

    private IllegalStateException wrong(String what) {
        return new IllegalStateException("%s returned a wrong result: %s, key %s"
                .formatted(engine.facts().engine(), what, HexFormat.of().formatHex(key)));
    }
}
