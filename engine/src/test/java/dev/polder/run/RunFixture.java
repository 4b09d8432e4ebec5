package dev.polder.run;

import dev.polder.block.AheadLimits;
import dev.polder.block.BlockLoader;
import dev.polder.block.Codecs;
import dev.polder.buffer.PoolFixture;
import dev.polder.disk.Disk;
import dev.polder.disk.DiskConfig;
import dev.polder.disk.DiskFile;
import dev.polder.disk.Lane;
import dev.polder.io.IoEngine;
import dev.polder.io.PortableIo;
import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// What the tests of this room stand on: memory, files, a loader, and the model of a run, a `TreeMap` of
/// versions.
final class RunFixture implements AutoCloseable {
    static final RunConfig TINY = new RunConfig(128, 160, 200, 24);

    final PoolFixture memory = new PoolFixture();
    final Codecs codecs = Codecs.probe();
    final BlockLoader loader;
    private final Arena arena = Arena.ofShared();
    private final IoEngine io;
    final ReadCounter reads = new ReadCounter();
    private final Disk disk;
    private final Path folder;
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable Thread thief;
    private int files;

    RunFixture(Path folder) {
        this(folder, AheadLimits.DEFAULT);
    }

    RunFixture(Path folder, AheadLimits ahead) {
        this(folder, ahead, new PortableIo(), true);
    }

    /// @param counted whether [#reads] knows of its reads; then they are done one by one
    RunFixture(Path folder, AheadLimits ahead, IoEngine io, boolean counted) {
        this.folder = folder;
        this.io = io;
        disk = new Disk(counted ? reads.counting(io) : io, memory.seams, DiskConfig.DEFAULT);
        loader = new BlockLoader(memory.budget, memory.pool, memory.seams, codecs, ahead);
    }

    long allocate(long bytes) {
        return arena.allocate(bytes, 4096).address();
    }

    Disk disk() {
        return disk;
    }

    DiskFile file() {
        return disk.create(folder.resolve("run-" + ++files), false);
    }

    /// From now on units are taken from the pool, filled with garbage and given back, all the time.
    void stealFrames() {
        thief = Thread.ofPlatform().start(() -> {
            while (!closed.get()) {
                while (memory.takeUnit((byte) 0x5a)) {}
                while (memory.giveUnitBack()) {}
                Thread.onSpinWait();
            }
        });
    }

    RunWriter writer(DiskFile file, boolean compress, RunConfig config) {
        int bytes = RunWriter.memoryBytes(0, config);
        return new RunWriter(file, allocate(bytes), bytes, compress, codecs, config, Lane.MERGE);
    }

    RunScanner scanner(Run run) {
        int bytes = RunScanner.memoryBytes(0);
        return new RunScanner(run, allocate(bytes), bytes, codecs, Lane.MERGE);
    }

    /// What compactions read it through.
    RunsSource source(Run run, int memoryBytes) {
        return new RunsSource(List.of(run), allocate(memoryBytes), memoryBytes, codecs, Lane.COMPACTION);
    }

    RunCursor cursor(Run run) {
        return run.cursor(loader, allocate(RunCursor.SCRATCH_BYTES));
    }

    /// Writes the entries as one section of a file of its own.
    Run write(Collection<Version> entries, boolean compress, RunConfig config) {
        return write(entries, compress, config, 0);
    }

    /// The same; in the blocks all sequences are less by `base`, and the section says so.
    Run write(Collection<Version> entries, boolean compress, RunConfig config, long base) {
        DiskFile file = file();
        RunWriter writer = writer(file, compress, config);
        writer.beginSection(7);
        try (Arena scratch = Arena.ofConfined()) {
            long entry = scratch.allocate(4096 + (2 << 20)).address();
            for (Version version : entries) add(writer, entry, version.later(-base));
        }
        Section section = writer.endSection();
        writer.finish();
        return new Run(files, file, section.basedOn(base), true);
    }

    static void add(RunWriter writer, long memory, Version entry) {
        Memory.copyIn(entry.key, 0, memory, entry.key.length);
        byte[] value = entry.value;
        if (value == null) {
            writer.add(memory, entry.key.length, entry.sequence, DataBlock.DELETE, 0, 0);
        } else {
            Memory.copyIn(value, 0, memory + 4096, value.length);
            writer.add(memory, entry.key.length, entry.sequence, DataBlock.PUT, memory + 4096, value.length);
        }
    }

    /// One version of a key; a delete if `value` is null. Ordered as runs are.
    @SuppressWarnings("ArrayRecordComponent") // compared by sameAs
    record Version(byte[] key, long sequence, byte[] value) implements Comparable<Version> {
        @Override
        public int compareTo(Version other) {
            int order = Arrays.compareUnsigned(key, other.key);
            return order != 0 ? order : Long.compare(other.sequence, sequence);
        }

