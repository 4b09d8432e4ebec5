package dev.polder.generation;

import dev.polder.memory.Memory;
import java.util.SplittableRandom;

/// Which search structure should a generation have? Estimate (research, JDK 25): a skip list inserts in 240 ns at 8
/// MiB and 1,350 at 1 M keys, a radix tree in 165; look-ups 333, 2,365 and 260. Control: the plain walk over the
/// ring, the same for both.
///
/// Not a test: `main` prints nanoseconds per operation, the best and the median of the rounds. One JVM per kind.
final class IndexMeasurement {
    private static final int KEY_BYTES = 16, VALUE_BYTES = 100, BATCH = 32, ROUNDS = 7;

    private IndexMeasurement() {}

    public static void main(String[] args) {
        IndexKind kind = IndexKind.valueOf(args[0]);
        int keys = Integer.parseInt(args[1]);
        boolean ascending = args.length > 2;
        double[][] nanos = new double[5][ROUNDS];
        long bytes = 0;
        long check = 0;
        try (var scene = new Scene(1L << 30)) {
            for (int round = 0; round < ROUNDS; round++) {
                var generation = new Generation(round, scene.chunks, round, kind);
                long start = System.nanoTime();
                insert(scene, generation, keys, ascending);
                nanos[0][round] = since(start, keys);
                EntryIndex index = generation.space(1);
                start = System.nanoTime();
                check += find(scene, index, keys, 0, ascending);
                nanos[1][round] = since(start, keys);
                start = System.nanoTime();
                check += find(scene, index, keys, 1, ascending);
                nanos[2][round] = since(start, keys);
                start = System.nanoTime();
                check += seek(scene, index, keys);
                nanos[3][round] = since(start, keys);
                start = System.nanoTime();
                for (long entry = index.first(); entry != 0; entry = index.next(entry)) check += Entry.keyBytes(entry);
                nanos[4][round] = since(start, keys);
                bytes = generation.bytes();
                generation.release();
            }
        }
        String[] names = {"insert", "find", "find missing", "seek", "next"};
        System.out.printf(
                "%s keys=%d ascending=%s bytes/entry=%.1f check=%d%n",
                kind, keys, ascending, (double) bytes / keys, check);
        for (int i = 0; i < names.length; i++) {
            java.util.Arrays.sort(nanos[i]);
            System.out.printf("  %-13s best %7.1f  median %7.1f ns%n", names[i], nanos[i][0], nanos[i][ROUNDS / 2]);
        }
    }

    private static double since(long start, int operations) {
        return (double) (System.nanoTime() - start) / operations;
    }

    private static void insert(Scene scene, Generation generation, int keys, boolean ascending) {
        for (int first = 0; first < keys; first += BATCH) {
            long at = scene.payload;
            int count = Math.min(BATCH, keys - first);
            for (int i = first; i < first + count; i++) {
                at = Payload.putHeader(at, 1, KEY_BYTES, VALUE_BYTES);
                key(at, i, ascending);
                at += KEY_BYTES + VALUE_BYTES;
            }
            int bytes = (int) (at - scene.payload);
            if (!generation.reserve(scene.payload, bytes)) throw new IllegalStateException("budget");
            generation.apply(scene.payload, bytes, first + 1L);
        }
    }

    private static long find(Scene scene, EntryIndex index, int keys, int missing, boolean ascending) {
        var random = new SplittableRandom(1);
        long found = 0;
        for (int i = 0; i < keys; i++) {
            key(scene.key, random.nextInt(keys), ascending);
            if (missing != 0)
                Memory.putByte(scene.key + KEY_BYTES - 1, (byte) (Memory.getByte(scene.key + KEY_BYTES - 1) ^ 0x55));
            if (index.find(scene.key, KEY_BYTES, Entry.SEQUENCE_MAX) != 0) found++;
        }
        return found;
    }

    private static long seek(Scene scene, EntryIndex index, int keys) {
        var random = new SplittableRandom(2);
        long found = 0;
        for (int i = 0; i < keys; i++) {
            Memory.putLong(scene.key, random.nextLong());
            Memory.putLong(scene.key + 8, 0);
            if (index.seek(scene.key, KEY_BYTES, Entry.SEQUENCE_MAX) != 0) found++;
        }
        return found;
    }

    /// The i-th of all keys: ascending numbers, or the same numbers well mixed.
    private static void key(long to, int i, boolean ascending) {
        if (ascending) {
            Memory.putLong(to, 0);
            Memory.putLong(to + 8, Long.reverseBytes(i));
            return;
        }
        long mixed = (i + 1) * 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        Memory.putLong(to, mixed ^ (mixed >>> 27));
        Memory.putLong(to + 8, mixed);
    }
}
