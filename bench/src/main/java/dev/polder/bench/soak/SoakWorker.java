package dev.polder.bench.soak;

import dev.polder.Batch;
import dev.polder.Cursor;
import dev.polder.Durability;
import dev.polder.KeyValues;
import dev.polder.Snapshot;
import dev.polder.Store;
import dev.polder.Value;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// One client that knows exactly what it wrote: it alone writes its keys, so it can tell what each read must give, and
/// others can tell at least how new it must be.
///
/// What is kept of a key is a number: 0 it was never there, *n* written by its n-th change, −*n* deleted by it. The
/// value itself follows from thread, key and number, every byte of it.
final class SoakWorker {
    private static final int HEADER_BYTES = 12;
    private static final int VALUE_BYTES_MAX = 1_500;
    private static final int MULTI = 16;
    private static final int SCAN = 50;

    private final Store store;
    private final KeyValues space;
    private final KeyValues twin;
    private final List<SoakWorker> all;
    private final int number;
    private final SplittableRandom random;
    /// The highest number that was begun for each key, and what was acknowledged.
    private final AtomicIntegerArray begun;
    private final AtomicIntegerArray state;
    private int pairs;
    private final AtomicLong operations = new AtomicLong();

    SoakWorker(Store store, List<SoakWorker> all, int number, int keys, long seed) {
        this.store = store;
        this.space = store.keyValues("soak");
        this.twin = store.keyValues("twin");
        this.all = all;
        this.number = number;
        random = new SplittableRandom(seed * 1_000_003 + number);
        begun = new AtomicIntegerArray(keys);
        state = new AtomicIntegerArray(keys);
    }

    /// How many were done.
    long operations() {
        return operations.get();
    }

    void step() {
        int choice = random.nextInt(100);
        if (choice < 30) put(randomKey());
        else if (choice < 35) delete(randomKey());
        else if (choice < 60) get(randomKey());
        else if (choice < 68) multiGet();
        else if (choice < 78) all.get(random.nextInt(all.size())).readByAnother(randomKey());
        else if (choice < 86) scan();
        else if (choice < 92) putPair();
        else if (choice < 96) readPair();
        else if (choice < 98) readInSnapshot();
        else view(randomKey());
        operations.incrementAndGet();
    }

    private int randomKey() {
        return random.nextInt(state.length());
    }

    private Durability durability() {
        return random.nextInt(200) == 0 ? Durability.SYNCED : Durability.BUFFERED;
    }

    private void put(int key) {
        int n = begun.incrementAndGet(key);
        space.put(bytes(key), value(key, n), durability());
        state.set(key, n);
    }

    private void delete(int key) {
        int n = begun.incrementAndGet(key);
        space.delete(bytes(key), durability());
        state.set(key, -n);
    }

    private void get(int key) {
        expect(key, space.get(bytes(key)), "get");
    }

    private void multiGet() {
        List<byte[]> keys = new ArrayList<>();
        int first = random.nextInt(state.length() - MULTI);
        for (int i = 0; i < MULTI; i++) keys.add(bytes(first + i));
        List<byte[]> found = space.multiGet(keys);
        for (int i = 0; i < MULTI; i++) expect(first + i, found.get(i), "multiGet");
    }

    private void view(int key) {
        try (Value view = space.view(bytes(key))) {
            if (view != null) get(randomKey());
            expect(key, view == null ? null : view.toArray(), "view");
        }
    }

    private void scan() {
        int first = random.nextInt(state.length() - SCAN);
        boolean forward = random.nextBoolean();
        try (Cursor cursor = space.cursor().bounds(bytes(first), bytes(first + SCAN))) {
            int key = forward ? first : first + SCAN - 1;
            boolean more = forward ? cursor.first() : cursor.last();
            for (; key >= first && key < first + SCAN; key += forward ? 1 : -1) {
                boolean there = more && Arrays.equals(cursor.key(), bytes(key));
                expect(key, there ? cursor.value() : null, forward ? "scan" : "scan backwards");
                if (there) more = forward ? cursor.next() : cursor.previous();
            }
            if (more) throw wrong("a scan found more than there is", key);
        }
    }

    /// Another thread reads a key of this one: whole, and not older than what was acknowledged before.
    private void readByAnother(int key) {
        int least = state.get(key);
        byte[] found = space.get(bytes(key));
        int most = begun.get(key);
        if (found == null) {
            if (least > 0 && most == least) throw wrong("another's value is gone", key);
            return;
        }
        int n = numberIn(found);
        if (n < Math.abs(least) || n > most || !Arrays.equals(found, value(key, n))) {
            throw wrong("another's value number " + n + " is not between " + least + " and " + most, key);
        }
    }

    private void putPair() {
        pairs++;
        Batch batch = store.batch();
        byte[] value = value(-1, pairs);
        batch.put(space, pair(), value).put(twin, pair(), value);
        store.write(batch, durability());
    }

    private void readPair() {
        byte[] expected = pairs == 0 ? null : value(-1, pairs);
        if (!Arrays.equals(space.get(pair()), expected) || !Arrays.equals(twin.get(pair()), expected)) {
            throw wrong("the two halves of a batch differ", -1);
        }
    }

    private void readInSnapshot() {
        try (Snapshot snapshot = store.snapshot()) {
            SoakWorker other = all.get(random.nextInt(all.size()));
            byte[] left = space.get(other.pair(), snapshot);
            byte[] right = twin.get(other.pair(), snapshot);
            if (!Arrays.equals(left, right)) throw wrong("a snapshot sees half a batch of " + other.number, -1);
        }
    }

    /// Compares all of it: at the end, and after a reopen with the spaces of the new store.
    void checkAll(KeyValues reopened, KeyValues reopenedTwin) {
        for (int key = 0; key < state.length(); key++) expect(key, reopened.get(bytes(key)), "check");
        byte[] expected = pairs == 0 ? null : value(-1, pairs);
        if (!Arrays.equals(reopened.get(pair()), expected) || !Arrays.equals(reopenedTwin.get(pair()), expected)) {
            throw wrong("the two halves of a batch differ at the end", -1);
        }
    }

    private void expect(int key, byte @Nullable [] found, String by) {
        int n = state.get(key);
        byte[] expected = n > 0 ? value(key, n) : null;
        if (!Arrays.equals(found, expected)) {
            throw wrong(
                    by + " gave number " + (found == null ? "none" : numberIn(found)) + " instead of "
                            + (n > 0 ? n : "none"),
                    key);
        }
    }

    private AssertionError wrong(String what, int key) {
        return new AssertionError("thread " + number + " key " + key + ": " + what);
    }

    private byte[] bytes(int key) {
        return ByteBuffer.allocate(8).putInt(number).putInt(key).array();
    }

    private byte[] pair() {
        return ByteBuffer.allocate(8).putInt(number).putInt(Integer.MAX_VALUE).array();
    }

    private static int numberIn(byte[] value) {
        return value.length < HEADER_BYTES ? -1 : ByteBuffer.wrap(value).getInt(8);
    }

    private byte[] value(int key, int n) {
        SplittableRandom noise = new SplittableRandom(((long) number << 40) ^ ((long) key << 20) ^ n);
        int length = HEADER_BYTES + noise.nextInt(VALUE_BYTES_MAX - HEADER_BYTES);
        byte[] value = new byte[length];
        noise.nextBytes(value);
        ByteBuffer.wrap(value).putInt(number).putInt(key).putInt(n);
        return value;
    }
}
