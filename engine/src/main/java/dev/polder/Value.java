package dev.polder;

import dev.polder.kv.ValueView;
import java.lang.foreign.MemorySegment;

/// A value read in place: pinned in the buffer pool until it is closed, or a copy where pins run short. Every access
/// is checked.
///
/// Use it in one thread, and close it soon: pins hold memory that others cannot use.
public final class Value implements AutoCloseable {
    private final ValueView view;

    Value(ValueView view) {
        this.view = view;
    }

    public int length() {
        return view.length();
    }

    public byte byteAt(int index) {
        return view.byteAt(index);
    }

    /// Four bytes from `index` on, little-endian.
    public int intAt(int index) {
        return view.intAt(index);
    }

    /// Eight bytes from `index` on, little-endian.
    public long longAt(int index) {
        return view.longAt(index);
    }

    public byte[] toArray() {
        return view.toArray();
    }

    /// Copies the whole value to the beginning of `destination`, which must hold it.
    public void copyTo(MemorySegment destination) {
        view.copyTo(destination);
    }

    /// Whether it is pinned in place (or else a copy).
    public boolean pinned() {
        return view.pinned();
    }

    @Override
    public void close() {
        view.close();
    }
}
