package dev.polder.bench.kv;

import dev.polder.bench.data.KeyShape;
import dev.polder.bench.data.Random64;
import dev.polder.bench.data.Shuffle;
import dev.polder.bench.data.Values;
import dev.polder.bench.engine.KvEngine;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/// One thread that writes. What is timed is a whole batch: its puts, and the commit that hands it to the operating
/// system.
final class WriteWorker {
    private final KvEngine engine;
    private final KvLoad load;
    private final Values values;
    private final Random64 random;
    private final byte[] key = new byte[KeyShape.KEY_BYTES];
    private final byte[] value;
    private final Histogram latencies = Measured.emptyHistogram();

    WriteWorker(KvEngine engine, KvLoad load, int thread) {
        this.engine = engine;
        this.load = load;
        values = new Values(load.valueBytes(), load.seed());
        value = new byte[load.valueBytes()];
        random = new Random64(load.seed() + 1000 + thread);
    }

    /// Positions `from` to `to` of the workload's order; stops between batches once the deadline is over.
    Measured write(Workload workload, Shuffle shuffle, long from, long to, long deadlineNanos) {
        long at = from;
        try (KvEngine.Writer writer = engine.writer()) {
            while (at < to) {
                long start = System.nanoTime();
                if (start >= deadlineNanos) break;
                for (long end = Math.min(to, at + load.batch()); at < end; at++) {
                    switch (workload) {
                        case FILLSEQ -> put(writer, at, 0);
                        case FILLRANDOM -> put(writer, shuffle.at(at), 0);
                        default -> put(writer, random.below(load.records()), 1);
                    }
                }
                writer.commit();
                latencies.recordValue(System.nanoTime() - start);
            }
        }
        return new Measured(at - from, 0, 0, 0, 0, latencies);
    }

    /// Single writes to random records until told to stop; their latencies are not kept, for the readers' are asked
    /// for.
    Measured writeBesideReaders(AtomicBoolean stop) {
        long writes = 0;
        long start = System.nanoTime();
        double nanosPerWrite = load.writesPerSecond() == 0 ? 0 : 1e9 / load.writesPerSecond();
        try (KvEngine.Writer writer = engine.writer()) {
            while (!stop.getPlain() && !stop.get()) {
                long early = start + (long) (writes * nanosPerWrite) - System.nanoTime();
                if (nanosPerWrite > 0 && early > 0) {
                    LockSupport.parkNanos(early);
                    continue;
                }
                put(writer, random.below(load.records()), 2);
                writer.commit();
                writes++;
            }
        }
        return new Measured(0, 0, 0, writes, 0, latencies);
    }

    private void put(KvEngine.Writer writer, long record, int version) {
        load.keys().present(record, key);
        values.write(record, version, value);
        writer.put(key, value);
    }
}
