package dev.polder;

import dev.polder.kv.KeyValueCursor;
import org.jspecify.annotations.Nullable;

/// Walks a space in the order of its keys (unsigned bytes), both ways, over one snapshot. Idle, it holds no pin and
/// no file, and remembers its key.
///
/// ```java
/// try (Cursor c = users.cursor()) {
///     for (c.seek(from); c.valid(); c.next()) use(c.key(), c.value());
/// }
/// ```
///
/// Not thread-safe: use it in one thread at a time.
public final class Cursor implements AutoCloseable {
    private final KeyValueCursor cursor;

    Cursor(KeyValueCursor cursor) {
        this.cursor = cursor;
    }

    /// Confines the cursor to keys from `from` (inclusive) to `to` (exclusive); `null` leaves an end open. Position
    /// it afterwards.
    public Cursor bounds(byte @Nullable [] from, byte @Nullable [] to) {
        cursor.bounds(from, to);
        return this;
    }

    /// To the first entry.
    public boolean first() {
        return cursor.first();
    }

    /// To the last entry.
    public boolean last() {
        return cursor.last();
    }

    /// To the first entry whose key is `key` or greater.
    public boolean seek(byte[] key) {
        return cursor.seek(key);
    }

    /// To the last entry whose key is `key` or less.
    public boolean seekForPrevious(byte[] key) {
        return cursor.seekForPrevious(key);
    }

    /// Forward by one; returns whether there is an entry.
    public boolean next() {
        return cursor.next();
    }

    /// Backward by one; returns whether there is an entry.
    public boolean previous() {
        return cursor.previous();
    }

    /// Whether the cursor stands on an entry.
    public boolean valid() {
        return cursor.valid();
    }

    public byte[] key() {
        return cursor.key();
    }

    public byte[] value() {
        return cursor.value();
    }

    public int keyBytes() {
        return cursor.keyBytes();
    }

    public int valueBytes() {
        return cursor.valueBytes();
    }

    /// Copies as much of the key as fits; returns its whole length. Allocates nothing.
    public int copyKey(byte[] to) {
        return cursor.copyKey(to);
    }

    /// Copies as much of the value as fits; returns its whole length. Allocates nothing.
    public int copyValue(byte[] to) {
        return cursor.copyValue(to);
    }

    @Override
    public void close() {
        cursor.close();
    }
}
