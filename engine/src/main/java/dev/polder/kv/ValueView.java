package dev.polder.kv;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// A value in place, with checked access: a read-only segment over exactly its bytes, and what must be given back at
/// the end.
public final class ValueView implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private @Nullable MemorySegment bytes;
    private @Nullable Runnable release;

    private ValueView(MemorySegment bytes, @Nullable Runnable release) {
        this.bytes = bytes.asReadOnly();
        this.release = release;
    }

    static ValueView of(byte[] copy) {
        return new ValueView(MemorySegment.ofArray(copy), null);
    }

    static ValueView pinned(MemorySegment bytes, Runnable release) {
        return new ValueView(bytes, release);
    }

    private MemorySegment open() {
        MemorySegment segment = bytes;
        if (segment == null) throw new IllegalStateException("the value is closed");
        return segment;
    }

    public boolean pinned() {
        return release != null;
    }

    public int length() {
        return (int) open().byteSize();
    }

    public byte byteAt(int index) {
        return open().get(ValueLayout.JAVA_BYTE, index);
    }

    public int intAt(int index) {
        return open().get(INT, index);
    }

    public long longAt(int index) {
        return open().get(LONG, index);
    }

    public byte[] toArray() {
        return open().toArray(ValueLayout.JAVA_BYTE);
    }

    public void copyTo(MemorySegment destination) {
        MemorySegment segment = open();
        MemorySegment.copy(segment, 0, destination, 0, segment.byteSize());
    }

    @Override
    public void close() {
        Runnable pending = release;
        bytes = null;
        release = null;
        if (pending != null) pending.run();
    }
}
