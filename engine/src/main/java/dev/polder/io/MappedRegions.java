package dev.polder.io;

import dev.polder.errors.BudgetExceededException;
import dev.polder.memory.RegionSource;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.lang.foreign.Arena;

/// Regions of anonymous memory, 2 MiB aligned, with huge pages advised, on the memory nodes that were asked for. What
/// an engine hands back goes to a free list
/// of the whole JVM and is never unmapped: a reader that looks at it once more finds old bytes, never a fault.
public final class MappedRegions implements RegionSource {
    private static final long ALIGNMENT = 2 << 20;
    private static final Mutex LOCK = Seams.system().tasks().mutex("free regions");
    private static final FreeRegions FREE = new FreeRegions();

    private final NumaPlacement placement;

    MappedRegions(NumaPlacement placement) {
        this.placement = placement;
    }

    @Override
    public long acquire(long bytes) {
        long rounded = rounded(bytes);
        long address;
        LOCK.lock();
        try {
            address = FREE.take(rounded);
            if (address == 0) address = map(rounded);
        } finally {
            LOCK.unlock();
        }
        placement.place(address, rounded);
        return address;
    }

    @Override
    public long hugePageBytes(long address, long bytes) {
        return Platform.LINUX ? HugePages.obtained(HugePages.LINUX, address, bytes) : -1;
    }

    @Override
    public String placement() {
        return placement.describe();
    }

    @Override
    public void release(long address, long bytes) {
        LOCK.lock();
        try {
            FREE.give(address, rounded(bytes));
        } finally {
            LOCK.unlock();
        }
    }

    private static long map(long bytes) {
        if (!Platform.POSIX) return Arena.global().allocate(bytes, ALIGNMENT).address();
        long mapped = Posix.map(bytes + ALIGNMENT);
        if (mapped < 0) {
            throw new BudgetExceededException("the operating system refused " + bytes + " bytes of memory (errno "
                    + -mapped + "); lower the budget, or raise the limit of this process");
        }
        long address = (mapped + ALIGNMENT - 1) & -ALIGNMENT;
        Posix.unmap(mapped, address - mapped);
        Posix.unmap(address + bytes, mapped + ALIGNMENT - address);
        Posix.adviseHugePages(address, bytes);
        return address;
    }

    private static long rounded(long bytes) {
        if (bytes <= 0) throw new IllegalArgumentException("bytes=" + bytes + ": a region is larger than nothing");
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
