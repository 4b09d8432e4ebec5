package dev.polder.io;

import dev.polder.memory.Memory;
import java.lang.foreign.Arena;

/// The memory of an engine as the kernel's registered buffers: looked up and locked once, instead of with each
/// direct read (a sixth of the processor time of a 4 KiB read).
///
/// One ring holds the registration and does nothing else; the others share it (Linux 6.12). Slices of 1 GiB, the
/// most a registered buffer may have. A limit on locked memory, or an older kernel, means to go without: [#state]
/// says so.
final class RingBuffers {
    private static final int REGISTER_CLONE_BUFFERS = 30;
    private static final int SLICE_SHIFT = 30;
    private static final int SLICES_MAX = 1 << 14;

    private final Ring holder;
    private long base;
    private long end;
    private volatile String state = "not asked for";
    private volatile boolean registered;

    RingBuffers(Ring holder) {
        this.holder = holder;
    }

    /// Once; rings that are there already do not share it. `false` if nothing came of it.
    boolean register(long address, long bytes) {
        long slices = (bytes + (1L << SLICE_SHIFT) - 1) >>> SLICE_SHIFT;
        if (registered || slices > SLICES_MAX) return false;
        try (Arena arena = Arena.ofConfined()) {
            long iovecs = arena.allocate(slices * Uring.IOVEC_BYTES, 8).address();
            for (int i = 0; i < slices; i++) {
                long from = (long) i << SLICE_SHIFT;
                Memory.putLong(iovecs + (long) i * Uring.IOVEC_BYTES, address + from);
                Memory.putLong(iovecs + (long) i * Uring.IOVEC_BYTES + 8, Math.min(1L << SLICE_SHIFT, bytes - from));
            }
            long result = holder.register(Uring.REGISTER_BUFFERS, iovecs, (int) slices);
            if (result < 0) {
                state = result == -Errno.ENOMEM
                        ? "refused, raise RLIMIT_MEMLOCK (ulimit -l) above the budget"
                        : "refused (errno " + -result + ")";
                return false;
            }
        }
        base = address;
        end = address + bytes;
        state = (bytes >> 20) + " MiB";
        registered = true;
        return true;
    }

    /// @param scratch 32 bytes
    boolean shareWith(Ring ring, long scratch) {
        if (!registered) return false;
        Memory.fill(scratch, 32, (byte) 0);
        Memory.putInt(scratch, holder.descriptor());
        if (ring.register(REGISTER_CLONE_BUFFERS, scratch, 1) >= 0) return true;
        state = "not shared between rings by this kernel (before 6.12)";
        return false;
    }

    /// The registered buffer that holds all of this, or −1.
    int indexOrNone(long address, int bytes) {
        if (address < base || address + bytes > end || bytes == 0) return -1;
        long first = address - base;
        long slice = first >>> SLICE_SHIFT;
        return (first + bytes - 1) >>> SLICE_SHIFT == slice ? (int) slice : -1;
    }

    String state() {
        return state;
    }
}
