package dev.polder.io;

import dev.polder.errors.BudgetExceededException;
import dev.polder.memory.RegionSource;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;
import java.lang.foreign.Arena;

/// Regions of anonymous memory, 2 MiB aligned, with huge pages advised, on the memory nodes that were asked for.
///
///     acquire: fresh addresses, or free ones ──▶ in use ── release: pages back to the system ──▶ free addresses
///
/// **What an engine hands back** is memory for the system again at once, so that engines opened one after the other,
/// of whatever sizes, take no more than those that are open. Its addresses stay mapped and go to a free list of the
/// whole JVM: a reader that looks there once more, which should not be, finds zeros or a later engine's bytes, never a
/// fault. Zeros are nothing that it would believe: no block is in a frame of version 0 (room `buffer`).
/// Where the memory is the JDK's (Windows) it stays until an engine takes it again.
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

    /// Under the lock, so that nobody takes the addresses before their pages are gone. Should the system refuse, as
    /// it does where all memory of the process is locked, the pages stay, and are used again.
    @Override
    public void release(long address, long bytes) {
        LOCK.lock();
        try {
            FREE.give(address, rounded(bytes));
            if (Platform.POSIX) Posix.giveBack(address, rounded(bytes));
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
