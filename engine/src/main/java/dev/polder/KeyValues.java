package dev.polder;

import dev.polder.kv.KeyValueSpace;
import dev.polder.kv.ValueView;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A key-value space: a sorted map from keys to values, of bytes both, ordered by unsigned comparison of keys.
///
/// Keys have 0 to 2,048 bytes. Values have at most 1 MiB, and at most a 64th of the engine's budget. Thread-safe,
/// also for virtual threads; interruption of a thread does not disturb a read or a write.
public final class KeyValues {
    private final Store store;
    private final KeyValueSpace space;

    KeyValues(Store store, KeyValueSpace space) {
        this.store = store;
        this.space = space;
    }

    Store store() {
        return store;
    }

    KeyValueSpace space() {
        return space;
    }

    public String name() {
        return space.name();
    }

    /// Stores a value under a key; durable when it returns.
    ///
    /// @throws IllegalArgumentException                  if the key or the value is too long
    /// @throws dev.polder.errors.BackpressureException   if the device is stuck; nothing was logged
    /// @throws dev.polder.errors.OutOfSpaceException     if the device is full; nothing was logged
    /// @throws dev.polder.errors.CommitUnknownException  if the sync failed: the write may be there or not after a
    /// reopen
    /// @throws dev.polder.errors.StoreFailedException    if the store stopped before
    public void put(byte[] key, byte[] value) {
        space.put(key, value, true);
    }

    public void put(byte[] key, byte[] value, Durability durability) {
        space.put(key, value, durability == Durability.SYNCED);
    }

    public void put(MemorySegment key, MemorySegment value, Durability durability) {
        space.put(key, value, durability == Durability.SYNCED);
    }

    /// Removes a key, if it is there; durable when it returns.
    public void delete(byte[] key) {
        space.delete(key, true);
    }

    public void delete(byte[] key, Durability durability) {
        space.delete(key, durability == Durability.SYNCED);
    }

    /// A copy of the value, or `null`.
    public byte @Nullable [] get(byte[] key) {
        return space.get(key);
    }

    public byte @Nullable [] get(byte[] key, Snapshot at) {
        return space.get(key, at.sequenceFor(store));
    }

    /// Copies as much of the value as fits into `destination`; returns the value's length, or -1 if there is none.
    /// Allocates nothing.
    public int get(byte[] key, byte[] destination) {
        return space.get(key, destination);
    }

    /// The same for memory segments.
    public long get(MemorySegment key, MemorySegment destination) {
        return space.get(key, destination);
    }

    public boolean contains(byte[] key) {
        return space.contains(key);
    }

    /// Copies of the values, in the order of the keys, `null` where there is none; all as of one moment.
    public List<byte @Nullable []> multiGet(List<byte[]> keys) {
        return space.multiGet(keys);
    }

    /// The value in place, or `null`. Close it.
    public @Nullable Value view(byte[] key) {
        ValueView view = space.view(key);
        return view == null ? null : new Value(view);
    }

    /// A cursor over what is visible now. Close it.
    public Cursor cursor() {
        return new Cursor(space.cursor());
    }

    /// A cursor over a snapshot, which must stay open.
    public Cursor cursor(Snapshot at) {
        return new Cursor(space.cursor(at.sequenceFor(store)));
    }

    /// The number of entries: exact, by reading all keys.
    public long count() {
        return space.count();
    }
}