        Version later(long by) {
            return new Version(key, sequence + by, value);
        }

        boolean sameAs(byte[] otherKey, long otherSequence, byte[] otherValue) {
            return Arrays.equals(key, otherKey) && sequence == otherSequence && Arrays.equals(value, otherValue);
        }

        @Override
        public String toString() {
            return Arrays.toString(key) + "@" + sequence + (value == null ? " deleted" : " " + value.length + " bytes");
        }
    }

    /// Shapes of data, each meant to hurt in another place.
    enum Shape {
        SHORT_KEYS,
        EMPTY_AND_LONG_KEYS,
        SHARED_PREFIX,
        MANY_VERSIONS,
        ZERO_TAILS,
        LARGE_VALUES,
        COMPRESSIBLE
    }

    static List<Version> versions(Shape shape, int count, Random random) {
        TreeMap<Version, Boolean> sorted = new TreeMap<>();
        byte[] prefix = new byte[random.nextInt(40)];
        random.nextBytes(prefix);
        List<byte[]> keys = new ArrayList<>();
        long sequence = random.nextInt(3);
        for (int i = 0; i < count; i++) {
            boolean known = !keys.isEmpty() && random.nextInt(shape == Shape.MANY_VERSIONS ? 100 : 5) != 0;
            byte[] key = shape == Shape.MANY_VERSIONS && known
                    ? keys.get(keys.size() - 1)
                    : known && random.nextInt(3) == 0
                            ? keys.get(random.nextInt(keys.size()))
                            : key(shape, prefix, random);
            keys.add(key);
            sequence += 1 + random.nextInt(random.nextBoolean() ? 2 : 100_000);
            sorted.put(new Version(key, sequence, random.nextInt(6) == 0 ? null : value(shape, random)), true);
        }
        return new ArrayList<>(sorted.keySet());
    }

    private static byte[] key(Shape shape, byte[] prefix, Random random) {
        return switch (shape) {
            case SHORT_KEYS, LARGE_VALUES -> bytes(random, random.nextInt(5), 4);
            case EMPTY_AND_LONG_KEYS -> bytes(random, random.nextBoolean() ? 0 : random.nextInt(2049), 2);
            case ZERO_TAILS -> bytes(random, random.nextInt(24), random.nextInt(20) == 0 ? 256 : 2);
            case SHARED_PREFIX, MANY_VERSIONS, COMPRESSIBLE -> {
                byte[] tail = bytes(random, random.nextInt(20), random.nextBoolean() ? 3 : 256);
                byte[] key = Arrays.copyOf(prefix, prefix.length + tail.length);
                System.arraycopy(tail, 0, key, prefix.length, tail.length);
                yield key;
            }
        };
    }

    static byte[] bytes(Random random, int length, int alphabet) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte) (random.nextInt(alphabet) * (alphabet < 256 ? 255 / alphabet : 1));
        return bytes;
    }

    private static byte[] value(Shape shape, Random random) {
        int length = switch (shape) {
            case LARGE_VALUES ->
                switch (random.nextInt(12)) {
                    case 0 -> random.nextInt((1 << 20) + 1);
                    case 1 -> 32768 + random.nextInt(3) - 1;
                    case 2 -> 65536 * (1 + random.nextInt(3));
                    case 3 -> random.nextInt(40_000);
                    default -> random.nextInt(5000);
                };
            case MANY_VERSIONS -> random.nextInt(6);
            case EMPTY_AND_LONG_KEYS -> random.nextInt(10) == 0 ? random.nextInt(5000) : 3;
            default -> random.nextInt(random.nextInt(10) == 0 ? 600 : 40);
        };
        return bytes(random, length, shape == Shape.COMPRESSIBLE || random.nextBoolean() ? 1 + random.nextInt(2) : 256);
    }

    /// What a reader at `sequence` sees of a key: the version, or null.
    static Version visible(NavigableMap<Version, Version> model, byte[] key, long sequence) {
        Map.Entry<Version, Version> at = model.ceilingEntry(new Version(key, sequence, null));
        return at != null && Arrays.equals(at.getKey().key, key) ? at.getValue() : null;
    }

    static NavigableMap<Version, Version> model(Collection<Version> versions) {
        TreeMap<Version, Version> model = new TreeMap<>();
        for (Version version : versions) model.put(version, version);
        return model;
    }

    @Override
    public void close() {
        closed.set(true);
        try {
            if (thief != null) thief.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disk.close();
        io.close();
        memory.close();
        arena.close();
    }
}
