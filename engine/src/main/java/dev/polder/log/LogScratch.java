package dev.polder.log;

import dev.polder.memory.Memory;
import dev.polder.runtime.Mutex;
import dev.polder.runtime.Seams;

/// The memory that making segments needs, one for all logs of an engine: 60 KiB of zeros that nobody ever writes, and
/// 4 KiB in which one header at a time is composed. The caller leases it (one unit, owner LOG) and outlives the logs.
public final class LogScratch {
    public static final int BYTES = 64 << 10;

    static final int ZERO_BYTES = BYTES - SegmentFormat.HEADER_BYTES;

    private final long headerAddress;
    private final Mutex headerMutex;

    /// @param address of [#BYTES] bytes
    public LogScratch(long address, Seams seams) {
        this.headerAddress = address;
        this.headerMutex = seams.tasks().mutex("log header");
        Memory.fill(address, BYTES, (byte) 0);
    }

    long zerosAddress() {
        return headerAddress + SegmentFormat.HEADER_BYTES;
    }

    /// Composes a header and hands it to `writer`; headers of different logs take turns.
    void withHeader(SegmentFormat.Header header, HeaderWriter writer) {
        headerMutex.lock();
        try {
            SegmentFormat.write(headerAddress, header);
            writer.write(headerAddress);
        } finally {
            headerMutex.unlock();
        }
    }

    interface HeaderWriter {
        void write(long headerAddress);
    }
}
