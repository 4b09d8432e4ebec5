package dev.polder.io;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;
import java.util.Arrays;

/// Aligned memory for tests of I/O, and short words to fill and read it.
public final class Space implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final long address;

    public Space(long bytes) {
        address = arena.allocate(bytes, 4096).address();
    }

    public long address() {
        return address;
    }

    /// The first bytes become these.
    public long put(byte[] bytes) {
        Memory.copyIn(bytes, 0, address, bytes.length);
        return address;
    }

    public byte[] bytes(int bytes) {
        return Memory.bytes(address, bytes);
    }

    public static byte[] filled(int bytes, int value) {
        byte[] filled = new byte[bytes];
        Arrays.fill(filled, (byte) value);
        return filled;
    }

    @Override
    public void close() {
        arena.close();
    }
}
