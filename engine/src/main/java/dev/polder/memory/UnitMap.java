package dev.polder.memory;

/// Which units are free: one bit each, in the metadata, and two summaries with one bit per 2 MiB stretch (32
/// units).
///
///     free   : bit u set = unit u is free; the 32 bits of a stretch are one int
///     any    : bit s set = stretch s has a free unit
///     whole  : bit s set = all 32 units of stretch s are free
///
/// Finding a unit scans the summaries: 8,192 longs for a terabyte, a few microseconds, and leases are rare. Not
/// thread-safe: [MemoryBudget] guards it with its mutex.
final class UnitMap {
    private static final int STRETCH = BudgetPlan.UNITS_PER_STRETCH;

    private final long free;
    private final long any;
    private final long whole;
    private final int units;
    private final int summaryWords;

    /// Over `bytes(units)` zeroed bytes at `address`; all units start free.
    UnitMap(long address, int units) {
        this.units = units;
        this.summaryWords = summaryWords(units);
        this.free = address;
        this.any = address + freeBytes(units);
        this.whole = any + 8L * summaryWords;
        for (int unit = 0; unit < units; unit++) setFree(unit);
    }

    static long bytes(int units) {
        return BudgetPlan.lines(freeBytes(units) + 16L * summaryWords(units));
    }

    boolean isFree(int unit) {
        return (stretchBits(unit / STRETCH) >>> (unit % STRETCH) & 1) != 0;
    }

    void setFree(int unit) {
        int stretch = unit / STRETCH;
        int bits = stretchBits(stretch) | 1 << (unit % STRETCH);
        Memory.putInt(free + 4L * stretch, bits);
        setBit(any, stretch);
        if (bits == -1) setBit(whole, stretch);
    }

    void setTaken(int unit) {
        int stretch = unit / STRETCH;
        int bits = stretchBits(stretch) & ~(1 << (unit % STRETCH));
        Memory.putInt(free + 4L * stretch, bits);
        clearBit(whole, stretch);
        if (bits == 0) clearBit(any, stretch);
    }

    /// A free unit of this stretch, or -1.
    int freeIn(int stretch) {
        int bits = stretchBits(stretch);
        return bits == 0 ? -1 : stretch * STRETCH + Integer.numberOfTrailingZeros(bits);
    }

    /// A free unit: of a wholly free stretch if there is one (so that what one owner leases next stays together),
    /// or -1.
    int freeAnywhere() {
        int stretch = firstBit(whole);
        if (stretch < 0) stretch = firstBit(any);
        return stretch < 0 ? -1 : freeIn(stretch);
    }

    /// The first of `count` free units in a row, or -1.
    int freeRun(int count) {
        int run = 0;
        for (int unit = 0; unit < units; unit++) {
            run = isFree(unit) ? run + 1 : 0;
            if (run == count) return unit - count + 1;
        }
        return -1;
    }

    private int stretchBits(int stretch) {
        return Memory.getInt(free + 4L * stretch);
    }

    private int firstBit(long summary) {
        for (int word = 0; word < summaryWords; word++) {
            long bits = Memory.getLong(summary + 8L * word);
            if (bits != 0) return word * 64 + Long.numberOfTrailingZeros(bits);
        }
        return -1;
    }

    private static void setBit(long summary, int stretch) {
        long word = summary + 8L * (stretch >>> 6);
        Memory.putLong(word, Memory.getLong(word) | 1L << stretch);
    }

    private static void clearBit(long summary, int stretch) {
        long word = summary + 8L * (stretch >>> 6);
        Memory.putLong(word, Memory.getLong(word) & ~(1L << stretch));
    }

    private static long freeBytes(int units) {
        return 8L * ((units + 63) / 64);
    }

    private static int summaryWords(int units) {
        int stretches = (units + STRETCH - 1) / STRETCH;
        return (stretches + 63) / 64;
    }
}
