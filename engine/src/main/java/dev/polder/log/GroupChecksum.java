package dev.polder.log;

import dev.polder.memory.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The checksum of rule (4) of [GroupFormat], one segment after the other, without allocation: one CRC, one seed, one
/// view.
///
/// The view spans nearly 2 GiB of address space around the first bytes asked for, and is only ever read where the
/// caller says. Groups come from the engine's few regions, so it hardly ever moves. One thread at a time.
final class GroupChecksum {
    /// The longest view the JDK gives is a few bytes short of 2 GiB.
    private static final int VIEW_BYTES = Integer.MAX_VALUE - 4095;

    private static final long STRIDE = 1L << 30;

    private final CRC32C crc = new CRC32C();
    private final byte[] seed = new byte[32];
    private long viewAddress;
    private ByteBuffer view = ByteBuffer.allocate(0);

    /// All that follows is about this segment.
    void segment(StoreId store, long epoch, long number) {
        ByteBuffer.wrap(seed)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(store.high())
                .putLong(store.low())
                .putLong(epoch)
                .putLong(number);
    }

    /// The checksum of a group that lies in memory as a whole.
    int of(long groupAddress, int payloadBytes) {
        start();
        add(groupAddress + GroupFormat.OFFSET, GroupFormat.HEADER_BYTES - GroupFormat.OFFSET + payloadBytes);
        return value();
    }

    void start() {
        crc.reset();
        crc.update(seed, 0, seed.length);
    }

    void add(long address, int bytes) {
        if (address < viewAddress || address + bytes > viewAddress + view.capacity()) moveView(address, bytes);
        int from = (int) (address - viewAddress);
        view.limit(from + bytes).position(from);
        crc.update(view);
    }

    int value() {
        return (int) crc.getValue();
    }

    private void moveView(long address, int bytes) {
        viewAddress = address & -STRIDE;
        if (address + bytes - viewAddress > VIEW_BYTES) viewAddress = address;
        view = Memory.ALL.asSlice(viewAddress, VIEW_BYTES).asByteBuffer();
    }
}
