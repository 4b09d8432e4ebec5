package dev.polder.bench.io;

import dev.polder.Budget;
import dev.polder.Cursor;
import dev.polder.Durability;
import dev.polder.Engine;
import dev.polder.EngineOptions;
import dev.polder.KeyValues;
import dev.polder.Store;
import dev.polder.bench.data.Random64;
import dev.polder.bench.report.IoRun;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Polder's half where blocks go through the pool: a store of key-values that is sixteen times the budget, one
/// thread.
///
/// Values are random bytes, which do not compress, and begin with their own number; all that is read is checked
/// for it. What is counted is what was read from the device: blocks for look-ups, bytes for a scan. The pool
/// keeps the index and a few of the blocks.
final class StoreSide implements AutoCloseable {
    private static final int VALUE_BYTES = 400, TOGETHER = 32;
    private static final long BUDGET_SHARE = 16, BUDGET_MIN = 24 << 20;

    private final Engine engine;
    private final Store store;
    private final KeyValues values;
    private final long count;
    private final Random64 random = new Random64(1);
    private final Cursor scan;

    StoreSide(Path folder, long bytes, boolean register) {
        EngineOptions options = EngineOptions.of(Budget.bytes(Math.max(BUDGET_MIN, bytes / BUDGET_SHARE)));
        engine = Engine.open(register ? options.withIo(EngineOptions.IoChoice.URING) : options);
        store = engine.store(folder);
        values = store.keyValues("io");
        count = bytes / VALUE_BYTES;
        fill();
        scan = values.cursor();
    }

    private void fill() {
        Random64 filler = new Random64(2);
        byte[] value = new byte[VALUE_BYTES];
        ByteBuffer words = ByteBuffer.wrap(value);
        var batch = store.batch();
        for (long record = 0; record < count; record++) {
            for (int at = 8; at < VALUE_BYTES; at += 8) words.putLong(at, filler.next());
            words.putLong(0, record);
            batch.put(values, key(record), value.clone());
            if (record % 256 == 255 || record == count - 1) {
                store.write(batch, Durability.BUFFERED);
                batch.clear();
            }
        }
        store.settle();
    }

    private static byte[] key(long record) {
        return ByteBuffer.allocate(8).putLong(record).array();
    }

    IoRun run(int pair, IoWorkload workload, String by, double seconds) {
        long readsBefore = engine.metrics().blockReads();
        long bytesBefore = engine.metrics().readBytes();
        long cpuBefore = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        if (workload == IoWorkload.SCAN) scan(end);
        else if (by.equals("one")) getOne(end);
        else multiGet(end);
        double took = (System.nanoTime() - begin) / 1e9;
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - cpuBefore;
        long bytes = engine.metrics().readBytes() - bytesBefore;
        long operations = workload == IoWorkload.SCAN
                ? bytes / workload.blockBytes
                : engine.metrics().blockReads() - readsBefore;
        return new IoRun(pair, workload.title, by, operations, bytes, took, cpu / 1e3 / operations);
    }

    private void multiGet(long end) {
        long[] records = new long[TOGETHER];
        List<byte[]> keys = new ArrayList<>();
        while (System.nanoTime() < end) {
            keys.clear();
            for (int i = 0; i < TOGETHER; i++) {
                records[i] = random.below(count);
                keys.add(key(records[i]));
            }
            List<byte @Nullable []> found = values.multiGet(keys);
            for (int i = 0; i < TOGETHER; i++) check(records[i], found.get(i));
        }
    }

    private void getOne(long end) {
        while (System.nanoTime() < end) {
            long record = random.below(count);
            check(record, values.get(key(record)));
        }
    }

    /// Goes on where the last one ended.
    private void scan(long end) {
        byte[] value = new byte[VALUE_BYTES];
        byte[] key = new byte[8];
        ByteBuffer number = ByteBuffer.wrap(key);
        for (int i = 0; i % 64 != 0 || System.nanoTime() < end; i++) {
            if (!scan.valid()) scan.first();
            scan.copyKey(key);
            scan.copyValue(value);
            check(number.getLong(0), value);
            scan.next();
        }
    }

    private static void check(long record, byte @Nullable [] value) {
        if (value == null
                || value.length != VALUE_BYTES
                || ByteBuffer.wrap(value).getLong(0) != record) {
            throw new IllegalStateException("a wrong value for record " + record);
        }
    }

    @Override
    public void close() {
        scan.close();
        store.close();
        engine.close();
    }
}
