package dev.polder.testkit;

import dev.polder.io.IoFile;
import dev.polder.io.SerialBatch;
import dev.polder.memory.Memory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What a batch of a [SimulatedIo] does apart from its transfers: in which order, by the seed, and what becomes of
/// those of whose end the owner has not heard.
///
/// Where such a read goes there is noise, and what was read comes when it is heard of, over whatever is there: a device
/// may write there at any moment until then.
///
/// Such a write is under way, although its bytes have moved: no sync covers it, a power cut may do anything to it, and
/// its memory must not change, since a device may read that at any moment until then.
final class SimulatedBatch implements SerialBatch.Simulation {
    private final SimulatedIo io;
    private final List<UnderWay> underWay = new ArrayList<>();
    private final List<Read> reads = new ArrayList<>();

    /// @param entry number in the journal, or −1: it failed
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record UnderWay(int slot, Path file, long position, long address, byte[] content, int entry) {}

    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Read(int slot, long address, byte[] content) {}

    SimulatedBatch(SimulatedIo io) {
        this.io = io;
    }

    @Override
    public int choose(int count) {
        return io.chooseOfBatch(count);
    }

    @Override
    public boolean overlaps() {
        return io.batchesOverlap();
    }

    @Override
    public int read(int slot, IoFile file, long position, long address, int bytes) {
        int read = file.read(position, address, bytes);
        reads.add(new Read(slot, address, Memory.bytes(address, read)));
        Memory.fill(address, read, (byte) 0x5a);
        return read;
    }

    @Override
    public int write(int slot, IoFile file, long position, long address, int bytes) {
        SimulatedFile simulated = (SimulatedFile) file;
        byte[] content = Memory.bytes(address, bytes);
        int[] entry = {-1};
        try {
            return io.write(simulated, position, address, bytes, number -> entry[0] = number);
        } finally {
            underWay.add(new UnderWay(slot, simulated.path, position, address, content, entry[0]));
        }
    }

    /// A device may take its time.
    @Override
    public boolean isHeard() {
        return io.isHeard();
    }

    @Override
    public void named(int slot) {
        for (Read read : List.copyOf(reads)) {
            if (read.slot != slot) continue;
            reads.remove(read);
            Memory.copyIn(read.content, 0, read.address, read.content.length);
        }
        for (UnderWay write : List.copyOf(underWay)) {
            if (write.slot != slot) continue;
            underWay.remove(write);
            io.ended(write.entry);
            if (Arrays.equals(Memory.bytes(write.address, write.content.length), write.content)) continue;
            throw new AssertionError("memory changed while it was being written: file=" + write.file + " position="
                    + write.position + " bytes=" + write.content.length);
        }
    }
}
