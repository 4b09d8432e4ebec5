package dev.polder;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// The child that [KillLoopTest] kills: several threads write, each to keys of its own, and say after each commit that
/// it returned. What a thread does is given by seed, round, thread and number of the step, so the parent can replay it.
public final class KilledWriter {
    static final int THREADS = 4;
    static final List<String> SPACES = List.of("a", "b");
    private static final int KEYS = 300;

    private KilledWriter() {}

    /// A put, or a delete (`value` is `null`).
    record Write(String space, String key, @Nullable String value) {}

    /// One commit.
    record Step(List<Write> writes, Durability durability) {
        void apply(Map<String, Map<String, String>> state) {
            for (Write write : writes) {
                Map<String, String> entries = state.get(write.space);
                if (write.value == null) entries.remove(write.key);
                else entries.put(write.key, write.value);
            }
        }
    }

    static Step step(long seed, int round, int thread, long number) {
        SplittableRandom random = new SplittableRandom(((seed * 1_000 + round) * 100 + thread) * 1_000_003L + number);
        int dice = random.nextInt(100);
        // Half of the steps have one write: a put or, one in four, a delete. The others are batches over both spaces.
        int size = dice < 50 ? 1 : 2 + random.nextInt(6);
        List<Write> writes = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String space = SPACES.get((i + (int) number) % SPACES.size());
            String key = "%d-%03d".formatted(thread, random.nextInt(KEYS));
            boolean delete = random.nextInt(4) == 0;
            writes.add(new Write(space, key, delete ? null : value(random, round + "/" + number + "/" + i)));
        }
        return new Step(writes, random.nextInt(4) == 0 ? Durability.SYNCED : Durability.BUFFERED);
    }

    private static String value(SplittableRandom random, String name) {
        int length = random.nextInt(40) == 0 ? 2_000 + random.nextInt(30_000) : random.nextInt(300);
        StringBuilder value = new StringBuilder(length + 30).append(name).append(':');
        while (value.length() < length) value.append(Long.toHexString(random.nextLong()));
        return value.toString();
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        int round = Integer.parseInt(arguments[2]);
        say("opening");
        Small small = new Small(dev.polder.io.IoEngines.probe(), Small.settings(16, 30_000));
        Store store = small.engine.store(directory);
        for (String space : SPACES) store.keyValues(space);
        say("open");
        for (int thread = 0; thread < THREADS; thread++) {
            int number = thread;
            Thread.ofPlatform().start(() -> {
                try {
                    write(store, seed, round, number);
                } catch (Throwable t) {
                    say("failed " + t);
                    Runtime.getRuntime().halt(1);
                }
            });
        }
    }

    private static void write(Store store, long seed, int round, int thread) {
        Batch batch = store.batch();
        for (long number = 1; ; number++) {
            Step step = step(seed, round, thread, number);
            commit(store, batch, step);
            say("ack " + thread + " " + number);
            if (number % 100 == 0) sayMore(store, thread);
        }
    }

    private static void commit(Store store, Batch batch, Step step) {
        Write only = step.writes.getFirst();
        KeyValues space = store.keyValues(only.space);
        if (step.writes.size() > 1) {
            for (Write write : step.writes) {
                KeyValues to = store.keyValues(write.space);
                if (write.value == null) batch.delete(to, Small.bytes(write.key));
                else batch.put(to, Small.bytes(write.key), Small.bytes(write.value));
            }
            store.write(batch, step.durability);
            batch.clear();
        } else if (only.value == null) {
            space.delete(Small.bytes(only.key), step.durability);
        } else {
            space.put(Small.bytes(only.key), Small.bytes(only.value), step.durability);
        }
    }

    private static void sayMore(Store store, int thread) {
        StoreMetrics metrics = store.metrics();
        say("work " + thread + " " + metrics.mergedBytes() + " " + metrics.compactionBytesOut());
    }

    /// One system call per line, past every buffer of the JVM.
    private static void say(String line) {
        try {
            OUT.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            Runtime.getRuntime().halt(2); // nobody listens any more
        }
    }

    private static final FileOutputStream OUT = new FileOutputStream(FileDescriptor.out);
}
