package dev.polder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// A process of its own that writes and reads a million records through 16 MiB and prints what it took. Started by
/// [MemoryBoundTest]; every value that it reads is checked.
public final class MemoryBoundChild {
    static final int RECORDS = 1_000_000;
    static final long BUDGET_MEBIBYTES = 16;
    private static final int BATCH = 500;
    private static final int VALUE_BYTES = 99;

    private MemoryBoundChild() {}

    public static void main(String[] arguments) throws Exception {
        long seed = Long.parseLong(arguments[1]);
        EngineOptions options =
                EngineOptions.of(Budget.mebibytes(BUDGET_MEBIBYTES)).withIo(EngineOptions.IoChoice.PORTABLE);
        try (Engine engine = Engine.open(options)) {
            Sampler sampler = new Sampler(engine);
            Thread sampling = Thread.ofPlatform().daemon().start(sampler);
            try (Store store = engine.store(Path.of(arguments[0]))) {
                KeyValues space = store.keyValues("records");
                load(store, space);
                store.settle();
                readForward(space);
                readBackward(space);
                readAtRandom(space, seed);
                long data = store.metrics().spaces().getFirst().bytes();
                sampler.stop = true;
                sampling.join();
                EngineMetrics metrics = engine.metrics();
                System.out.println("child: ok dataBytes=" + data + " evictions=" + metrics.poolEvictions()
                        + " blockReads=" + metrics.blockReads() + " " + sampler + " peakRssBytes=" + peakRssBytes());
            }
        }
    }

    private static void load(Store store, KeyValues space) {
        Batch batch = store.batch();
        int stride = 618_033; // coprime to RECORDS: every key once, in no order
        long at = 0;
        for (int i = 0; i < RECORDS; i++) {
            batch.put(space, key((int) at), value((int) at));
            at = (at + stride) % RECORDS;
            if (batch.count() == BATCH || i == RECORDS - 1) {
                store.write(batch, Durability.BUFFERED);
                batch.clear();
            }
        }
    }

    private static void readForward(KeyValues space) {
        byte[] value = new byte[VALUE_BYTES];
        int expected = 0;
        try (Cursor cursor = space.cursor()) {
            for (boolean more = cursor.first(); more; more = cursor.next()) {
                check(expected, cursor.key(), value, cursor.copyValue(value));
                expected++;
            }
        }
        if (expected != RECORDS) throw new AssertionError("forward: " + expected);
    }

    private static void readBackward(KeyValues space) {
        int expected = RECORDS - 1;
        try (Cursor cursor = space.cursor().bounds(key(RECORDS - RECORDS / 5), null)) {
            for (boolean more = cursor.last(); more; more = cursor.previous()) {
                byte[] value = cursor.value();
                check(expected, cursor.key(), value, value.length);
                expected--;
            }
        }
        if (expected != RECORDS - RECORDS / 5 - 1) throw new AssertionError("backward: " + expected);
    }

    private static void readAtRandom(KeyValues space, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] value = new byte[VALUE_BYTES];
        for (int n = 0; n < 60_000; n++) {
            int i = random.nextInt(RECORDS);
            check(i, key(i), value, space.get(key(i), value));
        }
        for (int n = 0; n < 1_000; n++) {
            List<byte[]> keys = new ArrayList<>();
            for (int k = 0; k < 20; k++) keys.add(key(random.nextInt(RECORDS)));
            List<byte[]> values = space.multiGet(keys);
            for (int k = 0; k < 20; k++) check(number(keys.get(k)), keys.get(k), values.get(k), VALUE_BYTES);
        }
    }

    private static void check(int expected, byte[] key, byte[] value, int valueBytes) {
        if (number(key) != expected) throw new AssertionError("key " + number(key) + " instead of " + expected);
        if (valueBytes != VALUE_BYTES) throw new AssertionError("value of " + valueBytes + " bytes at " + expected);
        SplittableRandom random = new SplittableRandom(expected);
        for (int at = 0; at < VALUE_BYTES; at += 9) {
            if (value[at] != (byte) random.nextInt()) throw new AssertionError("value of " + expected + " at " + at);
        }
    }

    private static byte[] key(int number) {
        byte[] key = new byte[16];
        for (int at = 15; at >= 8; at--) {
            key[at] = (byte) ('0' + number % 10);
            number /= 10;
        }
        return key;
    }

    private static int number(byte[] key) {
        int number = 0;
        for (int at = 8; at < 16; at++) number = number * 10 + key[at] - '0';
        return number;
    }

    /// Every ninth byte says what was written; those between are as incompressible, and cheaper to make.
    private static byte[] value(int number) {
        byte[] value = new byte[VALUE_BYTES];
        SplittableRandom random = new SplittableRandom(number);
        long noise = number * 0x9E3779B97F4A7C15L;
        for (int at = 0; at < VALUE_BYTES; at++) {
            if (at % 9 == 0) {
                value[at] = (byte) random.nextInt();
                noise = (noise ^ (noise >>> 29)) * 0xBF58476D1CE4E5B9L;
            } else {
                value[at] = (byte) (noise >>> (7 * (at % 9 - 1)));
            }
        }
        return value;
    }

    static long peakRssBytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) return -1;
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
        return -1;
    }

    /// Looks at the budget all the time.
    static final class Sampler implements Runnable {
        private final Engine engine;
        volatile boolean stop;
        private long samples;
        private long usedBytesMax;
        private long overBudget;

        Sampler(Engine engine) {
            this.engine = engine;
        }

        @Override
        public String toString() {
            return "samples=" + samples + " usedBytesMax=" + usedBytesMax + " overBudget=" + overBudget;
        }

        @Override
        public void run() {
            while (!stop) {
                MemoryReport report = engine.memory();
                usedBytesMax = Math.max(usedBytesMax, report.usedBytes());
                if (report.usedBytes() > report.budgetBytes()) overBudget++;
                samples++;
                try {
                    Thread.sleep(1);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }
    }
}
