package dev.polder.generation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.memory.ArenaRegions;
import dev.polder.memory.Memory;
import dev.polder.runtime.Task;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One writer and three readers. The key of each sequence is a function of it, so a reader knows what it must find:
/// everything up to the sequence it saw published, in order, on every way.
class ConcurrentReadersTest {
    private static final int SPACE = 3;
    private static final long ENTRIES = 40_000;

    @ParameterizedTest
    @EnumSource(IndexKind.class)
    void readersSeeEverythingThatIsPublishedInOrder(IndexKind kind) {
        for (int shape = 0; shape < 4; shape++) race(kind, shape);
    }

    /// Four shapes of keys: few and hot, dense, random with shared prefixes, prefixes of each other.
    private static byte[] key(int shape, long sequence) {
        long mixed = (sequence ^ 0x51ed270b2bL) * 0x9e3779b97f4a7c15L;
        mixed ^= mixed >>> 29;
        return switch (shape) {
            case 0 -> new byte[] {(byte) (mixed & 7)};
            case 1 -> new byte[] {(byte) (mixed >>> 8 & 63), (byte) mixed};
            case 2 ->
                ByteBuffer.allocate(16).putLong(mixed & 0xff).putLong(mixed).array();
            default ->
                Arrays.copyOf(
                        ByteBuffer.allocate(8)
                                .putLong(mixed & 0x0301_0103_0101_0103L)
                                .array(),
                        (int) (mixed >>> 60 & 7));
        };
    }

    private static void race(IndexKind kind, int shape) {
        try (var scene = new Scene(128 << 20)) {
            var generation = new Generation(1, scene.chunks, 11, kind);
            var published = new AtomicLong();
            var tasks = new ArrayList<Task>();
            for (int reader = 0; reader < 3; reader++) {
                long seed = reader;
                tasks.add(Scene.SEAMS.tasks().spawn("reader", () -> read(generation, published, shape, seed)));
            }
            for (long sequence = 1; sequence <= ENTRIES; ) {
                int batch = 1 + (int) (sequence % 5);
                scene.clear();
                for (long s = sequence; s < sequence + batch; s++)
                    scene.put(
                            SPACE,
                            key(shape, s),
                            s % 9 == 0
                                    ? null
                                    : ByteBuffer.allocate(8).putLong(s).array());
                assertThat(scene.write(generation, sequence)).isTrue();
                sequence += batch;
                published.setRelease(sequence - 1);
            }
            tasks.forEach(Task::join);
            generation.release();
            assertThat(scene.leased()).isZero();
        }
    }

    private static void read(Generation generation, AtomicLong published, int shape, long seed) {
        var regions = new ArenaRegions();
        long scratch = regions.acquire(4096);
        var random = new SplittableRandom(seed);
        for (long sequence = 0; sequence < ENTRIES; ) {
            sequence = published.getAcquire();
            EntryIndex index = generation.space(SPACE);
            if (sequence == 0 || index == null) continue;
            for (int i = 0; i < 200; i++) findOne(index, scratch, shape, random.nextLong(1, sequence + 1), sequence);
            walk(index, scratch, shape, random.nextLong(1, ENTRIES), sequence, random.nextBoolean());
            if (random.nextInt(50) == 0) countAll(index, sequence, random.nextBoolean());
        }
        countAll(generation.space(SPACE), published.getAcquire(), true);
        countAll(generation.space(SPACE), published.getAcquire(), false);
        regions.release(scratch, 4096);
    }

    private static void findOne(EntryIndex index, long scratch, int shape, long wanted, long visible) {
        byte[] key = key(shape, wanted);
        Memory.copyIn(key, 0, scratch, key.length);
        long entry = index.find(scratch, key.length, wanted);
        assertThat(entry).as("sequence %d", wanted).isNotZero();
        assertThat(Entry.sequence(entry)).isEqualTo(wanted);
        assertThat(Entry.key(entry)).isEqualTo(key);
        assertThat(index.seek(scratch, key.length, wanted)).isEqualTo(entry);
        long newest = index.find(scratch, key.length, visible);
        assertThat(Entry.sequence(newest)).isBetween(wanted, visible);
        long before = index.seekBefore(scratch, key.length);
        if (before != 0)
            assertThat(Arrays.compareUnsigned(Entry.key(before), key)).isNegative();
    }

    /// From a place that may not be there, 300 steps: ordered, none beyond the start, values as written.
    private static void walk(EntryIndex index, long scratch, int shape, long place, long visible, boolean forward) {
        byte[] from = key(shape, place);
        Memory.copyIn(from, 0, scratch, from.length);
        long entry = forward ? index.seek(scratch, from.length, visible) : index.seekBefore(scratch, from.length);
        long last = 0;
        for (int step = 0; entry != 0 && step < 300; step++) {
            int order = Arrays.compareUnsigned(Entry.key(entry), from);
            assertThat(forward ? order >= 0 : order < 0).isTrue();
            check(last, entry, forward);
            last = entry;
            entry = forward ? index.next(entry) : index.previous(entry);
        }
    }

    private static void countAll(EntryIndex index, long visible, boolean forward) {
        long seen = 0;
        long last = 0;
        for (long entry = forward ? index.first() : index.last(); entry != 0; ) {
            check(last, entry, forward);
            if (Entry.sequence(entry) <= visible) seen++;
            last = entry;
            entry = forward ? index.next(entry) : index.previous(entry);
        }
        assertThat(seen).isEqualTo(visible);
    }

    private static void check(long last, long entry, boolean forward) {
        if (Entry.kind(entry) == Entry.PUT) {
            byte[] value = Entry.value(entry);
            assertThat(ByteBuffer.wrap(value).getLong()).isEqualTo(Entry.sequence(entry));
        }
        if (last == 0) return;
        int keys = Memory.compare(
                Entry.keyAddress(last), Entry.keyBytes(last), Entry.keyAddress(entry), Entry.keyBytes(entry));
        int order = keys != 0 ? keys : Long.compare(Entry.sequence(entry), Entry.sequence(last));
        assertThat(forward ? order < 0 : order > 0).as("order").isTrue();
    }
}
