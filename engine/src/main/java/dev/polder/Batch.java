package dev.polder;

import dev.polder.generation.Payload;
import dev.polder.kv.KeyValueSpace;
import dev.polder.kv.Limits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes that happen together or not at all. Of two writes to one key the later counts.
///
/// Not thread-safe. Collects on the Java heap, up to 2 GiB. Up to a limit that depends on the budget (see
/// `docs/limits.md`) it goes through the log like any write; a larger one is *spilled*: written as a sorted file first,
/// and durable when `Store.write` returns, whatever durability was asked for.
public final class Batch {
    /// The longest array of every JVM.
    private static final int BYTES_MAX = Integer.MAX_VALUE - 8;

    private final Store store;
    private byte[] bytes = new byte[512];
    private int length;
    private int count;
    private final List<KeyValueSpace> spaces = new ArrayList<>(2);

    Batch(Store store) {
        this.store = store;
    }

    /// @param key   at most 2,048 bytes
    /// @param value see [KeyValues#put(byte\[\], byte\[\])]
    public Batch put(KeyValues space, byte[] key, byte[] value) {
        KeyValueSpace target = target(space);
        Limits.check(target.store(), key.length, value.length);
        int size = Payload.putBytes(key.length, value.length);
        int at = grow(size);
        at = Payload.putHeader(bytes, at, target.id(), key.length, value.length);
        System.arraycopy(key, 0, bytes, at, key.length);
        System.arraycopy(value, 0, bytes, at + key.length, value.length);
        return this;
    }

    public Batch delete(KeyValues space, byte[] key) {
        KeyValueSpace target = target(space);
        Limits.check(target.store(), key.length, 0);
        int at = grow(Payload.deleteBytes(key.length));
        at = Payload.deleteHeader(bytes, at, target.id(), key.length);
        System.arraycopy(key, 0, bytes, at, key.length);
        return this;
    }

    /// Number of writes in it.
    public int count() {
        return count;
    }

    /// Bytes of keys and values, and a few for each write.
    public int bytes() {
        return length;
    }

    public void clear() {
        spaces.clear();
        length = 0;
        count = 0;
    }

    private KeyValueSpace target(KeyValues space) {
        if (space.store() != store)
            throw new IllegalArgumentException("space " + space.name() + " is of another store");
        KeyValueSpace target = space.space();
        for (int i = spaces.size() - 1; i >= 0; i--) if (spaces.get(i).id() == target.id()) return target;
        spaces.add(target);
        return target;
    }

    private int grow(int size) {
        int at = length;
        long needed = (long) at + size;
        if (needed > bytes.length) bytes = Arrays.copyOf(bytes, capacity(bytes.length, needed));
        length = (int) needed;
        count++;
        return at;
    }

    /// Twice as much, or what is needed.
    static int capacity(int present, long needed) {
        if (needed > BYTES_MAX) {
            throw new IllegalArgumentException("a batch of " + needed + " bytes: the limit is " + BYTES_MAX
                    + ". Write what is in it, and go on with another.");
        }
        return (int) Math.max(needed, Math.min(2L * present, BYTES_MAX));
    }

    void commit(Store to, Durability durability) {
        if (to != store) throw new IllegalArgumentException("the batch was made for another store: " + store.path());
        if (count == 0) return;
        spaces.forEach(KeyValueSpace::checkWritable);
        store.core().commit(bytes, length, count, durability == Durability.SYNCED);
    }
}
