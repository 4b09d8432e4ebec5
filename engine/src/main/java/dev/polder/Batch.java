package dev.polder;

import dev.polder.generation.Payload;
import dev.polder.kv.KeyValueSpace;
import dev.polder.kv.Limits;
import dev.polder.memory.Memory;
import dev.polder.store.LogStaging;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Writes that happen together or not at all. Of two writes to one key the later counts.
///
/// Not thread-safe. Collects on the Java heap; its size is limited by the engine's budget (see `docs/limits.md`), and
/// a larger one is refused by `Store.write` before anything of it is logged.
public final class Batch {
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

    /// Bytes that it will take in the log.
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
        int needed = Math.addExact(at, size);
        if (needed > bytes.length) bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length * 2));
        length = needed;
        count++;
        return at;
    }

    void commit(Store to, Durability durability) {
        if (to != store) throw new IllegalArgumentException("the batch was made for another store: " + store.path());
        if (count == 0) return;
        spaces.forEach(KeyValueSpace::checkWritable);
        LogStaging staging = store.core().engine().staging();
        long payload = store.core().lendStaging(length);
        try {
            Memory.copyIn(bytes, 0, payload, length);
            store.core().commit(payload, length, count, durability == Durability.SYNCED);
        } finally {
            staging.giveBack(payload);
        }
    }
}
