package dev.polder.memory;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// Raw access to off-heap memory by address: one constant segment over everything, with long offsets.
///
/// This is as fast as `Unsafe` (0.58 against 0.40 ns in L1, nothing beyond it; sized or instance segments gain
/// nothing) and never closes. Plain accessors are unaligned and little-endian; acquire, release and compare-and-set
/// need natural alignment. Bulk work goes through copy, mismatch and fill, never through loops (19 ns against 365
/// for 4 KiB).
///
/// Nothing here checks that an address is leased: the callers' rooms do. Addresses come from [MemoryBudget] only.
public final class Memory {
    /// All of memory. Never hand out a slice of it to users.
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG_BE = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_ALIGNED = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle INT_ALIGNED = ValueLayout.JAVA_INT.varHandle();

    private Memory() {}

    /// The same address, for the compiler: an `and` tells it that the address is a multiple of 8 and far from the
    /// end of memory, so that it leaves out the checks of bounds and alignment at each access that follows.
    public static long aligned(long address) {
        return address & 0x3fff_ffff_ffff_fff8L;
    }

    public static byte getByte(long address) {
        return ALL.get(BYTE, address);
    }

    public static int getUnsignedByte(long address) {
        return ALL.get(BYTE, address) & 0xff;
    }

    public static int getUnsignedShort(long address) {
        return ALL.get(SHORT, address) & 0xffff;
    }

    public static int getInt(long address) {
        return ALL.get(INT, address);
    }

    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    /// Eight bytes as a big-endian number: unsigned order of the numbers is the order of the bytes.
    public static long getLongBigEndian(long address) {
        return ALL.get(LONG_BE, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(BYTE, address, value);
    }

    public static void putShort(long address, int value) {
        ALL.set(SHORT, address, (short) value);
    }

    public static void putInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    public static void putLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    public static long getLongAcquire(long address) {
        return (long) LONG_ALIGNED.getAcquire(ALL, address);
    }

    public static long getLongVolatile(long address) {
        return (long) LONG_ALIGNED.getVolatile(ALL, address);
    }

    public static void putLongRelease(long address, long value) {
        LONG_ALIGNED.setRelease(ALL, address, value);
    }

    public static void putLongVolatile(long address, long value) {
        LONG_ALIGNED.setVolatile(ALL, address, value);
    }

    public static boolean compareAndSetLong(long address, long expected, long value) {
        return LONG_ALIGNED.compareAndSet(ALL, address, expected, value);
    }

    public static long getAndAddLong(long address, long delta) {
        return (long) LONG_ALIGNED.getAndAdd(ALL, address, delta);
    }

    public static int getIntAcquire(long address) {
        return (int) INT_ALIGNED.getAcquire(ALL, address);
    }

    public static void putIntRelease(long address, int value) {
        INT_ALIGNED.setRelease(ALL, address, value);
    }

    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    public static void copyIn(byte[] from, int offset, long to, int bytes) {
        MemorySegment.copy(from, offset, ALL, BYTE, to, bytes);
    }

    /// These bytes as a read-only segment, for as long as whoever asks keeps them where they are.
    public static MemorySegment readOnly(long address, long bytes) {
        return ALL.asSlice(address, bytes).asReadOnly();
    }

    public static void copyIn(MemorySegment from, long offset, long to, long bytes) {
        MemorySegment.copy(from, offset, ALL, to, bytes);
    }

    public static void copyOut(long from, byte[] to, int offset, int bytes) {
        MemorySegment.copy(ALL, BYTE, from, to, offset, bytes);
    }

    public static byte[] bytes(long address, int bytes) {
        byte[] copy = new byte[bytes];
        copyOut(address, copy, 0, bytes);
        return copy;
    }

    public static void fill(long address, long bytes, byte value) {
        ALL.asSlice(address, bytes).fill(value);
    }

    /// Unsigned lexicographic order of two byte strings; a prefix comes first.
    public static int compare(long a, int aBytes, long b, int bBytes) {
        int common = Math.min(aBytes, bBytes);
        if (common >= 8) {
            long headA = getLongBigEndian(a);
            long headB = getLongBigEndian(b);
            if (headA != headB) return Long.compareUnsigned(headA, headB);
        }
        return compareTail(a, aBytes, b, bBytes, common);
    }

    private static int compareTail(long a, int aBytes, long b, int bBytes, int common) {
        long at = MemorySegment.mismatch(ALL, a, a + common, ALL, b, b + common);
        if (at >= 0) return getUnsignedByte(a + at) - getUnsignedByte(b + at);
        return Integer.compare(aBytes, bBytes);
    }

    /// The first eight bytes of a byte string as a big-endian number, padded with zeros. `head(a) < head(b)`
    /// (unsigned) implies `a < b`; equal heads imply nothing unless both strings are longer than eight bytes.
    public static long head(long address, int bytes) {
        if (bytes >= 8) return getLongBigEndian(address);
        long head = 0;
        for (int i = 0; i < bytes; i++) head |= (long) getUnsignedByte(address + i) << (56 - 8 * i);
        return head;
    }

    /// CRC32C (Castagnoli) of a stretch of memory; 45 ns for 4 KiB in cache.
    public static int crc32c(long address, long bytes) {
        CRC32C crc = new CRC32C();
        update(crc, address, bytes);
        return (int) crc.getValue();
    }

    /// Adds a stretch of memory to a running checksum.
    public static void update(CRC32C crc, long address, long bytes) {
        ByteBuffer view = ALL.asSlice(address, bytes).asByteBuffer();
        crc.update(view);
    }
}
